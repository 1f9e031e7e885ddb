import { describe, expect, it } from 'vitest';
import {
  exceptionDiagnostic,
  parseFaultHandler,
  parsePythonRecords,
  parsePythonTracebacks,
  pythonLines,
  stitch,
  syntaxDiagnostic,
  warningDiagnostic,
} from '../../src/diagnostics/index.js';
import type { ProgramView, PythonFault } from '../../src/diagnostics/index.js';
import type { Diagnostic } from '../../src/records.js';

function viewOf(completion: string, prefix = '', suffix = ''): ProgramView {
  return {
    map: stitch([
      { name: 'prefix', text: prefix },
      { name: 'completion', text: completion },
      { name: 'suffix', text: suffix },
    ]),
    fileKind: (file) =>
      file === 'program.py' ? 'program' : file.startsWith('test ') ? 'harness' : 'library',
    shownAs: (file) => file,
    clean: (text) => text,
    resolve: () => [],
  };
}

function cut(completion: string, { span }: Diagnostic): string {
  return span.precision === 'none'
    ? span.reason
    : Buffer.from(completion).subarray(span.start, span.end).toString();
}

const fault: PythonFault = {
  file: 'program.py',
  kind: 'SyntaxError',
  message: 'invalid syntax',
  line: 1,
  column: 1,
  endLine: null,
  endColumn: null,
  unit: 'character',
  text: null,
};

function faultIn(completion: string, rest: Partial<PythonFault>, prefix = '', suffix = ''): string {
  const view = viewOf(completion, prefix, suffix);
  return cut(completion, syntaxDiagnostic({ ...fault, ...rest }, view, pythonLines(view.map)));
}

describe('lines and columns as Python counts them', () => {
  it('ends lines at \\n, \\r\\n and \\r, and begins behind a byte order mark', () => {
    const map = stitch([{ name: 'completion', text: '\ufeffa\r\né\rb\n\nc' }]);
    const lines = pythonLines(map);
    expect([1, 2, 3, 4, 5, 6].map((n) => lines.line(n))).toEqual(['a', 'é', 'b', '', 'c', '']);
    expect(lines.place(1, 0)).toEqual({ line: 1, column: 4 });
    expect(lines.place(2, 9)).toEqual({ line: 2, column: 3 });
    expect(lines.place(3, 0)).toEqual({ line: 2, column: 4 });
    expect(lines.placeOfCharacter(3, 1)).toEqual({ line: 2, column: 5 });
    expect(lines.place(9, 0)).toEqual({ line: 4, column: 2 });
    expect([3, 4, 6, 8, 9, 10, 11].map((at) => lines.lineOf(at))).toEqual([1, 1, 2, 2, 3, 3, 4]);
  });
});

describe('compile errors', () => {
  it('turns characters of the parser, and bytes of what follows it, into bytes', () => {
    expect(faultIn('"😀é" x\n', { column: 6, endLine: 1, endColumn: 7 })).toBe('x');
    expect(
      faultIn('é = 1; return 3\n', { unit: 'byte', column: 9, endLine: 1, endColumn: 17 }),
    ).toBe('return 3');
  });

  it('takes the token where an end is missing, and a missing text as an empty span', () => {
    expect(faultIn('f("é", (1\n', { column: 8, endLine: 1, endColumn: 0 })).toBe('(');
    expect(faultIn("x = '''abc\n", { column: 5, endLine: 1, endColumn: 5 })).toBe("'''");
    expect(faultIn('for x in y\n', { column: 11, endLine: 1, endColumn: 11 })).toBe('');
    expect(faultIn('x = (1 +', { line: 2, column: 1 })).toBe('');
  });

  it('blames the indentation, or the line that asks for a block', () => {
    const indent = { kind: 'IndentationError', message: 'unexpected indent', line: 2, column: 4 };
    expect(faultIn('x = 1\n   \ty = 2\n', indent)).toBe('   \t');
    const block = {
      kind: 'IndentationError',
      message: "expected an indented block after 'for' statement on line 2",
      line: 3,
      column: 1,
    };
    expect(faultIn('  for x in y:', block, 'def f():\n', '\nreturn 1\n')).toBe('for x in y:');
  });

  it('finds the field of an f-string that Python before 3.12 shows as a text of its own', () => {
    const rest = {
      message: 'f-string: invalid syntax',
      column: 2,
      endLine: 1,
      endColumn: 6,
      text: '(é b)\n',
    };
    expect(faultIn('x = "é b" + f"ß{é b}"\n', rest)).toBe('é b');
  });

  it('says why there is no place', () => {
    expect(faultIn('x\n', { line: null })).toBe('the tool names no place');
    expect(faultIn('x\n', { file: 'test 2' })).toBe('harness line (test case)');
    expect(faultIn('x\n', { line: 1 }, 'def :\n')).toBe('harness line (prefix)');
    expect(
      faultIn('é\0\n', { line: null, message: 'source code string cannot contain null bytes' }),
    ).toBe('\0');
  });

  it.each([
    ["invalid escape sequence '\\d'", 'x = "\\\\d é"; y = "\\d"\n', '\\d'],
    ['invalid escape sequence \\d', 'y = "é\\d"\n', '\\d'],
    ['"\\." is an invalid escape sequence. Did you mean "\\\\."?', 'y = """é\n\n \\."""\n', '\\.'],
    ['"is" with a literal. Did you mean "=="?', 'é is not None; é is 3\n', 'is'],
    ['"is not" with \'int\' literal. Did you mean "!="?', 'é is  not 3\n', 'is  not'],
    ["'int' object is not callable; perhaps you missed a comma?", '  x = [1 (2)]\n', 'x = [1 (2)]'],
  ])('finds what a warning means: %s', (message, completion, text) => {
    const view = viewOf(completion);
    const found = warningDiagnostic({ line: 1, message }, view, pythonLines(view.map));
    expect(found).toMatchObject({ severity: 'warning', kind: 'SyntaxWarning' });
    expect(cut(completion, found)).toBe(text);
  });
});

describe('records of the driver', () => {
  it('are read as far as they are well formed', () => {
    const records = parsePythonRecords(
      '{"type":"compiled","micros":7}\nThread 0x1 (most recent call first):\n{"type":"exception"\n[1]\n{"type":"exception","kind":"failed-test","places":[["program.py","f",2,null]],"order":[0,5,"x"]}\n{"type":"stop","stacks":[3,{}]}\n',
    );
    expect(records).toMatchObject({
      compiledMicros: 7,
      stop: { stacks: [{ frames: [], long: 0 }] },
    });
    expect(records.exceptions).toMatchObject([
      { kind: 'Exception', chain: [], frames: [{ line: 2 }] },
    ]);
    expect(records.exceptions[0].frames).toHaveLength(1);
  });

  it('blame the call that recurs, not the one that met the limit', () => {
    const completion = 'def f(n):\n    abs(n)\n    return f(n)\n';
    const record = {
      type: 'exception',
      kind: 'RecursionError',
      message: '',
      cut: 40,
      order: [0, ...Array<number>(90).fill(1), 2],
      places: [
        ['program.py', 'f', 2, 4, 2, 10],
        ['program.py', 'f', 3, 11, 3, 15],
        ['test 1', '<module>', 1, 0, 1, 4],
      ],
    };
    const { exceptions } = parsePythonRecords(JSON.stringify(record));
    const view = viewOf(completion);
    const found = exceptionDiagnostic(exceptions[0], view, pythonLines(view.map));
    expect(cut(completion, found)).toBe('f(n)');
    expect(found.message).toBe('RecursionError');
    expect(found.frames.map((frame) => frame.function)).toEqual([
      'f',
      'f',
      '… and 44 times more …',
      '… 40 more frames …',
      'f',
      '… and 44 times more …',
      '<module>',
    ]);
  });
});

describe('tracebacks as texts', () => {
  const chained = `Traceback (most recent call last):
  File "program.py", line 3, in f
    {}["é"]
    ~~^^^^^
KeyError: 'é'

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "program.py", line 7, in <module>
    f()
  File "program.py", line 5, in f
    raise ValueError("line one\\nline two") from e
  [Previous line repeated 2 more times]
json.decoder.JSONDecodeError: line one
line two

Exception in thread Thread-1 (w):
Traceback (most recent call last):
  File "/usr/lib/python3.11/threading.py", line 975, in run
    self._target(*self._args, **self._kwargs)
  File "program.py", line 2, in w
RuntimeError
Exception ignored in: <function A.__del__ at 0x7fa685698540>
Traceback (most recent call last):
  File "<string>", line 1
    x = = 1
        ^
SyntaxError: invalid syntax
  + Exception Group Traceback (most recent call last):
  |   File "program.py", line 3, in <module>
  |     g()
  | ExceptionGroup: two (2 sub-exceptions)
  +-+---------------- 1 ----------------
    | ValueError: 1
    +------------------------------------
`;

  it('are read with their chains, repeats, threads and groups', () => {
    const found = parsePythonTracebacks(chained);
    expect(found.map(({ kind, message, where }) => [kind, message, where])).toEqual([
      ['JSONDecodeError', 'line one\nline two', null],
      ['RuntimeError', '', 'thread'],
      ['SyntaxError', 'invalid syntax', 'A.__del__'],
      ['ExceptionGroup', 'two (2 sub-exceptions)', null],
    ]);
    expect(found[0].frames.map(({ line }) => line)).toEqual([5, 5, 5, 7]);
    expect(found[0].chain).toMatchObject([
      { title: 'direct cause', kind: 'KeyError', message: "'é'" },
    ]);
  });

  it('of faulthandler are read thread by thread, the main one first', () => {
    const text = `Fatal Python error: Segmentation fault

Thread 0x00007f1 (most recent call first):
  File "program.py", line 9 in spin
  ...
Current thread 0x00007f2 (most recent call first):
  File "program.py", line 2 in f
  File "program.py", line 4 in <module>

Extension modules: _x (total: 1)
`;
    expect(parseFaultHandler(text)).toMatchObject({
      error: 'Segmentation fault',
      stacks: [
        { frames: [{ line: 2, function: 'f' }, { line: 4 }], cut: 0 },
        { frames: [{ line: 9 }], cut: 1 },
      ],
    });
    expect(parseFaultHandler('no')).toEqual({ error: null, stacks: [] });
  });
});
