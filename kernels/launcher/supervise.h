/* Runs one untrusted child, watches it from outside, and writes what it did as one frame:
 *
 *   RLSF2 index kind code cause cpuMs wallMs rssKiB secret out err results stops\n  + those four byte runs
 *
 * kind: exit | signal. cause: none | cpu | wall | memory (why the supervisor ended it, if it did) |
 * start (it never began).
 * The four channels are anonymous files which exist in this process and the child only: no path
 * leads to them, and they are closed here before the next child starts. The secret stands before
 * every line in which the test driver claims a success: a child that shares our memory knows it
 * already, another one reads it from a pipe that is empty afterwards. */
#ifndef RLSF_SUPERVISE_H
#define RLSF_SUPERVISE_H

#include <stdio.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include "limits.h"

#define RLSF_RESULTS 3
#define RLSF_STOPS 4
#define RLSF_SECRET 5
/* Closed before the program begins: what is written to it says that it never did. */
#define RLSF_UNBEGUN 6

enum { RLSF_SECRET_SIZE = 24 };

/* How one run is to be watched, beside its limits. */
struct rlsf_watch {
  const char *exec_path;  /* the one program that the child may become, or NULL */
  const char *stdin_path; /* its input, NULL: none */
  int stop_signal;        /* asks for its stack */
  long cpu_grace_ms;      /* what its own timer may be late */
};

typedef void (*rlsf_child)(int index, void *context); /* never returns */

static volatile sig_atomic_t rlsf_current; /* process group of the running child */
static char rlsf_secret[RLSF_SECRET_SIZE + 1];

static void rlsf_draw_secret(void) {
  unsigned char bytes[RLSF_SECRET_SIZE];
  int i;
  if (syscall(SYS_getrandom, bytes, sizeof bytes, 0) != (long)sizeof bytes) _exit(125);
  for (i = 0; i < RLSF_SECRET_SIZE; i++) rlsf_secret[i] = (char)('A' + bytes[i] % 26);
}

static long rlsf_now_ms(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Memory that only its page tables take: a program that reads where nothing was written has no other. */
static long rlsf_tables_kib(pid_t pid) {
  char path[64], text[4096];
  const char *line;
  ssize_t n;
  int fd;
  snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
  fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return 0;
  n = read(fd, text, sizeof text - 1);
  close(fd);
  text[n > 0 ? n : 0] = 0;
  line = strstr(text, "VmPTE:");
  return line != NULL ? atol(line + 6) : 0;
}

static long rlsf_rss_kib(pid_t pid) {
  char path[64], text[128];
  long total = 0, resident = 0;
  ssize_t n;
  int fd;
  snprintf(path, sizeof path, "/proc/%d/statm", (int)pid);
  fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return 0;
  n = read(fd, text, sizeof text - 1);
  close(fd);
  if (n <= 0) return 0;
  text[n] = 0;
  if (sscanf(text, "%ld %ld", &total, &resident) != 2) return 0;
  return resident * (sysconf(_SC_PAGESIZE) / 1024);
}

static long rlsf_cpu_ms(pid_t pid) {
  clockid_t clock;
  struct timespec t;
  if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &t) != 0) return 0;
  return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Asks the program for its stack, then ends it and all of its group. */
static void rlsf_end(pid_t pid, int stop_signal) {
  sigset_t set;
  struct timespec grace = {0, 100000000};
  siginfo_t info;
  sigemptyset(&set);
  sigaddset(&set, SIGCHLD);
  kill(pid, stop_signal);
  memset(&info, 0, sizeof info);
  sigtimedwait(&set, &info, &grace);
  kill(-pid, SIGKILL);
  kill(pid, SIGKILL);
}

static void rlsf_on_term(int signal_number) {
  (void)signal_number;
  if (rlsf_current > 0) kill(-(pid_t)rlsf_current, SIGKILL);
  _exit(143);
}

static int rlsf_channel(void) {
  return (int)syscall(SYS_memfd_create, "rlsf", 1u /* MFD_CLOEXEC */);
}

/* In the child: our own failure, which the program could not tell of in this way. */
static void rlsf_not_begun(int unbegun) {
  if (write(unbegun, "x", 1) < 0) _exit(126);
  _exit(125);
}

static void rlsf_become_child(int index, const struct rlsf_limits *limits, const int files[4], int unbegun,
                              const struct rlsf_watch *watch, rlsf_child child, void *context) {
  sigset_t none;
  int i, input, moved[5], ends[2];
  setpgid(0, 0);
  signal(SIGTERM, SIG_DFL);
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  /* First out of the way of 0..5, then into place. */
  if (pipe(ends) != 0 || write(ends[1], rlsf_secret, RLSF_SECRET_SIZE) != RLSF_SECRET_SIZE)
    rlsf_not_begun(unbegun);
  for (i = 0; i < 5; i++) moved[i] = fcntl(i < 4 ? files[i] : ends[0], F_DUPFD, 16);
  unbegun = fcntl(unbegun, F_DUPFD, 16);
  input = open(watch->stdin_path != NULL ? watch->stdin_path : "/dev/null", O_RDONLY);
  if (input < 0) rlsf_not_begun(unbegun);
  if (input != 0) dup2(input, 0);
  for (i = 0; i < 5; i++)
    if (moved[i] < 0 || dup2(moved[i], i + 1) < 0) rlsf_not_begun(unbegun);
  if (dup3(unbegun, RLSF_UNBEGUN, O_CLOEXEC) < 0) rlsf_not_begun(unbegun);
  if (syscall(436 /* close_range */, RLSF_UNBEGUN + 1u, ~0u, 0u) != 0)
    for (i = RLSF_UNBEGUN + 1; i < 256; i++) close(i);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  rlsf_apply_limits(limits);
  /* The supervisor made itself untraceable; LeakSanitizer must trace the child. */
  prctl(PR_SET_DUMPABLE, 1);
  if (getenv("RLSF_UNFILTERED") == NULL && rlsf_filter_strict(watch->exec_path) != 0)
    rlsf_not_begun(RLSF_UNBEGUN);
  if (watch->exec_path == NULL) close(RLSF_UNBEGUN);
  child(index, context);
  rlsf_not_begun(RLSF_UNBEGUN);
}

static void rlsf_write_frame(int channel, const char *header, const int files[4], const long sizes[4]) {
  const char *p = header;
  size_t left = strlen(header);
  int i;
  while (left > 0) {
    ssize_t n = write(channel, p, left);
    if (n <= 0) _exit(125);
    p += n;
    left -= (size_t)n;
  }
  for (i = 0; i < 4; i++) {
    off_t at = 0;
    while (at < sizes[i])
      if (sendfile(channel, files[i], &at, (size_t)(sizes[i] - at)) <= 0) _exit(125);
  }
}

static void rlsf_supervise(int index, const struct rlsf_limits *limits, const struct rlsf_watch *watch,
                           rlsf_child child, void *context, int channel) {
  const long limit_kib = limits->memory_mib * 1024;
  const char *cause = "none";
  int files[4], unbegun[2], status = 0, i;
  long sizes[4], started, wall, rss = 0, cpu;
  char header[256];
  struct rusage usage;
  sigset_t set;
  pid_t pid;

  for (i = 0; i < 4; i++) {
    files[i] = rlsf_channel();
    if (files[i] < 0) _exit(125);
  }
  if (pipe2(unbegun, O_CLOEXEC | O_NONBLOCK) != 0) _exit(125);
  sigemptyset(&set);
  sigaddset(&set, SIGCHLD);
  sigprocmask(SIG_BLOCK, &set, NULL);
  signal(SIGTERM, rlsf_on_term);
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  prctl(PR_SET_DUMPABLE, 0);

  rlsf_draw_secret();
  started = rlsf_now_ms();
  pid = fork();
  if (pid < 0) _exit(125);
  if (pid == 0) rlsf_become_child(index, limits, files, unbegun[1], watch, child, context);
  setpgid(pid, pid);
  rlsf_current = pid;

  memset(&usage, 0, sizeof usage);
  for (;;) {
    struct timespec tick = {0, 10000000};
    siginfo_t info;
    pid_t got = wait4(pid, &status, WNOHANG | __WALL, &usage);
    if (got == pid) break;
    if (got < 0 && errno != EINTR) break;
    sigtimedwait(&set, &info, &tick);
    if (cause[0] != 'n') continue; /* already ended, only to be collected */
    {
      long now = rlsf_rss_kib(pid) + rlsf_tables_kib(pid);
      if (now > rss) rss = now;
    }
    if (limit_kib > 0 && rss > limit_kib) cause = "memory";
    else if (rlsf_cpu_ms(pid) > limits->cpu_ms + watch->cpu_grace_ms) cause = "cpu";
    else if (rlsf_now_ms() - started > limits->wall_ms) cause = "wall";
    if (cause[0] != 'n') rlsf_end(pid, watch->stop_signal);
  }
  wall = rlsf_now_ms() - started;
  kill(-pid, SIGKILL); /* whatever it left behind */
  rlsf_current = 0;
  for (i = 0; i < 50 && waitpid(-1, NULL, WNOHANG | __WALL) >= 0; i++) usleep(1000);

  cpu = (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000 +
        (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1000;
  if (cause[0] == 'n' && WIFSIGNALED(status) &&
      (WTERMSIG(status) == SIGXCPU || (WTERMSIG(status) == SIGKILL && cpu >= limits->cpu_ms)))
    cause = "cpu";
  {
    char said;
    if (read(unbegun[0], &said, 1) == 1) cause = "start";
    close(unbegun[0]);
    close(unbegun[1]);
  }
  if (usage.ru_maxrss > rss) rss = usage.ru_maxrss;
  for (i = 0; i < 4; i++) {
    struct stat s;
    sizes[i] = fstat(files[i], &s) == 0 ? (long)s.st_size : 0;
    if (sizes[i] > limits->output_bytes) sizes[i] = limits->output_bytes;
  }
  snprintf(header, sizeof header, "RLSF2 %d %s %d %s %ld %ld %ld %s %ld %ld %ld %ld\n", index,
           WIFSIGNALED(status) ? "signal" : "exit",
           WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status), cause, cpu, wall, rss,
           rlsf_secret, sizes[0], sizes[1], sizes[2], sizes[3]);
  rlsf_write_frame(channel, header, files, sizes);
  for (i = 0; i < 4; i++) close(files[i]);
}

#endif
