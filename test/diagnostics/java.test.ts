import { describe, expect, it } from 'vitest';
import {
  javaDiagnostic,
  javacDiagnostic,
  javacFindings,
  locateOverflow,
  parseJavaFrame,
  parseJavaTraces,
  parseJavacText,
  stitch,
} from '../../src/diagnostics/index.js';
import type { ProgramView, SourceMap } from '../../src/diagnostics/index.js';
import type { Diagnostic } from '../../src/records.js';

function viewOf(map: SourceMap): ProgramView {
  return {
    map,
    fileKind: (file) =>
      file === 'Problem.java' ? 'program' : file === 'RlsfCases.java' ? 'harness' : 'library',
    shownAs: (file) => file.replace(/^.*\//, ''),
    clean: (text) => text,
    resolve: () => [],
  };
}

function programOf(prefix: string, completion: string, suffix = ''): ProgramView {
  return viewOf(
    stitch([
      { name: 'prefix', text: prefix },
      { name: 'completion', text: completion },
      { name: 'suffix', text: suffix },
    ]),
  );
}

function cut({ map }: ProgramView, { span }: Diagnostic): string {
  if (span.precision === 'none') return span.reason;
  const { bytes } = map.index;
  const { start } = map.completion;
  return new TextDecoder().decode(bytes.subarray(start + span.start, start + span.end));
}

const prefix = 'import java.util.*;\nclass Problem {\n';
const completion =
  '\tstatic int f(int a) { String s = "äöü😀"; return "é" + undefinedName; }\n\tvoid t() { this.missing(1); List s = "a".foo(); f("x"); }\n';
/** As `javac 17.0.15 -Xlint:all` prints it. */
const recorded = `Problem.java:3: error: cannot find symbol
	static int f(int a) { String s = "äöü😀"; return "é" + undefinedName; }
	                                                       ^
  symbol:   variable undefinedName
  location: class Problem
Problem.java:4: error: cannot find symbol
	void t() { this.missing(1); List s = "a".foo(); f("x"); }
	               ^
  symbol: method missing(int)
Problem.java:4: warning: [rawtypes] found raw type: List
	void t() { this.missing(1); List s = "a".foo(); f("x"); }
	                            ^
  missing type arguments for generic class List<E>
  where E is a type-variable:
    E extends Object declared in interface List
Problem.java:4: error: cannot find symbol
	void t() { this.missing(1); List s = "a".foo(); f("x"); }
	                                        ^
  symbol:   method foo()
  location: class String
Problem.java:4: error: incompatible types: String cannot be converted to int
	void t() { this.missing(1); List s = "a".foo(); f("x"); }
	                                                  ^
Note: Some messages have been simplified; recompile with -Xdiags:verbose to get full output
4 errors
1 warning
`;

describe('javac’s words', () => {
  const view = programOf(prefix, completion, '}\n');
  const findings = parseJavacText(recorded, () => view.map.text);

  it('give kinds, options and messages of one line', () => {
    expect(findings.map(({ severity, kind, option }) => [severity, kind, option])).toEqual([
      ['error', 'cant.resolve', null],
      ['error', 'cant.resolve', null],
      ['warning', 'rawtypes', '-Xlint:rawtypes'],
      ['error', 'cant.resolve', null],
      ['error', 'prob.found.req', null],
    ]);
    expect(findings[0].message).toBe(
      'cannot find symbol; symbol: variable undefinedName; location: class Problem',
    );
    expect(findings[2].message).toBe(
      'found raw type: List; missing type arguments for generic class List<E>',
    );
  });

  it('are placed by their carets, behind tabs and characters of several bytes', () => {
    const diagnostics = findings.map((finding) => javacDiagnostic(finding, view));
    expect(diagnostics.map((one) => cut(view, one))).toEqual([
      'undefinedName',
      'missing',
      'List',
      'foo',
      '"x"',
    ]);
    const before = Buffer.byteLength(completion.slice(0, completion.indexOf('undefinedName')));
    expect(diagnostics[0].position).toEqual({ file: 'Problem.java', line: 3, column: before + 1 });
  });
});

describe('javac’s own places', () => {
  const view = programOf(prefix, completion, '}\n');
  const at = (text: string): number => view.map.text.indexOf(text);
  const finding = (code: string, start: number, place: number, end: number): Diagnostic =>
    javacDiagnostic(
      javacFindings([
        { code, severity: 'ERROR', lint: null, file: 'Problem.java', start, at: place, end, message: 'x\n  y:   z' },
      ])[0],
      view,
    ); // prettier-ignore

  it('are trees, of which an unknown name is the part behind the dot', () => {
    const tree = at('this.missing');
    const unknown = finding('compiler.err.cant.resolve.args', tree, tree + 4, tree + 12);
    expect(unknown).toMatchObject({ tool: 'javac', kind: 'cant.resolve.args', message: 'x; y: z' });
    expect(cut(view, unknown)).toBe('missing');
    const text = finding('compiler.err.prob.found.req', at('"äöü'), at('"äöü'), at('; return'));
    expect(cut(view, text)).toBe('"äöü😀"');
  });

  it('are cut to one line, to the completion, or to nothing where something is missing', () => {
    const whole = finding('compiler.err.does.not.override.abstract', at('\tstatic'), at('\tstatic'), at('}\n}'));
    expect(cut(view, whole)).toBe(completion.split('\n')[0].trim());
    const missing = finding('compiler.err.expected', at('; return'), at('; return'), at('; return'));
    expect(missing.span).toMatchObject({ precision: 'span', start: at('; return') - prefix.length + 5 });
    expect(cut(view, missing)).toBe('');
    expect(cut(view, finding('compiler.err.expected4', 0, 0, 6))).toBe('harness line (prefix)');
  }); // prettier-ignore

  it('in other files have a reason instead', () => {
    const [harness, lost] = javacFindings([
      { code: 'compiler.err.x', severity: 'ERROR', file: 'RlsfCases.java', start: 0, at: 0, end: 1, message: '' },
      { code: 'compiler.warn.y', severity: 'MANDATORY_WARNING', lint: 'removal', file: null, start: -1, at: -1, end: -1, message: '' },
    ]); // prettier-ignore
    expect(cut(view, javacDiagnostic(harness, view))).toBe('harness line (test case)');
    expect(javacDiagnostic(lost, view)).toMatchObject({
      severity: 'warning',
      option: '-Xlint:removal',
      span: { precision: 'none', reason: 'the tool names no place' },
    });
  });
});

describe('a stack of Java', () => {
  const trace = `before
Exception in thread "main" java.lang.IllegalStateException: two
lines
\tat Problem.main(Problem.java:5)
\tSuppressed: java.lang.RuntimeException: side
\t\tat Problem.side(Problem.java:9)
\t\t... 1 more
Caused by: java.lang.NullPointerException: Cannot invoke "Object.hashCode()" because "o" is null
\tat Problem.f(Problem.java:4)
\tat java.base/java.util.ArrayList.forEach(ArrayList.java:1511)
\t... 1 more
after
java.io.IOException
\tat Problem.g(Native Method)
`;

  it('is read with its causes, without what was suppressed', () => {
    const [uncaught, printed] = parseJavaTraces(trace);
    expect(uncaught.thread).toBe('main');
    expect(uncaught.chain.map(({ type, message }) => [type, message])).toEqual([
      ['java.lang.IllegalStateException', 'two\nlines'],
      [
        'java.lang.NullPointerException',
        'Cannot invoke "Object.hashCode()" because "o" is null',
      ],
    ]);
    expect(uncaught.chain[1].frames.map(({ file, line }) => [file, line])).toEqual([
      ['Problem.java', 4],
      ['java.base/java/util/ArrayList.java', 1511],
      ['Problem.java', 5],
    ]);
    expect(printed).toMatchObject({ thread: null, chain: [{ type: 'java.io.IOException', message: null }] });
    expect(printed.chain[0].frames).toEqual([{ function: 'Problem.g', file: null, line: null }]);
    expect(parseJavaFrame('\tat app//a.b.C$D.<init>(C.java)')).toEqual({
      function: 'a.b.C$D.<init>',
      file: 'a/b/C.java',
      line: null,
    });
  }); // prettier-ignore

  const view = programOf('class Problem {\n  // ä\n', '  one();\n  two();\n  three();\n');

  it('blames the first frame in the completion, of the exception or else of its cause', () => {
    const [uncaught] = parseJavaTraces(trace);
    const diagnostic = javaDiagnostic(uncaught, view);
    expect(diagnostic).toMatchObject({
      tool: 'runner',
      kind: 'IllegalStateException',
      position: { file: 'Problem.java', line: 5, column: null },
    });
    expect(cut(view, diagnostic)).toBe('three();');
    expect(diagnostic.frames.map((frame) => frame.function)).toContain(
      '— caused by java.lang.NullPointerException: Cannot invoke "Object.hashCode()" because "o" is null —',
    );
    const [wrapped] = parseJavaTraces(trace.replace('main(Problem.java:5)', 'main(Problem.java:1)'));
    expect(cut(view, javaDiagnostic(wrapped, view))).toBe('two();');
    const [outside] = parseJavaTraces('java.lang.Error: x\n\tat java.base/java.util.A.b(A.java:1)\n');
    expect(cut(view, javaDiagnostic(outside, view))).toBe('library frame: no frame lies in the program');
  }); // prettier-ignore

  it('that only wraps an exception stands behind it', () => {
    const [thrown] = parseJavaTraces(
      'Exception in thread "main" java.lang.ExceptionInInitializerError\n\tat Problem.a(Problem.java:3)\nCaused by: java.lang.ArithmeticException: / by zero\n\tat Problem.<clinit>(Problem.java:4)\n\t... 1 more\n',
    );
    const diagnostic = javaDiagnostic(thrown, view);
    expect(diagnostic).toMatchObject({
      kind: 'ArithmeticException',
      message: 'uncaught ArithmeticException: / by zero',
    });
    expect(cut(view, diagnostic)).toBe('two();');
  });

  it('that overflowed reads the same wherever it ended', () => {
    const frame = (line: number): string => `\tat Problem.f${line}(Problem.java:${line})`;
    const place = (lines: number[]): unknown =>
      locateOverflow(
        lines.flatMap((line) => parseJavaFrame(frame(line)) ?? []),
        view,
      );
    const cycle = Array.from({ length: 30 }, (_, i) => (i % 2 === 0 ? 5 : 3));
    expect(place(cycle)).toEqual(place(cycle.slice(1)));
    expect(place([4, ...cycle])).toEqual(place(cycle));
    expect(place(cycle)).toMatchObject({
      position: { line: 3 },
      frames: [{ function: 'Problem.f3' }, { function: 'Problem.f5' }, { function: '… and so on …' }],
    });
  }); // prettier-ignore
});
