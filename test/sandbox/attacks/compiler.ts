import { judged } from './attack.js';
import type { Attack, AttackGroup } from './attack.js';
import type { Outcome } from '../../../src/records.js';

const walls = 'the compiler runs behind the same walls as a program, as the worker’s own user';
const limits = 'ten seconds of processor time, 3 GiB, files of 256 MiB';
const fork = 'each compile is a child of the compile server; its input is /dev/null';
const right = 'int attack() {\n    return 0;\n}\n';

/** A completion with a right answer and this behind it. */
function behind(
  name: string,
  tries: string,
  stops: string,
  outcome: Outcome,
  text: string,
  more: Partial<Attack> = {},
): Attack {
  return { name, tries, stops, outcome, job: () => judged(`${right}${text}`), ...more };
}

const reads: [name: string, text: string, outcome: Outcome][] = [
  ['/etc/shadow', '#include "/etc/shadow"\n', 'compile_error'],
  ['/dev/zero', '#include "/dev/zero"\n', 'compile_error'],
  ['/proc/self/fd/0', '#include "/proc/self/fd/0"\n', 'clean'],
  ['/proc/self/mem', '#include "/proc/self/mem"\n', 'clean'],
  ['/proc/self/environ', '#include "/proc/self/environ"\n', 'clean'],
  ['/proc/1/environ', '#include "/proc/1/environ"\n', 'compile_error'],
];

export const compiler: AttackGroup = {
  title: 'The compiler',
  about:
    'A compile server is one cc1plus in each worker that forks for every compile (kernels/launcher/compile-server.c). After each of these the same worker judges a right and a wrong program.',
  attacks: [
    ...reads.map(([name, text, outcome]) =>
      behind(`#include "${name}"`, 'text that is not its own, in a message or in the program', `${walls}; ${fork}`, outcome, text),
    ),
    behind('#include of its parent’s input', 'the request channel of the compile server', fork, 'compile_error', [...Array(64).keys()].map((pid) => `#if __has_include("/proc/${pid}/fd/0")\n#include "/proc/${pid}/fd/0"\n#endif\n`).join('')),
    behind('#include without end', 'itself, 200 deep', 'g++’s own limit', 'compile_error', '#include "../body.cpp"\n'),
    behind('a file of the harness that is not there', 'the message by which the judge knows its own failure: unscorable', 'what the judge wrote is there; what is not was not its own', 'compile_error', '#include "9/program.cpp"\n', { kind: 'missing-header' }),
    behind('… from a place that it makes up', 'the same, with #line', 'as above', 'compile_error', '#line 1 "unit.cpp"\n#include "0/program.cpp"\n', { kind: 'missing-header' }),
    behind('files of its compile', '__has_include of unit.s, messages, body.cpp', 'nothing: they say nothing', 'clean', '#if !__has_include("../body.cpp") || !__has_include("../messages")\n#error not there\n#endif\n'),
    behind('#line of a sibling', 'an error in a program that is not there', 'places outside of the completion are no place', 'compile_error', '#line 1 "1/program.cpp"\nint x = y;\n', { kind: 'undeclared' }),
    behind('#line beyond all lines', 'an error in line 2,147,483,647 of itself', 'as above', 'compile_error', '#line 2147483647 "0/program.cpp"\nint x = y;\n', { kind: 'undeclared' }),
    behind('#pragma GCC pch_preprocess', 'a precompiled header of its own', 'g++ takes it in the first place only', 'compile_error', '#pragma GCC pch_preprocess "../rlsf.h.gch"\n'),
    behind('#pragma GCC dependency', 'a file’s time, a device', walls, 'compile_error', '#pragma GCC dependency "/dev/zero"\n'),
    behind('a compiler plug-in', 'options in a pragma: -fplugin, -fdump', 'g++ takes only optimisation there, and says so', 'warning', '#pragma GCC optimize ("-fplugin=/tmp/x.so", "-fdump-tree-all=/tmp/x")\n', { kind: '-Wpragmas' }),
    behind('.incbin', '/etc/passwd through the assembler', walls, 'compile_error', 'asm(".incbin \\"/etc/passwd\\"");\n', { kind: 'assembler' }),
    behind('.include', '/etc/shadow through the assembler', walls, 'compile_error', 'asm(".include \\"/etc/shadow\\"");\n', { kind: 'assembler' }),
    behind('asm with names of the driver', 'rlsf_programs defined again', 'the assembler refuses', 'compile_error', 'asm(".globl rlsf_programs\\nrlsf_programs:\\n.quad 0");\n', { kind: 'assembler' }),
    behind('asm with the first symbol', '_start of its own', 'the linker refuses', 'compile_error', 'asm(".globl _start\\n_start: ret");\n', { kind: 'link' }),
    behind('asm with another section', 'what the linker hands to a plug-in (.gnu.lto_)', walls, 'compile_error', 'asm(".section .gnu.lto_.symtab.1234,\\"e\\",@progbits\\n.string \\"x\\"\\n.text");\n', { kind: 'link' }),
    behind('another interpreter', '/bin/sh in the place of the dynamic linker', 'the system-call filter is there before it', 'runtime_error', 'asm(".section .interp,\\"a\\"\\n.string \\"/bin/sh\\"\\n.text");\n', { kind: 'signal' }),
    behind('assembler’s macro without end', 'a macro that calls itself twice', 'the assembler’s own limit', 'compile_error', 'asm(".macro m\\nm\\nm\\n.endm\\nm");\n', { kind: 'assembler' }),
    behind('a repetition of two thousand million', 'gigabytes of instructions', limits, 'compile_error', 'asm(".rept 2000000000\\nnop\\n.endr");\n', { kind: 'compiler-limit' }),
    behind('an object file of gigabytes', '.org, .fill', limits, 'compile_error', 'asm(".org 0x7fffffff");\n'),
    behind('a huge array with a value', '2 GiB of data', limits, 'compile_error', 'char all[1u << 31] = {1};\n'),
    behind('a huge array', 'a tebibyte without a value', 'the linker refuses', 'compile_error', 'char all[1ul << 40];\n'),
    behind('templates without end', 'A<n> is an A<n + 1>', 'g++’s own limit', 'compile_error', 'template <int n> struct A : A<n + 1> {};\nA<0> a;\n'),
    behind('a constant without end', 'a constexpr loop of 2⁴⁰', 'g++’s own limit', 'compile_error', 'constexpr long f(long n) { long s = 0; for (long i = 0; i < n; i++) s += i; return s; }\nconstexpr long x = f(1L << 40);\n'),
    behind('NUL bytes', 'a text that ends for C in the middle', 'read by length', 'warning', 'int f() { return \0 1; }\n'),
    behind('half a character', 'a lone surrogate, which no UTF-8 has', 'written as U+FFFD', 'clean', 'const char* f() { return "\ud800"; }\n'),
    behind('a long line', 'eight million characters', limits, 'clean', `const char* f() { return "${'x'.repeat(8_000_000)}"; }\n`),
    behind('nested blocks', 'braces, a hundred thousand deep', 'the compiler’s stack grows to 64 MiB', 'clean', `int f() { ${'{'.repeat(100_000)}${'}'.repeat(100_000)} return 1; }\n`),
    behind('nested templates', 'half a million instantiations', limits, 'compile_error', 'template <int n, int m> struct T { T<n - 1, 2 * m> a; T<n - 1, 2 * m + 1> b; };\ntemplate <int m> struct T<0, m> {};\nT<20, 0> t;\n', { kind: 'compiler-limit' }),
    behind('two thousand warnings', 'a verdict that is longer than its program', 'a verdict tells the first 200', 'warning', `#define W(n) int w##n() { int u##n; return 1; }\n${[...Array(2000).keys()].map((i) => `W(${i})\n`).join('')}`, { kind: '-Wunused-variable' }),
    behind('#include "/dev/urandom"', 'a file without end', limits, 'compile_error', '#include "/dev/urandom"\n', { kind: 'compiler-limit', slow: true }),
    behind('exponential macros', '10¹³ tokens', limits, 'compile_error', `#define A0 x x x x x x x x x x\n${[...Array(12).keys()].map((i) => `#define A${i + 1} ${`A${i} `.repeat(10)}\n`).join('')}int f = A12;\n`, { kind: 'compiler-limit', slow: true }),
    behind('nested parentheses', 'a hundred thousand deep', limits, 'compile_error', `int f() { return ${'('.repeat(100_000)}1${')'.repeat(100_000)}; }\n`, { kind: 'compiler-limit', slow: true }),
    behind('a long expression', 'two million sums in one line', limits, 'compile_error', `int f() { return ${'1+'.repeat(2_000_000)}1; }\n`, { kind: 'compiler-limit', slow: true }),
    behind('a flood of warnings', 'a hundred thousand of them', limits, 'compile_error', `#define W(n) int w##n() { int u##n; return 1; }\n${[...Array(100_000).keys()].map((i) => `W(${i})\n`).join('')}`, { kind: 'compiler-limit', slow: true }),
    behind('a flood of errors', 'a hundred thousand of them', limits, 'compile_error', 'x y;\n'.repeat(100_000), { kind: 'compiler-limit', slow: true }),
  ],
}; // prettier-ignore
