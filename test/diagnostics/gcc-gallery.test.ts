import { describe, expect, it } from 'vitest';
import {
  compilerDiagnostic,
  parseCompilerOutput,
  parseGccJson,
  parseGccText,
  withChains,
} from '../../src/diagnostics/index.js';
import type { CompilerFinding } from '../../src/diagnostics/index.js';
import type { Diagnostic } from '../../src/records.js';
import { blamed, namesOf, recorded, sourceIn, viewOf } from './gallery.js';

const names = namesOf('gcc', '.cpp');
const source = sourceIn('gcc');

/** Where JSON and text cannot agree: what g++ 12 itself prints differs. */
const exceptions: Record<string, string> = {
  'max-errors': 'g++ 12 prints no JSON at all when -fmax-errors ends it',
  'macro-wrong-type':
    'JSON has the place where a macro is used, the text the argument; only an unknown name tells which',
};

/** Where g++ draws less in its text than it says in JSON: a line it leaves bare, a range over several lines or into a macro. */
const drawnNarrower = ['macro-library', 'multi-line-range', 'warnings-basic', 'warnings-classes'];

function findingsOf(name: string): { json: CompilerFinding[]; text: CompilerFinding[] } {
  const text = parseCompilerOutput(recorded('gcc', `${name}.gcc.txt`), { source });
  const json = parseCompilerOutput(recorded('gcc', `${name}.json.txt`), { source });
  return { json: withChains(json, text), text };
}

function diagnose(name: string, findings: readonly CompilerFinding[]): Diagnostic[] {
  const view = viewOf(name, recorded('gcc', `${name}.cpp`));
  return findings.map((finding) => compilerDiagnostic(finding, view));
}

describe('the gallery of g++ reports', () => {
  it('is large, and has every kind of finding', () => {
    const all = names.flatMap((name) => diagnose(name, findingsOf(name).text));
    expect(names.length).toBeGreaterThanOrEqual(45);
    expect(all.length).toBeGreaterThan(200);
    expect(new Set(all.map(({ severity }) => severity))).toEqual(
      new Set(['error', 'warning', 'note']),
    );
    const kinds = new Set(all.map(({ kind }) => kind));
    for (const kind of 'undeclared syntax redefinition access no-match type missing-header link'.split(
      ' ',
    ))
      expect(kinds).toContain(kind);
  });

  it.each(names.filter((name) => exceptions[name] === undefined))(
    'reads the same from JSON and from text: %s',
    (name) => {
      const { json, text } = findingsOf(name);
      const row = ({ severity, kind, option, message, position }: Diagnostic): unknown => ({
        severity,
        kind,
        option,
        message,
        position,
      });
      const fromJson = diagnose(name, json);
      const fromText = diagnose(name, text);
      expect(fromText.map(row)).toEqual(fromJson.map(row));
      fromText.forEach(({ span }, i) => {
        const wider = fromJson[i].span;
        if (!drawnNarrower.includes(name)) expect(span).toEqual(wider);
        else if (span.precision !== 'none' && wider.precision !== 'none') {
          expect(span.start).toBeGreaterThanOrEqual(wider.start);
          expect(span.end).toBeLessThanOrEqual(wider.end);
        }
      });
    },
  );

  it('has two exceptions, each for what g++ prints', () => {
    expect(parseGccJson(recorded('gcc', 'max-errors.json.txt')).findings).toEqual([]);
    expect(diagnose('max-errors', findingsOf('max-errors').text)).toMatchObject([
      { kind: 'undeclared', position: { line: 2, column: 18 } },
    ]);
    const { json, text } = findingsOf('macro-wrong-type');
    const program = recorded('gcc', 'macro-wrong-type.cpp');
    const [inJson] = diagnose('macro-wrong-type', json);
    const [inText] = diagnose('macro-wrong-type', text);
    expect([blamed(program, inJson.span), blamed(program, inText.span)]).toEqual(['TWICE', 'text']);
    expect(inText.position?.line).toBe(inJson.position?.line);
    expect(inText.message).toBe(inJson.message);
  });

  it('finds for every finding a place in the program', () => {
    for (const name of names)
      for (const { span, message } of diagnose(name, findingsOf(name).json))
        expect([name, message, span.precision]).not.toContain('none');
  });

  it.each([
    ['undeclared-tabs', "'cuont' was not declared", 'cuont'],
    ['undeclared-tabs', "'\\U000000f1andu' was not declared", 'ñandu'],
    ['identifiers', 'has no member named', 'lange'],
    ['wide-characters', "'x3' was not declared", 'x3'],
    ['wide-characters', "'x5' was not declared", 'x5'],
    ['crlf', "'m' was not declared", 'm'],
    ['long-line', "'unknown' was not declared", 'unknown'],
    ['macro-argument', "'nn' was not declared", 'nn'],
    ['macro-argument', "'mm' was not declared", 'mm'],
    ['macro-body', 'invalid conversion', 'DECL'],
    ['macro-body', "'undeclared_here'", 'BAD'],
    ['macro-library', 'invalid', 'assert'],
    ['macro-library', 'has no member', 'y'],
    ['missing-header', 'No such file', '"no/such/header.h"'],
    ['types', "no match for 'operator%'", '%'],
    ['types', "cannot convert 'std::string'", 's'],
    ['no-match', "call to 'add(int, P&)'", 'add(1, p)'],
    ['unterminated-string', 'missing terminating "', '"hello);'],
    ['raw-string', 'unterminated raw string', 'R"x(no end\n'],
    ['preprocessor', 'ignoring', '#pragma unknown thing'],
    ['include-chain', 'missing_in_header', '#include "chain-outer.h"'],
    ['linker', 'undefined reference to `missing', 'return missing(1) + gone;'],
    ['werror-all', 'unused variable', 'unused'],
    ['multi-line-range', 'comparison of integer', 'n +\n         1 <\n         size'],
  ])('cuts out what is at fault: %s, %s', (name, message, expected) => {
    const program = recorded('gcc', `${name}.cpp`);
    const found = diagnose(name, findingsOf(name).json).find((one) =>
      one.message.includes(message),
    );
    expect(found && blamed(program, found.span)).toBe(expected);
  });

  it('leads from a header’s template to the user’s line, also for the second error of the same instance', () => {
    const errors = diagnose('template-in-header', findingsOf('template-in-header').text);
    expect(errors.map(({ position }) => position?.line)).toEqual([4, 4]);
    const sorted = diagnose('template-library', findingsOf('template-library').json);
    expect(new Set(sorted.map(({ position }) => position?.line))).toEqual(new Set([6, 8]));
  });

  it('puts missing text where it belongs', () => {
    const program = recorded('gcc', 'missing-semicolons.cpp');
    const lines = diagnose('missing-semicolons', findingsOf('missing-semicolons').json).map(
      ({ span }) =>
        span.precision === 'none' ? '' : Buffer.from(program).subarray(0, span.start).toString(),
    );
    expect(lines.map((before) => before.slice(before.lastIndexOf('\n') + 1))).toEqual([
      'struct Point { int x; int y',
      'struct Point { int x; int y }',
      '  int s = a + b',
      '  return s',
      'int last = 3',
    ]);
  });
});

describe('g++ text', () => {
  const line = '\tint é = 漢 + cuont;';
  const report = (column: number, quoted: string, marks: string): string =>
    `a.cpp:1:${column}: error: 'cuont' was not declared in this scope\n    1 | ${quoted}\n      | ${marks}\n`;
  const byte = Buffer.from(line).indexOf('cuont') + 1;

  it('reads display columns by the source, and byte columns as they are', () => {
    const quoted = line.replace('\t', '        ');
    const marks = `${' '.repeat(21)}^~~~~`;
    const display = parseGccText(report(22, quoted, marks), { source: () => line });
    const bytes = parseGccText(report(byte, quoted, marks));
    expect(display[0].place).toMatchObject({
      column: byte,
      range: { startColumn: byte, endColumn: byte + 5 },
    });
    expect(bytes[0].place).toMatchObject({
      column: byte,
      range: { startColumn: byte, endColumn: byte + 5 },
    });
    // Without the source a tab cannot be told from blanks: seven columns too many, and not one more.
    expect(parseGccText(report(22, quoted, marks))[0].place?.column).toBe(byte + 7);
  });

  it('takes nothing from quoted source, from colours or from other tools', () => {
    const fake = 'x.cpp:1:1: error: not an error';
    const text = `a.cpp:2:1: warning: one [-Wall]\n    2 | // ${fake}\n      | ^\ncollect2: error: ld returned 1 exit status\ng++: fatal error: Killed\n`;
    const coloured = text.replace('warning: ', '\u001b[01;35m\u001b[Kwarning: \u001b[m\u001b[K');
    const findings = parseGccText(coloured);
    expect(findings.map(({ message }) => message)).toEqual(['one', 'Killed']);
    expect(findings[1].place).toBeNull();
  });

  it('takes -fdiagnostics-parseable-fixits for the exact place', () => {
    const text =
      'a.cpp:1:9: error: expected \')\' before \';\' token\n    1 | \tf(1;\n      |    ^\nfix-it:"a.cpp":{1:5-1:5}:")"\na.cpp:1:3: note: to match this \'(\'\nfix-it:"a.cpp":{9:9-9:9}:"not the error’s"\n';
    expect(parseGccText(text)[0].insertion).toEqual({
      file: 'a.cpp',
      line: 1,
      column: 5,
      range: null,
      text: ')',
    });
  });

  it('says the same under typographic quotes', () => {
    const [finding] = parseGccText('a.cpp:2:3: error: expected ‘,’ or ‘;’ before ‘s’\n');
    const view = viewOf('a', 'int s = 1\n  s += 1;\n');
    expect(compilerDiagnostic(finding, view)).toMatchObject({
      kind: 'syntax',
      span: { start: 9, end: 9 },
    });
  });
});

describe('g++ JSON', () => {
  it('may spread over lines, as GCC 14 prints it, and may stand between other text', () => {
    const [line] = recorded('gcc', 'undeclared-tabs.json.txt').split('\n');
    const pretty = JSON.stringify(JSON.parse(line), null, 1);
    const mixed = `make: started\n${pretty}\n[not json\ncompilation terminated.\n${line}\n`;
    const { findings, rest } = parseGccJson(mixed);
    const once = parseGccJson(line).findings;
    expect(findings).toEqual([...once, ...once]);
    expect(rest).toBe('make: started\n[not json\ncompilation terminated.');
  });

  it('may count columns from 0', () => {
    const at = (column: number): unknown => ({
      file: 'a.cpp',
      line: 2,
      column,
      'byte-column': column,
    });
    const row = {
      kind: 'error',
      message: 'm',
      'column-origin': 0,
      locations: [{ caret: at(4), finish: at(6) }],
      children: [],
    };
    expect(parseGccJson(JSON.stringify([row])).findings[0].place).toEqual({
      file: 'a.cpp',
      line: 2,
      column: 5,
      range: { startLine: 2, startColumn: 5, endLine: 2, endColumn: 8 },
    });
  });
});
