import { attempt, judged, program } from './attack.js';
import type { AttackGroup } from './attack.js';

const cpu =
  'a CPU timer in the program, the supervisor’s own count behind it, RLIMIT_CPU behind that';
const wall = 'the supervisor’s clock; judged again alone before it is believed';
const memory = 'the supervisor looks at resident memory and page tables every 10 ms';
const output = 'RLIMIT_FSIZE on anonymous files';

export const bombs: AttackGroup = {
  title: 'Time, memory, output',
  about: 'Tests run with 400 ms of processor time, 2.5 s of wall time and 192 MiB.',
  attacks: [
    {
      name: 'infinite loop',
      tries: 'a loop without end',
      stops: cpu,
      outcome: 'timeout',
      job: () => attempt('    for (volatile unsigned i = 0;; i = i + 1) {}\n    return 0;'),
    },
    {
      name: 'all signals blocked',
      tries: 'a loop with every signal blocked and ignored',
      stops: 'the supervisor counts processor time from outside and sends SIGKILL',
      outcome: 'timeout',
      job: () =>
        attempt(`    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, nullptr);
    for (int number = 1; number < 65; number++) signal(number, SIG_IGN);
    for (volatile unsigned i = 0;; i = i + 1) {}
    return 0;`),
    },
    {
      name: 'timers disarmed',
      tries: 'a loop behind setitimer, alarm and sigaction that undo the CPU timer',
      stops: 'the supervisor counts processor time from outside',
      outcome: 'timeout',
      job: () =>
        program(`    itimerval off{};
    setitimer(ITIMER_PROF, &off, nullptr);
    setitimer(ITIMER_VIRTUAL, &off, nullptr);
    alarm(0);
    signal(SIGPROF, SIG_IGN);
    signal(SIGUSR2, SIG_IGN);
    signal(SIGXCPU, SIG_IGN);
    prctl(PR_SET_PDEATHSIG, 0);
    for (volatile unsigned i = 0;; i = i + 1) {}`),
    },
    {
      name: 'spinning threads',
      tries: 'a dozen threads that spin while the first one sleeps',
      stops: 'processor time counts for all threads together',
      outcome: 'timeout',
      job: () =>
        attempt(`    for (int i = 0; i < 12; i++)
        std::thread([] { for (volatile unsigned k = 0;; k = k + 1) {} }).detach();
    for (;;) pause();
    return 0;`),
    },
    {
      name: 'thread bomb',
      tries: 'threads until no more can be made',
      stops: 'RLIMIT_NPROC of the worker’s user',
      outcome: 'runtime_error',
      kind: 'uncaught-exception',
      job: () =>
        attempt('    for (;;) std::thread([] { for (;;) pause(); }).detach();\n    return 0;'),
    },
    {
      name: 'processes that share its memory',
      tries: 'clone as LeakSanitizer does it: processes that spin on when the program has ended',
      stops: 'they stay in its process group, which is ended with it',
      outcome: 'clean',
      job: () =>
        program(`    static char stacks[8][1 << 14];
    for (auto& stack : stacks)
        clone([](void*) -> int { prctl(PR_SET_PDEATHSIG, 0); for (volatile unsigned i = 0;; i = i + 1) {} return 0; },
              stack + sizeof stack - 64, CLONE_VM | SIGCHLD, nullptr);`),
    },
    {
      name: 'sleep',
      tries: 'sleeping for ever with every signal blocked',
      stops: wall,
      outcome: 'timeout',
      job: () =>
        attempt(`    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, nullptr);
    for (;;) sleep(1000);
    return 0;`),
    },
    {
      name: 'stopping itself',
      tries: 'SIGSTOP to itself',
      stops: wall,
      outcome: 'timeout',
      job: () => program('    raise(SIGSTOP);\n    for (;;) pause();'),
    },
    {
      name: 'sleep in a destructor',
      tries: 'sleeping after all tests have passed',
      stops: wall,
      outcome: 'timeout',
      job: () =>
        attempt(
          '    return 0;',
          'struct Late {\n    ~Late() { for (;;) sleep(1000); }\n};\nLate late;\n',
        ),
    },
    {
      name: 'loop at exit',
      tries: 'an exit handler without end',
      stops: cpu,
      outcome: 'timeout',
      job: () =>
        attempt(
          '    std::atexit([] { for (volatile unsigned i = 0;; i = i + 1) {} });\n    return 0;',
        ),
    },
    {
      name: 'half of its time',
      tries: 'nothing: a program just inside its limits keeps its verdict',
      stops: 'nothing',
      outcome: 'clean',
      job: () =>
        attempt(`    timespec now;
    do clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    while (now.tv_sec == 0 && now.tv_nsec < 200000000);
    usleep(300000);
    std::vector<char> some(32 << 20, 'x');
    return some[1000] != 'x';`),
    },
    {
      name: 'memory bomb',
      tries: 'memory until there is no more',
      stops: memory,
      outcome: 'memory_limit',
      job: () =>
        attempt(
          '    std::vector<char*> all;\n    for (;;) all.push_back(static_cast<char*>(std::memset(std::malloc(1 << 20), 1, 1 << 20)));\n    return 0;',
        ),
    },
    {
      name: 'memory in one request',
      tries: '64 GiB filled by the kernel (MAP_POPULATE)',
      stops: memory,
      outcome: 'memory_limit',
      job: () =>
        attempt(
          '    void* all = mmap(nullptr, 1ul << 36, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_POPULATE, -1, 0);\n    return all != MAP_FAILED;',
        ),
    },
    {
      name: 'page tables',
      tries:
        'reading all over 64 TiB that nobody wrote: no resident memory, but gigabytes of tables',
      stops: memory,
      outcome: 'memory_limit',
      job: () =>
        attempt(`    const unsigned long size = 1ul << 46;
    volatile char* all = (char*)mmap(nullptr, size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (all == MAP_FAILED) return 1;
    int sum = 0;
    for (unsigned long at = 0; at < size; at += 1ul << 21) sum += all[at];
    return sum;`),
    },
    {
      name: 'reserved memory',
      tries: 'a tebibyte that is reserved and not used',
      stops: 'nothing: it takes nothing from anybody',
      outcome: 'clean',
      job: () =>
        attempt(
          '    void* all = mmap(nullptr, 1ul << 40, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);\n    return all == MAP_FAILED;',
        ),
    },
    {
      name: 'stack overflow',
      tries: 'alloca beyond the stack',
      stops: 'the guard page; AddressSanitizer tells it',
      outcome: 'runtime_error',
      kind: 'stack-overflow',
      job: () =>
        attempt(
          '    volatile char* room = (char*)alloca(64 << 20);\n    room[0] = 1;\n    return room[0] - 1;',
        ),
    },
    {
      name: 'core dump',
      tries: 'a crash that no handler sees, with core files allowed again',
      stops:
        'RLIMIT_CORE 1, which a program may not change: no file, and nothing for a machine’s own core handler',
      outcome: 'runtime_error',
      kind: 'signal',
      job: () =>
        attempt(`    prctl(PR_SET_DUMPABLE, 1);
    rlimit all = {RLIM_INFINITY, RLIM_INFINITY}, none = {0, 0};
    if (setrlimit(RLIMIT_CORE, &all) == 0 || setrlimit(RLIMIT_CORE, &none) == 0) return 1;
    signal(SIGSEGV, SIG_DFL);
    raise(SIGSEGV);
    return 2;`),
    },
    {
      name: 'output flood',
      tries: 'standard output without end',
      stops: output,
      outcome: 'output_limit',
      job: () =>
        attempt(
          "    std::string line(4096, 'x');\n    for (;;) std::fputs(line.c_str(), stdout);\n    return 0;",
        ),
    },
    {
      name: 'error flood',
      tries: 'standard error without end, the limit’s signal ignored',
      stops: `${output}: beyond it writing fails`,
      outcome: 'output_limit',
      job: () =>
        attempt(`    signal(SIGXFSZ, SIG_IGN);
    std::string line(4096, 'x');
    for (int i = 0; i < 1000; i++) std::fputs(line.c_str(), stderr);
    return 0;`),
    },
    {
      name: 'results flood',
      tries: 'the results’ channel filled to its limit, and the stops’',
      stops: output,
      outcome: 'output_limit',
      job: () =>
        attempt(
          "    std::string line(4096, '\\n');\n    for (;;) if (write(3, line.data(), line.size()) < 0 || write(4, line.data(), line.size()) < 0) return 0;",
        ),
    },
    {
      name: 'growing a channel',
      tries: 'a terabyte of nothing in the channels by ftruncate and fallocate',
      stops: output,
      outcome: 'output_limit',
      job: () =>
        attempt(
          '    for (int fd = 1; fd < 5; fd++) if (ftruncate(fd, 1l << 40) == 0 || fallocate(fd, 0, 0, 1l << 40) == 0) return 1;\n    return 0;',
        ),
    },
    {
      name: 'descriptors used up',
      tries: 'every descriptor open, and a leak that LeakSanitizer then cannot look for',
      stops:
        'RLIMIT_NOFILE; what keeps LeakSanitizer from its work twice, also alone, is the program’s fault',
      outcome: 'runtime_error',
      kind: 'no-leak-check',
      job: () =>
        attempt(`    static char* lost = new char[100];
    lost = nullptr;
    while (open("/dev/null", O_RDONLY) >= 0) {}
    return lost != nullptr;`),
    },
    {
      name: 'no process for LeakSanitizer',
      tries: 'RLIMIT_NPROC 0, and a leak',
      stops: 'as above',
      outcome: 'runtime_error',
      kind: 'no-leak-check',
      job: () =>
        attempt(`    static char* lost = new char[100];
    lost = nullptr;
    rlimit none = {0, 0};
    setrlimit(RLIMIT_NPROC, &none);
    return lost != nullptr;`),
    },
    {
      name: 'leaving before main',
      tries: '_exit in a constructor',
      stops: 'it runs alone; success is claimed at the end only',
      outcome: 'runtime_error',
      kind: 'early-exit',
      job: () =>
        judged(
          'int attack() {\n    return 0;\n}\nstruct First {\n    First() { _exit(0); }\n};\nFirst first;\n',
        ),
    },
    {
      name: 'leaving in a test',
      tries: '_exit(0), as if all were well',
      stops: 'success is claimed at the end only, with the run’s secret',
      outcome: 'runtime_error',
      kind: 'early-exit',
      job: () => attempt('    _exit(0);'),
    },
    {
      name: 'failing at the very end',
      tries: '_exit(3) in a destructor, after all tests have passed',
      stops: 'nothing: it is its own exit code',
      outcome: 'runtime_error',
      kind: 'exit-code',
      job: () =>
        attempt('    return 0;', 'struct Late {\n    ~Late() { _exit(3); }\n};\nLate late;\n'),
    },
  ],
};
