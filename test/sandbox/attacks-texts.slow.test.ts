import { describe, expect, it } from 'vitest';
import {
  compilerDiagnostic,
  parseCompilerOutput,
  parseJavacText,
} from '../../src/diagnostics/index.js';
import type { ProgramTests } from '../../src/records.js';
import { readFrames, readResults } from '../../src/sandbox/execution.js';
import type { Execution } from '../../src/sandbox/execution.js';
import { strayPart } from '../../src/sandbox/toolchains/cpp/assembly.js';
import { loopsOf } from '../../src/sandbox/toolchains/brace-loops.js';
import { createProgram, viewOf } from '../../src/sandbox/toolchains/cpp/program.js';
import { readRun } from '../../src/sandbox/toolchains/cpp/reading.js';
import { readAddr2line } from '../../src/sandbox/toolchains/cpp/symbolize.js';
import { createProgram as createJava } from '../../src/sandbox/toolchains/java/program.js';
import { readRun as readJava } from '../../src/sandbox/toolchains/java/reading.js';
import { createPythonProgram } from '../../src/sandbox/toolchains/python/program.js';
import { readRun as readPython } from '../../src/sandbox/toolchains/python/reading.js';
import { verdictOfRuns } from '../../src/sandbox/verdict.js';

/** Long enough for hours where a pattern tries every way to cut it, or for a minute where it takes the square. */
const size = 1 << 16;

const pieces = [
  '(', ')', '[', '{', '}', '<', '/', 'x', '1', '=', '==', '==1', '==1==', ' ', '\n', '\t', '\r', ':', ',', '#', '"', '\\', '\\"', "'", '.', '../',
  '/a', '1/', ' (', '((/', '(/', '0x1', '#0 0x1', '    #0 0x1 in f() /a/0/program.cpp:3\n', '    #0 0x1  (unit+0x1)\n', '.so', 'a::', 'a<', 'template<int>',
  'struct A{', 'int x;', 'int f(){}', 'for(', 'while(', 'do ', 'do{', 'if(1)', '/*', '//', '/**/', '//\n', ' runtime error: ', '0/program.cpp:3:1: runtime error: x\n',
  'program.cpp', '0/program.cpp', '/0/program.cpp:1:1: error: x\n', ' [-Wx', '‘', 'é', '\u00a0', '\ud83d', 'undefined reference to ', 'In file included from ',
  'required from here\n', 'x:1:', '==1==ERROR: AddressSanitizer: x', 'SUMMARY: AddressSanitizer: ', 'Direct leak of ', "Assertion `", '0x1: note: pointer points here\n', '^\n',
  '[{"', '{"a":[', 'R"(', '%:', '#include <vector>\n', 'rlsf_k0::', ' (discriminator 1)\n', '0x1\nf\na:1\n', '*** ', '\x1b[', '\x1b]8;',
  'Traceback (most recent call last):\n', '  File "program.py", line 1, in f\n', '{"type":"', 'lambda ', 'def f():\n', 'while True: ', '"""', '@',
  '\tat a.b(C.java:1)\n', 'Exception in thread "', 'Caused by: ', 'RLSF-THROWN\n', 'RLSF-STOP cpu\n', '\t.globl\tx\n', '#APP\n', '\t.section\t.init_array,x\n', 'RLSF2 0 ',
]; // prettier-ignore

const tests: ProgramTests = {
  includes: '',
  prefix: 'int f(int n) {\n',
  suffix: '',
  cases: [{ code: 'rlsf_emit(f(1));', expected: '1' }],
};
const program = createProgram(tests, '    return n;\n}\n', new Set());
const view = viewOf(program, 0, () => []);
const java = createJava(tests, 'x');
const pythonOf = (completion: string): ReturnType<typeof createPythonProgram> =>
  createPythonProgram({ language: 'python', completion, tests: { ...tests, prefix: '' } });
const python = pythonOf('def f(n): pass\n');

function run(over: Partial<Execution>): Execution {
  return {
    ended: 'exit',
    code: 1,
    cause: 'none',
    cpuMs: 1,
    wallMs: 1,
    rssKiB: 1,
    stdout: '',
    stderr: '',
    results: readResults('', 'S'),
    stops: '',
    flooded: false,
    ...over,
  };
}

function judge(execution: Execution): void {
  const reading = readRun(execution, view, { leakCheck: true, lastTry: false });
  verdictOfRuns({
    runs: [{ execution, cases: [0], command: ['./unit'], reading }],
    cases: tests.cases,
    warnings: [],
    stages: [],
    around: { toolchain: 'g++', isolation: 'none' },
    memoryMiB: 100,
  });
}

const oneLine = (text: string): string => text.replaceAll('\n', ' ');

/** Whatever of the judge reads what a program or its compiler wrote. */
const readers: Record<string, (text: string) => unknown> = {
  'a completion': (text) => createProgram(tests, text, new Set()),
  'a completion in Python': pythonOf,
  'a completion in Java': (text) => createJava(tests, text),
  'the loops of a completion': (text) => loopsOf(createProgram(tests, text, new Set()).map),
  'standard output': (text) => judge(run({ stdout: text })),
  'standard error': (text) => judge(run({ stderr: text })),
  'a sanitizer’s frame': (text) =>
    judge(run({ stderr: `==1==ERROR: AddressSanitizer: x on 0x1\n    #0 0x1 in ${oneLine(text)}\n` })),
  'a sanitizer’s line': (text) =>
    judge(run({ stderr: `int f() { ${oneLine(text)}0/program.cpp:3:1: runtime error: ${oneLine(text)}\n` })),
  'standard error in Python': (text) => readPython(run({ stderr: text }), python, [0]),
  'standard error in Java': (text) => readJava(run({ stderr: text }), java, { mustFinish: true }),
  'the stack at a limit': (text) => judge(run({ stops: `RLSF-STOP cpu\n${text}` })),
  'the records of Python': (text) => readPython(run({ stops: text }), python, [0]),
  'the reports of Java': (text) => readJava(run({ stops: `RLSF-THROWN\n${text}` }), java, { mustFinish: true }),
  'the results': (text) => readResults(`0\ts${text}\n${text}`, 'S'),
  frames: (text) => readFrames(Buffer.from(text), 8, size),
  'g++’s messages': (text) => parseCompilerOutput(text).map((one) => compilerDiagnostic(one, view)),
  'a message of g++': (text) =>
    parseCompilerOutput(`0/program.cpp:2:1: error: ${oneLine(text)}\n`).map((one) => compilerDiagnostic(one, view)),
  'clang++’s messages': (text) => parseCompilerOutput(text, { compiler: 'clang++' }),
  'javac’s messages': (text) => parseJavacText(text, () => null),
  'addr2line’s answers': readAddr2line,
  assembly: strayPart,
}; // prettier-ignore

describe('a text that is meant to be hard', () => {
  it.each(Object.keys(readers))('is read in no time as %s', (name) => {
    const slow = pieces.flatMap((piece) =>
      ['', '(', 'int f() { '].flatMap((lead) => {
        const text = lead + piece.repeat(Math.ceil(size / piece.length));
        const started = performance.now();
        readers[name](text);
        const seconds = (performance.now() - started) / 1000;
        return seconds > 5 ? [`${JSON.stringify(lead + piece)}: ${seconds.toFixed(1)} s`] : [];
      }),
    );
    expect(slow).toEqual([]);
  });
});
