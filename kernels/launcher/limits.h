/* Limits and system-call filters shared by the launcher (C) and by the runtime that is linked into
 * every judged program (C++). Header only, so that each is one plain compile. */
#ifndef RLSF_LIMITS_H
#define RLSF_LIMITS_H

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

struct rlsf_limits {
  long cpu_ms;
  long wall_ms;
  long memory_mib;
  long output_bytes;
  long processes;
};

static void rlsf_limit(int what, unsigned long soft, unsigned long hard) {
  struct rlimit limit;
  limit.rlim_cur = soft;
  limit.rlim_max = hard;
  setrlimit((__rlimit_resource_t)what, &limit);
}

/* CPU in whole seconds is the backstop; the finer limit is a timer inside the program. */
static void rlsf_apply_limits(const struct rlsf_limits *limits) {
  unsigned long seconds = (unsigned long)(limits->cpu_ms + 999) / 1000 + 1;
  rlsf_limit(RLIMIT_CPU, seconds, seconds + 1);
  rlsf_limit(RLIMIT_FSIZE, (unsigned long)limits->output_bytes, (unsigned long)limits->output_bytes);
  rlsf_limit(RLIMIT_NPROC, (unsigned long)limits->processes, (unsigned long)limits->processes);
  /* No core file. Where cores go to a program of the machine's, 0 would not keep them from it; 1 does. */
  rlsf_limit(RLIMIT_CORE, 1, 1);
  rlsf_limit(RLIMIT_NOFILE, 256, 256);
  rlsf_limit(RLIMIT_MEMLOCK, 0, 0);
  rlsf_limit(RLIMIT_MSGQUEUE, 0, 0);
}

/* ------------------------------------------------------------------ filters */

#if defined(__x86_64__)
#define RLSF_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define RLSF_ARCH AUDIT_ARCH_AARCH64
#endif

enum { RLSF_PROGRAM_SIZE = 512 };

struct rlsf_filter {
  struct sock_filter code[RLSF_PROGRAM_SIZE];
  unsigned short length;
};

static void rlsf_add(struct rlsf_filter *f, unsigned short code, unsigned char jt, unsigned char jf,
                     unsigned int k) {
  struct sock_filter line;
  line.code = code;
  line.jt = jt;
  line.jf = jf;
  line.k = k;
  if (f->length < RLSF_PROGRAM_SIZE) f->code[f->length++] = line;
}

static void rlsf_load(struct rlsf_filter *f, unsigned int offset) {
  rlsf_add(f, BPF_LD | BPF_W | BPF_ABS, 0, 0, offset);
}

/* The low half of argument n; both supported machines are little-endian. */
static unsigned int rlsf_argument(int n) {
  return (unsigned int)(offsetof(struct seccomp_data, args) + 8 * (size_t)n);
}

static void rlsf_deny(struct rlsf_filter *f, long call, int error) {
  rlsf_add(f, BPF_JMP | BPF_JEQ | BPF_K, 0, 1, (unsigned int)call);
  rlsf_add(f, BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ERRNO | (unsigned int)error);
}

/* Denied when (argument & mask) != 0. */
static void rlsf_deny_bits(struct rlsf_filter *f, long call, int n, unsigned int mask, int error) {
  rlsf_add(f, BPF_JMP | BPF_JEQ | BPF_K, 0, 4, (unsigned int)call);
  rlsf_load(f, rlsf_argument(n));
  rlsf_add(f, BPF_JMP | BPF_JSET | BPF_K, 0, 1, mask);
  rlsf_add(f, BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ERRNO | (unsigned int)error);
  rlsf_load(f, (unsigned int)offsetof(struct seccomp_data, nr));
}

/* Denied when the argument has this value. */
static void rlsf_deny_value(struct rlsf_filter *f, long call, int n, unsigned int value, int error) {
  rlsf_add(f, BPF_JMP | BPF_JEQ | BPF_K, 0, 4, (unsigned int)call);
  rlsf_load(f, rlsf_argument(n));
  rlsf_add(f, BPF_JMP | BPF_JEQ | BPF_K, 0, 1, value);
  rlsf_add(f, BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ERRNO | (unsigned int)error);
  rlsf_load(f, (unsigned int)offsetof(struct seccomp_data, nr));
}

/* Denied when the argument is less. */
static void rlsf_deny_below(struct rlsf_filter *f, long call, int n, unsigned int least, int error) {
  rlsf_add(f, BPF_JMP | BPF_JEQ | BPF_K, 0, 4, (unsigned int)call);
  rlsf_load(f, rlsf_argument(n));
  rlsf_add(f, BPF_JMP | BPF_JGE | BPF_K, 1, 0, least);
  rlsf_add(f, BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ERRNO | (unsigned int)error);
  rlsf_load(f, (unsigned int)offsetof(struct seccomp_data, nr));
}

/* Denied unless the argument is one of two values. */
static void rlsf_deny_unless(struct rlsf_filter *f, long call, int n, unsigned int a, unsigned int b,
                             int error) {
  rlsf_add(f, BPF_JMP | BPF_JEQ | BPF_K, 0, 5, (unsigned int)call);
  rlsf_load(f, rlsf_argument(n));
  rlsf_add(f, BPF_JMP | BPF_JEQ | BPF_K, 2, 0, a);
  rlsf_add(f, BPF_JMP | BPF_JEQ | BPF_K, 1, 0, b);
  rlsf_add(f, BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ERRNO | (unsigned int)error);
  rlsf_load(f, (unsigned int)offsetof(struct seccomp_data, nr));
}

/* Denied when the argument is a pointer and not NULL. */
static void rlsf_deny_pointer(struct rlsf_filter *f, long call, int n, int error) {
  rlsf_add(f, BPF_JMP | BPF_JEQ | BPF_K, 0, 6, (unsigned int)call);
  rlsf_load(f, rlsf_argument(n));
  rlsf_add(f, BPF_JMP | BPF_JEQ | BPF_K, 0, 2, 0);
  rlsf_load(f, rlsf_argument(n) + 4);
  rlsf_add(f, BPF_JMP | BPF_JEQ | BPF_K, 1, 0, 0);
  rlsf_add(f, BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ERRNO | (unsigned int)error);
  rlsf_load(f, (unsigned int)offsetof(struct seccomp_data, nr));
}

static void rlsf_begin(struct rlsf_filter *f) {
  f->length = 0;
  rlsf_load(f, (unsigned int)offsetof(struct seccomp_data, arch));
  rlsf_add(f, BPF_JMP | BPF_JEQ | BPF_K, 1, 0, RLSF_ARCH);
  rlsf_add(f, BPF_RET | BPF_K, 0, 0, SECCOMP_RET_KILL_PROCESS);
  rlsf_load(f, (unsigned int)offsetof(struct seccomp_data, nr));
#if defined(__x86_64__)
  /* The x32 calls would pass under other numbers. */
  rlsf_add(f, BPF_JMP | BPF_JGE | BPF_K, 0, 1, 0x40000000u);
  rlsf_add(f, BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ERRNO | ENOSYS);
#endif
}

static int rlsf_install(struct rlsf_filter *f) {
  struct sock_fprog program;
  rlsf_add(f, BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW);
  if (f->length >= RLSF_PROGRAM_SIZE) return -1;
  program.len = f->length;
  program.filter = f->code;
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return -1;
  return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0);
}

/* Nobody may reach the network, mount, make namespaces or talk to the kernel's administration.
 * ptrace stays open: LeakSanitizer attaches to its own process. */
static inline int rlsf_filter_base(int compile, int deny_ptrace) {
  static const int denied[] = {
      SYS_socket, SYS_connect, SYS_bind, SYS_listen, SYS_accept, SYS_accept4,
      SYS_sendmsg, SYS_sendmmsg, SYS_mount, SYS_umount2, SYS_pivot_root, SYS_chroot,
      SYS_unshare, SYS_setns, SYS_bpf, SYS_perf_event_open, SYS_userfaultfd, SYS_keyctl, SYS_add_key,
      SYS_request_key, SYS_init_module, SYS_finit_module, SYS_delete_module, SYS_kexec_load,
      SYS_reboot, SYS_swapon, SYS_swapoff, SYS_sethostname, SYS_setdomainname, SYS_settimeofday,
      SYS_clock_settime, SYS_adjtimex, SYS_clock_adjtime, SYS_quotactl, SYS_acct, SYS_syslog,
      SYS_name_to_handle_at, SYS_open_by_handle_at, SYS_fanotify_init, SYS_process_vm_readv,
      SYS_process_vm_writev, SYS_kcmp, SYS_vhangup, SYS_shmget, SYS_shmat, SYS_msgget, SYS_semget,
      SYS_mq_open, SYS_io_setup,
#ifdef SYS_kexec_file_load
      SYS_kexec_file_load,
#endif
#ifdef SYS_iopl
      SYS_iopl, SYS_ioperm,
#endif
      /* by number where the C library's headers are older than the call; the same everywhere */
      424 /* pidfd_send_signal */, 425, 426, 427 /* io_uring */, 428 /* open_tree */,
      429 /* move_mount */, 430, 431, 432, 433 /* fsopen and its kin */, 438 /* pidfd_getfd */,
      440 /* process_madvise */, 442 /* mount_setattr */, 443 /* quotactl_fd */,
  };
  struct rlsf_filter f;
  size_t i;
  rlsf_begin(&f);
  for (i = 0; i < sizeof denied / sizeof denied[0]; i++) rlsf_deny(&f, denied[i], EPERM);
  /* A pair of sockets is a pipe within the program: Python's asyncio and java.nio want one. Neither
   * end reaches anybody else as long as a message cannot be addressed. */
  rlsf_deny_unless(&f, SYS_socketpair, 0, 1 /* AF_UNIX */, 1, EPERM);
  rlsf_deny_pointer(&f, SYS_sendto, 4, EPERM);
  rlsf_deny(&f, 435 /* clone3: its flags cannot be seen; the C library falls back to clone */, ENOSYS);
  rlsf_deny_bits(&f, SYS_clone, 0,
                 0x00000080u | CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC |
                     CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET,
                 EPERM);
  rlsf_deny_value(&f, SYS_ioctl, 1, 0x5412 /* TIOCSTI: types into a terminal */, EPERM);
  rlsf_deny_value(&f, SYS_ioctl, 1, 0x541c /* TIOCLINUX */, EPERM);
  if (deny_ptrace) rlsf_deny(&f, SYS_ptrace, EPERM);
  if (compile) {
    rlsf_deny(&f, SYS_setsid, EPERM);
    rlsf_deny(&f, SYS_setpgid, EPERM);
  }
  return rlsf_install(&f);
}

/* What a judged program gets on top: no process but itself (threads stay), no other program, no file
 * opened for writing, no signal to and no limit on anybody else, its process group for life.
 * `exec_path`: the one address from which a program may still be started (the launcher's), or NULL. */
static inline int rlsf_filter_strict(const char *exec_path) {
  static const int denied[] = {
#ifdef SYS_fork
      SYS_fork, SYS_vfork, SYS_creat, SYS_rename, SYS_unlink, SYS_link, SYS_symlink, SYS_mkdir,
      SYS_rmdir, SYS_mknod, SYS_chmod, SYS_chown, SYS_lchown, SYS_utime, SYS_utimes, SYS_futimesat,
#endif
      SYS_execveat, SYS_setsid, SYS_setpgid, SYS_tkill, SYS_rt_sigqueueinfo, SYS_rt_tgsigqueueinfo,
      SYS_setpriority, SYS_sched_setscheduler, SYS_sched_setparam, SYS_ioprio_set, SYS_memfd_create,
      SYS_truncate, SYS_renameat, SYS_renameat2, SYS_unlinkat, SYS_linkat, SYS_symlinkat,
      SYS_mkdirat, SYS_mknodat, SYS_fchmod, SYS_fchmodat, SYS_fchown, SYS_fchownat, SYS_utimensat,
      SYS_setxattr, SYS_lsetxattr, SYS_fsetxattr, SYS_inotify_init1, SYS_personality,
      434 /* pidfd_open */, 447 /* memfd_secret */, 452 /* fchmodat2 */, 463, 466 /* setxattrat, removexattrat */,
  };
  const unsigned int self = (unsigned int)getpid();
  const unsigned int writing = O_WRONLY | O_RDWR | O_CREAT | O_TRUNC;
  struct rlsf_filter f;
  size_t i;
  rlsf_begin(&f);
  for (i = 0; i < sizeof denied / sizeof denied[0]; i++) rlsf_deny(&f, denied[i], EPERM);
  rlsf_deny(&f, 437 /* openat2: its flags cannot be seen */, ENOSYS);
#ifdef SYS_open
  rlsf_deny_bits(&f, SYS_open, 1, writing, EACCES);
#endif
  rlsf_deny_bits(&f, SYS_openat, 2, writing, EACCES);
  rlsf_deny_unless(&f, SYS_kill, 0, self, self, EPERM);
  rlsf_deny_unless(&f, SYS_tgkill, 0, self, self, EPERM);
  rlsf_deny_unless(&f, SYS_prlimit64, 0, 0, self, EPERM);
  rlsf_deny_unless(&f, SYS_sched_setaffinity, 0, 0, self, EPERM);
  rlsf_deny_value(&f, SYS_prlimit64, 1, RLIMIT_CORE, EPERM);
#ifdef SYS_setrlimit
  rlsf_deny_value(&f, SYS_setrlimit, 0, RLIMIT_CORE, EPERM);
#endif
  /* A signal to anybody may also be ordered for when a pipe becomes readable. */
  rlsf_deny_value(&f, SYS_fcntl, 1, F_SETOWN, EPERM);
  rlsf_deny_value(&f, SYS_fcntl, 1, 15 /* F_SETOWN_EX */, EPERM);
  rlsf_deny_value(&f, SYS_fcntl, 1, 10 /* F_SETSIG */, EPERM);
  /* LeakSanitizer attaches to its own threads. Whoever watches the program is older than it. */
  rlsf_deny_value(&f, SYS_ptrace, 0, 0 /* PTRACE_TRACEME */, EPERM);
  rlsf_deny_below(&f, SYS_ptrace, 1, self, EPERM);
  /* clone: threads and LeakSanitizer's tracer share the memory; a new process does not. */
  rlsf_add(&f, BPF_JMP | BPF_JEQ | BPF_K, 0, 5, SYS_clone);
  rlsf_load(&f, rlsf_argument(0));
  rlsf_add(&f, BPF_JMP | BPF_JSET | BPF_K, 0, 1, CLONE_VFORK | CLONE_PARENT);
  rlsf_add(&f, BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ERRNO | EPERM);
  rlsf_add(&f, BPF_JMP | BPF_JSET | BPF_K, 1, 0, CLONE_VM);
  rlsf_add(&f, BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ERRNO | EPERM);
  rlsf_load(&f, (unsigned int)offsetof(struct seccomp_data, nr));
  if (exec_path == NULL) {
    rlsf_deny(&f, SYS_execve, EPERM);
  } else {
    const unsigned long address = (unsigned long)exec_path;
    rlsf_add(&f, BPF_JMP | BPF_JEQ | BPF_K, 0, 6, SYS_execve);
    rlsf_load(&f, rlsf_argument(0));
    rlsf_add(&f, BPF_JMP | BPF_JEQ | BPF_K, 0, 2, (unsigned int)address);
    rlsf_load(&f, rlsf_argument(0) + 4);
    rlsf_add(&f, BPF_JMP | BPF_JEQ | BPF_K, 1, 0, (unsigned int)(address >> 32));
    rlsf_add(&f, BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ERRNO | EPERM);
    rlsf_load(&f, (unsigned int)offsetof(struct seccomp_data, nr));
  }
  return rlsf_install(&f);
}

#endif
