/* Loaded into cc1plus (LD_PRELOAD), it turns one compiler into many: the compiler reads the
 * precompiled header, and where it comes to open `body.cpp` it waits. Every request forks it; the
 * child goes on in the folder that was asked for as if nothing had happened. What a compile costs
 * is then its own source alone.
 *
 *   request:  FOLDER\n                          compiles FOLDER/body.cpp into FOLDER/unit.s
 *             FOLDER\tcompile\tWORD\tWORD...\n  the same, then runs that command where it went well
 *             FOLDER\trun\tWORD\tWORD...\n      runs the command only
 *   answer:   STATUS\n                          as a shell would say it; 124: time was up
 *
 * Requests come on file descriptor 0, answers go to 1. What is said goes to FOLDER/messages, what a
 * command prints to FOLDER/output. Limits and walls are the launcher's, which started us; here are
 * only wall and CPU time of each process (RLSF_SERVE_WALL_MS, RLSF_SERVE_CPU_MS). */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "reap.h"

static const char waited_for[] = "body.cpp";
static int served;

/* One line, without its end; 0 when there is none any more. */
static int read_line(int fd, char *line, size_t size) {
  size_t used = 0;
  while (used + 1 < size) {
    ssize_t n = read(fd, line + used, 1);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return 0;
    if (line[used] == '\n') {
      line[used] = 0;
      return 1;
    }
    used++;
  }
  return 0;
}

static void to_file(const char *name, int fd, int flags) {
  const int file = open(name, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC | flags, 0644);
  if (file < 0 || dup2(file, fd) < 0) _exit(125);
}

static int wait_for(pid_t child, long limit_ms, int *status) {
  sigset_t set;
  struct timespec start, now;
  sigemptyset(&set);
  sigaddset(&set, SIGCHLD);
  clock_gettime(CLOCK_MONOTONIC, &start);
  for (;;) {
    struct timespec tick = {0, 100000000};
    if (waitpid(child, status, WNOHANG) == child) return 1;
    clock_gettime(CLOCK_MONOTONIC, &now);
    if ((now.tv_sec - start.tv_sec) * 1000 + (now.tv_nsec - start.tv_nsec) / 1000000 > limit_ms) {
      kill(child, SIGKILL);
      waitpid(child, status, 0);
      return 0;
    }
    sigtimedwait(&set, NULL, &tick);
  }
}

/* What the standard headers themselves left to be instantiated (`std::to_string` and its kin) every
 * child would do again, for 30 ms with <string>. The whole source is read before it is parsed, so here
 * the compiler stands between two declarations. A compiler without plug-ins hides the function. */
static void instantiate_what_is_left(void) {
  void (*instantiate)(int) = (void (*)(int))dlsym(RTLD_DEFAULT, "_Z29instantiate_pending_templatesi");
  if (instantiate != NULL) instantiate(0);
}

static long milliseconds(const char *name) {
  const char *value = getenv(name);
  return value != NULL ? atol(value) : 30000;
}

static int outcome_of(pid_t child, long limit_ms) {
  int status = 0;
  if (child < 0) return 125;
  if (!wait_for(child, limit_ms, &status)) return 124;
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/* In a child: its folder, its outputs, its time. */
static void settle_in(const char *folder, const char *output, int flags, long cpu_ms,
                      const sigset_t *mask) {
  const struct rlimit cpu = {(rlim_t)(cpu_ms / 1000 + 1), (rlim_t)(cpu_ms / 1000 + 2)};
  const int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  setrlimit(RLIMIT_CPU, &cpu);
  sigprocmask(SIG_SETMASK, mask, NULL);
  if (nothing < 0 || dup2(nothing, 0) < 0 || chdir(folder) != 0) _exit(125);
  /* What a driver that is ended leaves goes with the folder. */
  setenv("TMPDIR", ".", 1);
  to_file(output, 1, O_TRUNC);
  to_file("messages", 2, flags);
}

/* Returns in every compiling child, never in the parent. */
static void serve(void) {
  static char request[1 << 16];
  char answer[64];
  const long wall_ms = milliseconds("RLSF_SERVE_WALL_MS"), cpu_ms = milliseconds("RLSF_SERVE_CPU_MS");
  sigset_t set, before;
  sigemptyset(&set);
  sigaddset(&set, SIGCHLD);
  sigprocmask(SIG_BLOCK, &set, &before);
  unsetenv("LD_PRELOAD");
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  instantiate_what_is_left();
  while (read_line(0, request, sizeof request)) {
    char *words[512], *rest = request, *folder = strsep(&rest, "\t"), *kind = strsep(&rest, "\t");
    const int compiles = kind == NULL || strcmp(kind, "compile") == 0;
    int count = 0, result = 0;
    while (rest != NULL && count < 511) words[count++] = strsep(&rest, "\t");
    words[count] = NULL;
    if (compiles) {
      const pid_t child = fork();
      if (child == 0) {
        settle_in(folder, "unit.s", O_TRUNC, cpu_ms, &before);
        return;
      }
      result = outcome_of(child, wall_ms);
    }
    if (count > 0 && result == 0) {
      const pid_t child = fork();
      if (child == 0) {
        settle_in(folder, "output", compiles ? O_APPEND : O_TRUNC, cpu_ms, &before);
        execv(words[0], words);
        _exit(127);
      }
      result = outcome_of(child, wall_ms);
    }
    reap_everything();
    snprintf(answer, sizeof answer, "%d\n", result);
    if (write(1, answer, strlen(answer)) < 0) break;
  }
  _exit(0);
}

static int opens_body(const char *path) {
  if (served || path == NULL || strcmp(path, waited_for) != 0) return 0;
  served = 1;
  return 1;
}

typedef int (*open_function)(const char *, int, ...);

#define INTERPOSE(name)                                                              \
  int name(const char *path, int flags, ...) {                                       \
    static open_function next;                                                       \
    mode_t mode;                                                                     \
    va_list rest;                                                                    \
    va_start(rest, flags);                                                           \
    mode = (flags & (O_CREAT | __O_TMPFILE)) != 0 ? (mode_t)va_arg(rest, int) : 0;    \
    va_end(rest);                                                                    \
    if (next == NULL) next = (open_function)dlsym(RTLD_NEXT, #name);                 \
    if (opens_body(path)) serve();                                                   \
    return next(path, flags, mode);                                                  \
  }

INTERPOSE(open)
INTERPOSE(open64)
