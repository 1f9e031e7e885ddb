import { attempt, judged, program } from './attack.js';
import type { AttackGroup } from './attack.js';

const secret =
  'lines that claim success carry the run’s secret, which is gone before the program’s code runs';

export const channel: AttackGroup = {
  title: 'Its own verdict',
  about:
    'Results travel on descriptor 3, the stack at a limit on 4, the run’s secret comes on 5 (kernels/launcher/supervise.h).',
  attacks: [
    {
      name: 'forged results',
      tries: 'what the driver would say of passed tests, on every descriptor, then _exit(0)',
      stops: secret,
      outcome: 'runtime_error',
      kind: 'early-exit',
      job: () =>
        attempt(`    const char lines[] = "0\\ti0\\n=0\\n!\\nAAAAAAAAAAAAAAAAAAAAAAAA=0\\nAAAAAAAAAAAAAAAAAAAAAAAA!\\n";
    for (int fd = 0; fd < 300; fd++)
        if (write(fd, lines, sizeof lines - 1) < 0) errno = 0;
    _exit(0);`),
    },
    {
      name: 'forged frames',
      tries: 'what the supervisor would say of it, for the whole batch',
      stops: 'the judge’s descriptor is not open in a program',
      outcome: 'runtime_error',
      kind: 'early-exit',
      job: () =>
        attempt(`    for (int k = 0; k < 8; k++) {
        char frame[200];
        int size = std::snprintf(frame, sizeof frame, "RLSF2 %d exit 0 none 1 1 1 S 0 0 11 0\\n0\\ti0\\nS=0\\nS!", k);
        for (int fd = 0; fd < 300; fd++)
            if (write(fd, frame, size) < 0) errno = 0;
    }
    _exit(0);`),
    },
    {
      name: 'an assertion that claims to hold',
      tries: 'the end of a case without the case: _exit in a program that a test asserts of',
      stops: secret,
      outcome: 'runtime_error',
      kind: 'early-exit',
      job: () => {
        const given = judged(
          'int attack() {\n    const char line[] = "=0\\n!\\n";\n    if (write(3, line, sizeof line - 1) < 0) return 1;\n    _exit(0);\n}\n',
        );
        return {
          ...given,
          tests: { ...given.tests!, cases: [{ assert: 'assert(attack() == 0);' }] },
        };
      },
    },
    {
      name: 'a main that claims to end',
      tries: 'exit(0) in the middle of a program with tests behind it',
      stops: secret,
      outcome: 'runtime_error',
      kind: 'early-exit',
      job: () =>
        program(
          '    const char line[] = "!\\n";\n    if (write(3, line, sizeof line - 1) < 0) return 1;\n    std::exit(0);',
          [{ stdin: '', expected: null }],
        ),
    },
    {
      name: 'channels closed',
      tries: 'closing every descriptor, so that nothing can be said against it',
      stops: 'what is not claimed has not happened',
      outcome: 'runtime_error',
      kind: 'early-exit',
      job: () => attempt('    for (int fd = 0; fd < 300; fd++) close(fd);\n    return 0;'),
    },
    {
      name: 'channels swapped',
      tries: 'results into standard output, standard output into the results',
      stops: 'as above',
      outcome: 'runtime_error',
      kind: 'early-exit',
      job: () => attempt('    dup2(3, 9);\n    dup2(1, 3);\n    dup2(9, 1);\n    return 0;'),
    },
    {
      name: 'results rewound',
      tries: 'seeking in the results, emptying them, writing over them',
      stops: 'nothing: it spoils its own results',
      outcome: 'wrong_answer',
      job: () =>
        attempt(`    lseek(3, 0, SEEK_SET);
    if (ftruncate(3, 0) != 0) return 1;
    const char line[] = "0\\ti5\\n";
    return write(3, line, sizeof line - 1) < 0;`),
    },
    {
      name: 'results mapped',
      tries:
        'the results’ file mapped into memory and filled with success by a thread that lives on',
      stops: secret,
      outcome: 'runtime_error',
      kind: 'early-exit',
      job: () =>
        attempt(`    if (ftruncate(3, 65536) != 0) return 1;
    char* all = (char*)mmap(nullptr, 65536, PROT_READ | PROT_WRITE, MAP_SHARED, 3, 0);
    if (all == MAP_FAILED) return 1;
    for (int i = 0; i + 6 < 65536; i += 6) std::memcpy(all + i, "0\\ti0\\n", 6);
    _exit(0);`),
    },
    {
      name: 'the launcher’s exit code',
      tries: 'exit code 125, by which the launcher says that it failed: unscorable',
      stops: 'the launcher says so on a descriptor that a program never has',
      outcome: 'runtime_error',
      kind: 'exit-code',
      job: () => program('    return 125;'),
    },
    {
      name: 'LeakSanitizer’s failure, forged',
      tries: 'the message and exit code of a LeakSanitizer that could not work: unscorable',
      stops: 'believed once; what it says twice, also alone, is the program’s fault',
      outcome: 'runtime_error',
      kind: 'no-leak-check',
      job: () =>
        program(
          '    std::fputs("==1==LeakSanitizer has encountered a fatal error.\\n", stderr);\n    _exit(66);',
        ),
    },
    {
      name: 'a report, forged',
      tries: 'a sanitizer’s report with places outside of the program',
      stops:
        'nothing: it is an error that it brought upon itself; places outside of it are no place',
      outcome: 'runtime_error',
      kind: 'heap-buffer-overflow',
      job: () =>
        program(
          '    std::fputs("==1==ERROR: AddressSanitizer: heap-buffer-overflow on address 0x1\\n    #0 0x1 in f /etc/passwd:1:1\\n    #1 0x2 in g 7/program.cpp:999999:1\\n", stderr);\n    return 66;',
        ),
    },
    {
      name: 'a limit, forged',
      tries: 'the line that says that its time was up',
      stops: 'nothing: it is its own harm',
      outcome: 'timeout',
      job: () =>
        program(
          '    const char line[] = "\\nRLSF-STOP cpu\\n    #0 0x1  (unit+0xffffffffffffffff)\\n";\n    return write(4, line, sizeof line - 1) < 0;',
        ),
    },
    {
      name: 'text that is hard to read',
      tries: 'reports on which patterns with nested repetitions would work for hours',
      stops: 'every pattern takes time in proportion to the text, of 256 KiB at most',
      outcome: 'clean',
      job: () =>
        program(`    const char* hard[] = {"(", "(/", "1/", "/a", "a::", "==1", "0x1", "#0 0x1", ".so", "program.cpp/"};
    for (int i = 0; i < 2000; i++)
        for (const char* one : hard) std::fputs(one, stderr);
    for (int i = 0; i < 150000; i++) std::fputc('(', stderr);`),
    },
    {
      name: 'inputs',
      tries: 'the inputs of its other tests: changing them, and its own',
      stops:
        'inputs are open for reading, and their files are not its own; expected outputs are not there',
      outcome: 'clean',
      job: () =>
        program(
          `    int changed = ftruncate(0, 0) == 0;
    changed += write(0, "9", 1) > 0;
    for (const char* name : {"input0", "input1", "input2"})
        changed += open(name, O_WRONLY) >= 0 || open(name, O_RDWR) >= 0 || unlink(name) == 0;
    int a = 0;
    if (std::scanf("%d", &a) != 1) return 1;
    std::printf("%d", a + changed);`,
          [
            { stdin: '1\n', expected: '1' },
            { stdin: '2\n', expected: '2' },
            { stdin: '3\n', expected: '3' },
          ],
        ),
    },
    {
      name: 'a channel to its next run',
      tries: 'a state that one input’s run leaves to the next',
      stops: 'nothing can be written, no process stays, locks end with their owner',
      outcome: 'clean',
      job: () =>
        program(
          `    int held = flock(open("unit", O_RDONLY), LOCK_EX | LOCK_NB) != 0;
    std::printf("%d", held);`,
          [
            { stdin: '1\n', expected: '0' },
            { stdin: '2\n', expected: '0' },
          ],
        ),
    },
  ],
};
