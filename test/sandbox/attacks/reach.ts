import { attempt } from './attack.js';
import type { AttackGroup } from './attack.js';

const filter = 'system-call filter';

/** How often a call came back with anything but `EPERM`, what the filter says. */
const refused = `int passed(long result) {
    return result != -1 || errno != EPERM;
}
`;

export const reaching: AttackGroup = {
  title: 'Reaching out',
  about:
    'Each makes every attempt it can think of and tells how many came through: its test expects 0, so it is `clean` where all were refused.',
  attacks: [
    {
      name: 'fork bomb',
      tries: 'fork, clone, clone3, a hundred times',
      stops: `${filter}: a program has no process but itself`,
      outcome: 'clean',
      job: () =>
        attempt(`    int made = 0;
    for (int i = 0; i < 100; i++) {
        int child = fork();
        if (child == 0) for (;;) pause();
        made += child > 0;
    }
    long child = syscall(SYS_clone, SIGCHLD | CLONE_PARENT, nullptr, nullptr, nullptr, nullptr);
    if (child == 0) for (;;) pause();
    unsigned long wanted[8] = {0, 0, 0, 0, SIGCHLD, 0, 0, 0};
    made += child > 0;
    child = syscall(435, wanted, sizeof wanted);
    if (child == 0) for (;;) pause();
    return made + (child > 0);`),
    },
    {
      name: 'other programs',
      tries: 'a shell, execve, execveat, posix_spawn, popen',
      stops: `${filter}: nothing is started but the program itself, by a name that it cannot find`,
      outcome: 'clean',
      job: () =>
        attempt(`    char name[] = "true", path[] = "/bin/true";
    char* const words[] = {name, nullptr};
    pid_t child = 0;
    int started = std::system("true") == 0;
    started += posix_spawn(&child, path, nullptr, nullptr, words, nullptr) == 0;
    FILE* pipe = popen("true", "r");
    started += pipe != nullptr && pclose(pipe) == 0;
    execv(path, words);
    execveat(AT_FDCWD, path, words, nullptr, 0);
    return started;`),
    },
    {
      name: 'daemonised child',
      tries: 'daemon, setsid, setpgid: a life outside of its process group',
      stops: filter,
      outcome: 'clean',
      job: () =>
        attempt(
          '    return (daemon(0, 0) == 0) + (setsid() > 0) + (setpgid(0, 0) == 0) + (setpgid(0, getppid()) == 0);',
        ),
    },
    {
      name: 'network',
      tries:
        'TCP to a listener of this machine, UDP, IPv6, netlink, raw and packet sockets, io_uring',
      stops: `${filter}; bubblewrap: a network of its own; Landlock`,
      outcome: 'clean',
      job: ({ port }) =>
        attempt(`    int open = 0;
    for (int family : {AF_INET, AF_INET6, AF_UNIX, 16, 17})
        for (int type : {SOCK_STREAM, SOCK_DGRAM, SOCK_RAW}) {
            int s = socket(family, type, 0);
            sockaddr_in to{};
            to.sin_family = AF_INET;
            to.sin_port = htons(${port});
            to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
            open += s >= 0;
            open += connect(s, (sockaddr*)&to, sizeof to) == 0;
        }
    int pair[2];
    char ring[256] = {};
    for (int family : {AF_INET, AF_INET6, 16, 30, 40}) open += socketpair(family, SOCK_STREAM, 0, pair) == 0;
    return open + (syscall(425, 4, ring) >= 0);`),
    },
    {
      name: 'abstract socket',
      tries:
        'an abstract UNIX socket, which no file system guards; a message to it from a pair of sockets, sent with an address',
      stops: filter,
      outcome: 'clean',
      job: ({ socketName }) =>
        attempt(`    sockaddr_un to{};
    to.sun_family = AF_UNIX;
    const char name[] = "${socketName}";
    std::memcpy(to.sun_path + 1, name, sizeof name - 1);
    int s = socket(AF_UNIX, SOCK_STREAM, 0);
    const socklen_t size = sizeof(sa_family_t) + sizeof name;
    int pair[2] = {-1, -1}, sent = 0;
    for (int type : {SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET}) {
        if (socketpair(AF_UNIX, type, 0, pair) != 0) return 1;
        iovec part{(void*)name, 1};
        msghdr message{};
        message.msg_name = &to;
        message.msg_namelen = size;
        message.msg_iov = &part;
        message.msg_iovlen = 1;
        sent += sendto(pair[0], name, 1, 0, (sockaddr*)&to, size) >= 0;
        sent += sendmsg(pair[0], &message, 0) >= 0;
        sent += connect(pair[0], (sockaddr*)&to, size) == 0;
        // Without an address it stays in the family.
        sent += sendto(pair[0], name, 1, 0, nullptr, 0) != 1;
    }
    return sent + (s >= 0) + (connect(s, (sockaddr*)&to, size) == 0);`),
    },
    {
      name: 'reading files',
      tries: '/etc/shadow, /root, the home folder, a file of its judge, the repository, devices',
      stops: 'bubblewrap: not there; restricted: Landlock, or a user of its own',
      outcome: 'clean',
      job: ({ secretFile, home, repository }) =>
        attempt(`    int seen = 0;
    for (const char* path : {"/etc/shadow", "/etc/gshadow", "${secretFile}", "/proc/kcore", "/dev/mem", "/dev/kmsg",
                             "/dev/tty", "/dev/ptmx", "/dev/fuse", "/var/log/btmp"}) {
        std::ifstream file(path);
        seen += file.get() != EOF;
    }
    for (const char* path : {"/root", "${home}", "${repository}/.git", "/sys/kernel", "/dev/shm"})
        seen += opendir(path) != nullptr;
    return seen;`),
    },
    {
      name: 'writing files',
      tries:
        'new files in its folder, /tmp, /dev/shm, the home folder, the repository; its own program; unnamed files',
      stops: `${filter}: no file is opened for writing; bubblewrap: read-only mounts; Landlock`,
      outcome: 'clean',
      job: ({ folder, home, repository, marker }) =>
        attempt(`    int made = 0;
    for (const char* place : {".", "${folder}", "/tmp", "/var/tmp", "/dev/shm", "${home}", "${repository}"}) {
        std::string name = std::string(place) + "/${marker}";
        made += open(name.c_str(), O_CREAT | O_WRONLY, 0666) >= 0;
        made += creat(name.c_str(), 0666) >= 0;
        made += open(place, O_TMPFILE | O_RDWR, 0600) >= 0;
        made += mkdir(name.c_str(), 0777) == 0;
        made += mknod(name.c_str(), S_IFIFO | 0666, 0) == 0;
        made += symlink("/etc/shadow", name.c_str()) == 0;
    }
    made += open("unit", O_RDWR) >= 0;
    made += open("unit", O_RDONLY | O_TRUNC) >= 0;
    made += open("/proc/self/exe", O_WRONLY) >= 0;
    unsigned long how[3] = {O_RDWR, 0, 0};
    made += syscall(437, AT_FDCWD, "unit", how, sizeof how) >= 0;
    return made + (shm_open("/${marker}", O_CREAT | O_RDWR, 0600) >= 0) + (syscall(SYS_memfd_create, "x", 0) >= 0);`),
    },
    {
      name: 'changing files',
      tries: 'links, renames, removal, permissions and times of what is there',
      stops: filter,
      outcome: 'clean',
      job: ({ folder, marker }) =>
        attempt(`    std::string there = "${folder}/${marker}";
    int done = link("unit", there.c_str()) == 0;
    done += symlink("unit", "again") == 0;
    done += rename("unit", "gone") == 0;
    done += unlink("unit") == 0;
    done += truncate("unit", 0) == 0;
    done += chmod("unit", 0) == 0;
    done += syscall(452, AT_FDCWD, "unit", 0, 0) == 0;
    done += chown("unit", 0, 0) == 0;
    done += utimensat(AT_FDCWD, "unit", nullptr, 0) == 0;
    return done + (rmdir("0") == 0);`),
    },
    {
      name: 'mounts and namespaces',
      tries: 'mount, the new mount calls, chroot, pivot_root, unshare, setns',
      stops: `${filter}; no capabilities`,
      outcome: 'clean',
      job: () =>
        attempt(
          `    int done = passed(mount("none", "/tmp", "tmpfs", 0, nullptr)) + passed(umount2("/proc", MNT_DETACH));
    done += passed(syscall(428, AT_FDCWD, "/", 1)) + passed(syscall(430, "tmpfs", 0));
    done += passed(chroot("/proc")) + passed(syscall(SYS_pivot_root, ".", "."));
    for (int kind : {CLONE_NEWUSER, CLONE_NEWNS, CLONE_NEWNET, CLONE_NEWPID}) done += passed(unshare(kind));
    return done + passed(setns(0, 0)) + passed(syscall(SYS_clone, CLONE_NEWUSER | CLONE_VM | SIGCHLD, 0, 0, 0, 0));`,
          refused,
        ),
    },
    {
      name: 'privileges',
      tries: 'other users and groups, capabilities, what is left of its judge’s own',
      stops: 'a user of its own, no capabilities, no_new_privs',
      outcome: 'clean',
      job: () =>
        attempt(`    int got = setuid(0) == 0;
    got += setresuid(0, 0, 0) == 0;
    got += setgid(0) == 0;
    gid_t group = 0;
    got += setgroups(1, &group) == 0;
    got += prctl(PR_SET_SECUREBITS, 1) == 0;
    std::ifstream status("/proc/self/status");
    std::string line;
    while (std::getline(status, line)) {
        if (line.compare(0, 6, "CapEff") == 0 || line.compare(0, 6, "CapPrm") == 0)
            got += line.find_first_not_of("0\\t", 7) != std::string::npos;
        if (line.compare(0, 10, "NoNewPrivs") == 0) got += line.back() != '1';
        if (line.compare(0, 8, "Seccomp:") == 0) got += line.back() != '2';
    }
    return got;`),
    },
    {
      name: 'the kernel’s administration',
      tries:
        'bpf, perf, userfaultfd, keys, modules, kexec, reboot, clock, host name, system log, swap, quota',
      stops: filter,
      outcome: 'clean',
      job: () =>
        attempt(
          `    int done = 0;
    const long calls[] = {SYS_bpf, SYS_perf_event_open, SYS_userfaultfd, SYS_keyctl, SYS_add_key, SYS_request_key,
                      SYS_init_module, SYS_finit_module, SYS_delete_module, SYS_kexec_load, SYS_reboot, SYS_swapon,
                      SYS_swapoff, SYS_sethostname, SYS_setdomainname, SYS_settimeofday, SYS_clock_settime,
                      SYS_adjtimex, SYS_quotactl, SYS_acct, SYS_syslog, SYS_vhangup, SYS_name_to_handle_at,
                      SYS_open_by_handle_at, SYS_fanotify_init, SYS_io_setup, 426, 427, 438};
    for (long call : calls) done += passed(syscall(call, 0, 0, 0, 0, 0));
    return done;`,
          refused,
        ),
    },
    {
      name: 'shared memory and queues',
      tries: 'System V and POSIX objects, which would outlive it',
      stops: `${filter}; bubblewrap: objects of its own`,
      outcome: 'clean',
      job: ({ marker }) =>
        attempt(`    int made = shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600) >= 0;
    made += msgget(IPC_PRIVATE, IPC_CREAT | 0600) >= 0;
    made += semget(IPC_PRIVATE, 1, IPC_CREAT | 0600) >= 0;
    return made + (mq_open("/${marker}", O_CREAT | O_RDWR, 0600, nullptr) >= 0);`),
    },
    {
      name: 'environment secrets',
      tries: 'variables of the judge’s own process',
      stops: 'an environment that is built for each program',
      outcome: 'clean',
      job: () =>
        attempt(`    int strange = std::getenv("RLSF_TEST_SECRET") != nullptr;
    for (char** one = environ; *one != nullptr; one++) {
        bool known = false;
        for (const char* name : {"PATH=", "LC_ALL=C", "HOME=/", "PWD=/judge", "ASAN_OPTIONS=", "UBSAN_OPTIONS=",
                                 "LSAN_OPTIONS="})
            known = known || std::strncmp(*one, name, std::strlen(name)) == 0;
        strange += !known;
    }
    return strange;`),
    },
    {
      name: 'terminal',
      tries: 'typing into the judge’s terminal',
      stops: `${filter}; bubblewrap: a session of its own`,
      outcome: 'clean',
      job: () =>
        attempt(`    char key = 'x';
    int typed = 0;
    for (int fd = 0; fd < 5; fd++) typed += ioctl(fd, 0x5412, &key) == 0;
    return typed;`),
    },
  ],
};

export const parents: AttackGroup = {
  title: 'Whoever watches it',
  about:
    'The supervisor is the program’s parent and runs as the same user. `clean`: nothing of it was reached.',
  attacks: [
    {
      name: 'killing the parent',
      tries: 'kill, tgkill, sigqueue, pidfd to its parent, to everybody, to the init process',
      stops: `${filter}: signals go to itself only`,
      outcome: 'clean',
      job: () =>
        attempt(`    int sent = 0;
    siginfo_t info{};
    info.si_code = SI_QUEUE;
    for (int pid : {(int)getppid(), 1, 0, -1, -getppid(), getpid() - 1, getpid() - 2}) {
        sent += kill(pid, SIGKILL) == 0;
        sent += kill(pid, SIGSTOP) == 0;
        sent += kill(pid, 0) == 0;
        sent += syscall(SYS_tgkill, pid, pid, SIGKILL) == 0;
        sent += syscall(SYS_tkill, pid, SIGKILL) == 0;
        sent += syscall(SYS_rt_sigqueueinfo, pid, SIGKILL, &info) == 0;
        sent += syscall(434, pid, 0) >= 0;
    }
    return sent;`),
    },
    {
      name: 'a signal on order',
      tries:
        'a pipe that sends SIGKILL to the parent when it becomes readable (F_SETOWN, F_SETSIG)',
      stops: filter,
      outcome: 'clean',
      job: () =>
        attempt(`    int ends[2], ordered = 0;
    if (pipe(ends) != 0) return 0;
    ordered += fcntl(ends[0], F_SETOWN, getppid()) == 0;
    struct f_owner_ex owner = {F_OWNER_PID, getppid()};
    ordered += fcntl(ends[0], F_SETOWN_EX, &owner) == 0;
    ordered += fcntl(ends[0], F_SETSIG, SIGKILL) == 0;
    fcntl(ends[0], F_SETFL, O_ASYNC | O_NONBLOCK);
    ordered += write(ends[1], "x", 1) < 1;
    return ordered;`),
    },
    {
      name: 'tracing the parent',
      tries:
        'ptrace, process_vm_readv and kcmp on its parent and on older processes; PTRACE_TRACEME',
      stops: `${filter}: ptrace is for its own threads (LeakSanitizer needs it); the supervisor cannot be traced`,
      outcome: 'clean',
      job: () =>
        attempt(`    int held = 0;
    char text[8];
    iovec here = {text, sizeof text}, there = {(void*)environ, sizeof text};
    for (int pid : {(int)getppid(), 1, getpid() - 1, getpid() - 2, getpid() - 3}) {
        held += ptrace(PTRACE_ATTACH, pid, nullptr, nullptr) == 0;
        held += ptrace(PTRACE_SEIZE, pid, nullptr, nullptr) == 0;
        held += process_vm_readv(pid, &here, 1, &there, 1, 0) > 0;
        held += process_vm_writev(pid, &here, 1, &there, 1, 0) > 0;
        held += syscall(SYS_kcmp, pid, getpid(), 0, 0, 0) >= 0;
    }
    return held + (ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) == 0);`),
    },
    {
      name: '/proc of the parent',
      tries: 'mem, environ, maps, fd, cwd, root, exe of its parent, of its judge, of init',
      stops:
        'the supervisor cannot be looked into (PR_SET_DUMPABLE); bubblewrap: others are not there; Landlock',
      outcome: 'clean',
      job: () =>
        attempt(`    int seen = 0;
    char target[256];
    for (int pid : {(int)getppid(), 1, getpid() - 1, getpid() - 2, ${process.pid}}) {
        std::string base = "/proc/" + std::to_string(pid) + "/";
        for (const char* name : {"mem", "environ", "maps", "auxv", "stack", "syscall"}) {
            std::ifstream file(base + name);
            seen += file.get() != EOF;
        }
        for (const char* name : {"cwd", "root", "exe", "fd/0", "fd/1", "fd/3", "ns/net"})
            seen += readlink((base + name).c_str(), target, sizeof target) > 0;
        for (int fd = 0; fd < 20; fd++)
            seen += open((base + "fd/" + std::to_string(fd)).c_str(), O_RDONLY | O_NONBLOCK) >= 0;
    }
    return seen;`),
    },
    {
      name: '/proc of itself',
      tries:
        'writing /proc/self/mem, oom_score_adj, uid_map, coredump_filter; /proc/sys, sysrq-trigger',
      stops: `${filter}: no file is opened for writing`,
      outcome: 'clean',
      job: () =>
        attempt(`    int open_ = 0;
    for (const char* path : {"/proc/self/mem", "/proc/self/oom_score_adj", "/proc/self/uid_map", "/proc/self/comm",
                             "/proc/self/coredump_filter", "/proc/self/clear_refs", "/proc/sysrq-trigger",
                             "/proc/sys/kernel/core_pattern", "/proc/sys/kernel/modprobe"})
        open_ += open(path, O_WRONLY) >= 0 || open(path, O_RDWR) >= 0;
    return open_;`),
    },
    {
      name: 'limits of others',
      tries: 'resource limits, priority, processors and memory policy of its parent',
      stops: filter,
      outcome: 'clean',
      job: () =>
        attempt(`    rlimit none = {0, 0};
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(0, &one);
    sched_param usual = {};
    int done = prlimit(getppid(), RLIMIT_CPU, &none, nullptr) == 0;
    done += prlimit(getppid(), RLIMIT_NOFILE, &none, nullptr) == 0;
    done += setpriority(PRIO_PROCESS, getppid(), 19) == 0;
    done += sched_setaffinity(getppid(), sizeof one, &one) == 0;
    done += sched_setscheduler(getppid(), SCHED_IDLE, &usual) == 0;
    return done + (syscall(SYS_ioprio_set, 1, getppid(), 3 << 13) == 0);`),
    },
    {
      name: 'inherited descriptors',
      tries:
        'whatever is open beside its own five: the judge’s output, the run’s secret, other channels',
      stops: 'close_range; the secret’s pipe is read and closed before the program’s own code',
      outcome: 'clean',
      job: () =>
        attempt(`    int found = 0;
    char byte;
    for (int fd = 5; fd < 4096; fd++) found += fcntl(fd, F_GETFD) != -1;
    return found + (read(5, &byte, 1) > 0);`),
    },
    {
      name: 'raising its limits',
      tries: 'more processor time, processes, file size, memory lock, core files',
      stops: 'hard limits, which nobody raises without privileges',
      outcome: 'clean',
      job: () =>
        attempt(`    int raised = 0;
    for (int what : {RLIMIT_CPU, RLIMIT_FSIZE, RLIMIT_NPROC, RLIMIT_CORE, RLIMIT_NOFILE, RLIMIT_MEMLOCK}) {
        rlimit now = {1, 1};
        getrlimit((__rlimit_resource_t)what, &now);
        rlimit more = {now.rlim_max, now.rlim_max + 1};
        raised += now.rlim_max == RLIM_INFINITY || setrlimit((__rlimit_resource_t)what, &more) == 0;
    }
    char* page = (char*)mmap(nullptr, 1 << 20, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return raised + (syscall(SYS_mlock, page, 1 << 20) == 0);`),
    },
  ],
};
