/* Starts one program with limits and, in the restricted tier, with walls of its own.
 *
 *   rlsf-launcher [options] compile PROGRAM ARGUMENTS...   any program; its output passes through
 *   rlsf-launcher [options] batch   UNIT                   UNIT supervises its own children
 *   rlsf-launcher [options] program PROGRAM ARGUMENTS...   supervised from here, once per --stdin
 *
 *   --total-ms N       for the whole command; --wall-ms is for each child of a unit
 *   --cpu-ms N --wall-ms N --memory-mib N --output-bytes N --processes N
 *   --uid N            become this user first (needs root)
 *   --landlock         only what --ro and --rw name can be reached
 *   --ro P  --rw P     a file or folder (missing ones are passed over)
 *   --no-ptrace        nobody can be traced, so LeakSanitizer cannot work
 *   --stdin P          a file that a run of `program` reads; several: one run each, one after the other
 *   --stop-signal N    asks a program for its stack before it is ended (SIGUSR2)
 *   --cpu-grace-ms N   what the program's own CPU timer may be late (0: it has none)
 *   --preload P        a library that `compile`'s program loads first
 *   --unfiltered       no system-call filter (isolation `none`)
 *
 * What it covers: network, mounts, namespaces, other people's files (Landlock or the user id),
 * signals to others, processes, memory, time, output. What it does not: bugs of the kernel, timing
 * channels, reading what every user may read where Landlock is missing.
 * Exit: the program's own; 124 wall time was up; 125 the launcher itself failed; 128 + signal. */
#define _GNU_SOURCE
#include <dirent.h>
#include <grp.h>
#include <stdint.h>
#include <sys/personality.h>

#include "reap.h"
#include "supervise.h"

enum { MAX_PATHS = 32, MAX_RUNS = 512 };

struct options {
  struct rlsf_limits limits;
  long uid, total_ms;
  int landlock, filtered, tracing;
  const char *ro[MAX_PATHS], *rw[MAX_PATHS];
  int ro_count, rw_count;
  const char *stdin_paths[MAX_RUNS];
  int stdin_count;
  struct rlsf_watch watch;
  const char *preload;
  char **command; /* mode, program, arguments */
};

static void fail(const char *what) {
  fprintf(stderr, "rlsf-launcher: %s: %s\n", what, strerror(errno));
  exit(125);
}

static struct options parse(int argc, char **argv) {
  struct options o;
  int i;
  memset(&o, 0, sizeof o);
  o.uid = -1;
  o.filtered = 1;
  o.tracing = 1;
  o.watch.stop_signal = SIGUSR2;
  o.limits.cpu_ms = 10000;
  o.limits.wall_ms = 30000;
  o.limits.output_bytes = 1 << 28;
  o.limits.processes = 64;
  for (i = 1; i < argc && strncmp(argv[i], "--", 2) == 0; i++) {
    const char *name = argv[i] + 2;
    const char *value;
    if (strcmp(name, "landlock") == 0) { o.landlock = 1; continue; }
    if (strcmp(name, "unfiltered") == 0) { o.filtered = 0; continue; }
    if (strcmp(name, "no-ptrace") == 0) { o.tracing = 0; continue; }
    value = ++i < argc ? argv[i] : "";
    if (strcmp(name, "cpu-ms") == 0) o.limits.cpu_ms = atol(value);
    else if (strcmp(name, "wall-ms") == 0) o.limits.wall_ms = atol(value);
    else if (strcmp(name, "total-ms") == 0) o.total_ms = atol(value);
    else if (strcmp(name, "memory-mib") == 0) o.limits.memory_mib = atol(value);
    else if (strcmp(name, "output-bytes") == 0) o.limits.output_bytes = atol(value);
    else if (strcmp(name, "processes") == 0) o.limits.processes = atol(value);
    else if (strcmp(name, "uid") == 0) o.uid = atol(value);
    else if (strcmp(name, "ro") == 0 && o.ro_count < MAX_PATHS) o.ro[o.ro_count++] = value;
    else if (strcmp(name, "rw") == 0 && o.rw_count < MAX_PATHS) o.rw[o.rw_count++] = value;
    else if (strcmp(name, "stdin") == 0 && o.stdin_count < MAX_RUNS) o.stdin_paths[o.stdin_count++] = value;
    else if (strcmp(name, "preload") == 0) o.preload = value;
    else if (strcmp(name, "stop-signal") == 0) o.watch.stop_signal = atoi(value);
    else if (strcmp(name, "cpu-grace-ms") == 0) o.watch.cpu_grace_ms = atol(value);
    else { errno = EINVAL; fail(argv[i - 1]); }
  }
  o.command = argv + i;
  if (argc - i < 2) { errno = EINVAL; fail("expected MODE PROGRAM"); }
  return o;
}

/* ------------------------------------------------------------------ Landlock */

struct ruleset { uint64_t fs, net, scoped; };
struct beneath { uint64_t access; int32_t parent; } __attribute__((packed));

static void allow(int ruleset, const char *path, uint64_t access, uint64_t for_files) {
  struct beneath rule;
  struct stat s;
  int fd = open(path, O_PATH | O_CLOEXEC);
  if (fd < 0) return;
  rule.access = fstat(fd, &s) == 0 && S_ISDIR(s.st_mode) ? access : access & for_files;
  rule.parent = fd;
  if (syscall(445, ruleset, 1, &rule, 0) != 0) fail(path);
  close(fd);
}

static void wall_off(const struct options *o) {
  long abi = syscall(444, NULL, 0, 1);
  struct ruleset r;
  uint64_t all, files = 0x7 | 1u << 14 | 1u << 15; /* execute, write, read, truncate, ioctl */
  int fd, i;
  if (abi < 1) fail("Landlock");
  memset(&r, 0, sizeof r);
  all = abi >= 5 ? 0xffff : abi >= 3 ? 0x7fff : abi == 2 ? 0x3fff : 0x1fff;
  r.fs = all;
  r.net = abi >= 4 ? 0x3 : 0;
  r.scoped = abi >= 6 ? 0x3 : 0; /* abstract sockets, signals */
  fd = (int)syscall(444, &r, abi >= 6 ? 24 : abi >= 4 ? 16 : 8, 0);
  if (fd < 0) fail("Landlock rule set");
  for (i = 0; i < o->ro_count; i++) allow(fd, o->ro[i], 0x1 | 0x4 | 0x8, files);
  for (i = 0; i < o->rw_count; i++) allow(fd, o->rw[i], all, files & all);
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || syscall(446, fd, 0) != 0) fail("Landlock");
  close(fd);
}

/* ------------------------------------------------------------------ the three ways to run */

static pid_t main_child;

static void on_term(int number) {
  (void)number;
  /* The supervising unit ends its own child on SIGTERM; then the group, then what is left. */
  if (main_child > 0) {
    kill(main_child, SIGTERM);
    usleep(2000);
    kill(-main_child, SIGKILL);
  }
  reap_everything();
  _exit(143);
}

static int run_watched(const struct options *o, int compile) {
  char number[5][32];
  char **command = o->command + 1;
  char *unit[8];
  struct rlsf_limits limits = o->limits;
  long started = rlsf_now_ms(), wall = o->total_ms > 0 ? o->total_ms : limits.wall_ms;
  sigset_t set;
  int status;

  if (!compile) {
    snprintf(number[0], 32, "%ld", limits.cpu_ms);
    snprintf(number[1], 32, "%ld", limits.wall_ms);
    snprintf(number[2], 32, "%ld", limits.memory_mib);
    snprintf(number[3], 32, "%ld", limits.output_bytes);
    snprintf(number[4], 32, "%ld", limits.processes);
    unit[0] = command[0];
    unit[1] = (char *)"batch";
    for (int i = 0; i < 5; i++) unit[2 + i] = number[i];
    unit[7] = NULL;
    command = unit;
  }
  sigemptyset(&set);
  sigaddset(&set, SIGCHLD);
  sigprocmask(SIG_BLOCK, &set, NULL);
  main_child = fork();
  if (main_child < 0) fail("fork");
  if (main_child == 0) {
    sigset_t none;
    char *const *argv = command;
    if (compile) {
      setpgid(0, 0);
      rlsf_apply_limits(&limits);
      if (limits.memory_mib > 0) {
        unsigned long bytes = (unsigned long)limits.memory_mib << 20;
        rlsf_limit(RLIMIT_AS, bytes, bytes);
      }
    }
    if (o->preload != NULL) setenv("LD_PRELOAD", o->preload, 1);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    signal(SIGTERM, SIG_DFL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    if (o->filtered && rlsf_filter_base(compile, compile || !o->tracing) != 0) fail("seccomp");
    execv(argv[0], argv);
    fail(argv[0]);
  }
  if (compile) setpgid(main_child, main_child);
  for (;;) {
    struct timespec tick = {0, 50000000};
    siginfo_t info;
    pid_t got = waitpid(main_child, &status, WNOHANG | __WALL);
    if (got == main_child) break;
    sigtimedwait(&set, &info, &tick);
    if (rlsf_now_ms() - started > wall) {
      kill(compile ? -main_child : main_child, SIGKILL);
      waitpid(main_child, &status, __WALL);
      reap_everything();
      fprintf(stderr, "rlsf-launcher: wall time was up after %ld ms\n", wall);
      return 124;
    }
  }
  if (compile) kill(-main_child, SIGKILL);
  reap_everything();
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/* The filter knows the one program that may be started by the address of its name. The program itself
 * could put another name there: it must not find the place. */
static char *program_path;

static char *hidden_copy(const char *text) {
  unsigned long random;
  char *page;
  if (syscall(SYS_getrandom, &random, sizeof random, 0) != (long)sizeof random) fail("getrandom");
  page = mmap((void *)(0x100000000000ul + (random & 0x3ffffffff000ul)), 8192, PROT_READ | PROT_WRITE,
              MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED) fail("mmap");
  return strcpy(page + (random & 0xff0), text);
}

static void exec_program(int index, void *context) {
  char **command = context;
  (void)index;
  execv(program_path, command);
}

static int run_program(struct options *o) {
  char **command = o->command + 1;
  int i;
  if (strlen(command[0]) >= 4096) { errno = ENAMETOOLONG; fail("program"); }
  program_path = hidden_copy(command[0]);
  o->watch.exec_path = program_path;
  if (o->filtered && rlsf_filter_base(0, !o->tracing) != 0) fail("seccomp");
  for (i = 0; i < (o->stdin_count > 0 ? o->stdin_count : 1); i++) {
    o->watch.stdin_path = i < o->stdin_count ? o->stdin_paths[i] : NULL;
    rlsf_supervise(i, &o->limits, &o->watch, exec_program, command, STDOUT_FILENO);
    reap_everything();
  }
  return 0;
}

/* The limit on processes counts all threads of the user; those that run already are not the program's. */
static long threads_of_mine(void) {
  DIR *processes = opendir("/proc");
  struct dirent *entry;
  long count = 0;
  if (processes == NULL) return 0;
  while ((entry = readdir(processes)) != NULL) {
    char path[300];
    struct stat s;
    DIR *tasks;
    snprintf(path, sizeof path, "/proc/%s/task", entry->d_name);
    if (entry->d_name[0] < '1' || entry->d_name[0] > '9' || stat(path, &s) != 0 || s.st_uid != getuid()) continue;
    tasks = opendir(path);
    if (tasks == NULL) continue;
    while ((entry = readdir(tasks)) != NULL) count += entry->d_name[0] != '.';
    closedir(tasks);
  }
  closedir(processes);
  return count;
}

int main(int argc, char **argv) {
  struct options o = parse(argc, argv);
  const char *mode = o.command[0];
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  signal(SIGTERM, on_term);
  umask(022);
  /* The same addresses every time: what a program reads by mistake should not vary either. */
  personality(ADDR_NO_RANDOMIZE);
  if (o.uid >= 0) {
    gid_t group = (gid_t)o.uid;
    if (setgroups(0, NULL) != 0 && errno != EPERM) fail("setgroups");
    if (setresgid(group, group, group) != 0 || setresuid((uid_t)o.uid, (uid_t)o.uid, (uid_t)o.uid) != 0)
      fail("--uid");
    /* A change of user clears it. */
    prctl(PR_SET_PDEATHSIG, SIGTERM);
  }
  if (o.uid < 0) o.limits.processes += threads_of_mine();
  /* Nobody of our own user looks into us or holds us. */
  prctl(PR_SET_DUMPABLE, 0);
  if (!o.filtered) setenv("RLSF_UNFILTERED", "1", 1);
  if (o.landlock) wall_off(&o);
  if (strcmp(mode, "compile") == 0) return run_watched(&o, 1);
  if (strcmp(mode, "batch") == 0) return run_watched(&o, 0);
  if (strcmp(mode, "program") == 0) return run_program(&o);
  errno = EINVAL;
  fail("expected compile, batch or program");
  return 125;
}
