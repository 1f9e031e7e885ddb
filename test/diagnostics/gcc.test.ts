import { describe, expect, it } from 'vitest';
import { compilerDiagnostic, parseGccJson, parseGccText } from '../../src/diagnostics/index.js';
import type { Diagnostic } from '../../src/records.js';
import { fixture, textAt, viewOfSource } from './fixtures.js';

function read(name: string, format: 'json' | 'text'): Diagnostic[] {
  const findings =
    format === 'json'
      ? parseGccJson(fixture(`${name}.json.txt`)).findings
      : parseGccText(fixture(`${name}.gcc.txt`));
  return findings.map((finding) => compilerDiagnostic(finding, viewOfSource(name)));
}

function blamed(name: string, diagnostic: Diagnostic): string | null {
  return diagnostic.span.precision === 'none'
    ? null
    : textAt(fixture(`${name}.cpp`), diagnostic.span);
}

describe('g++ findings', () => {
  it('blame a missing semicolon where it belongs, behind a comment or before a brace', () => {
    for (const format of ['json', 'text'] as const) {
      const errors = read('missing-semicolon', format).filter(
        ({ severity }) => severity === 'error',
      );
      expect(errors[0].message).toMatch(/expected/);
      const source = Buffer.from(fixture('missing-semicolon.cpp'));
      const places = errors.flatMap(({ span }) =>
        span.precision === 'none' ? [] : [source.subarray(0, span.start).toString()],
      );
      expect(places.some((before) => before.endsWith('int sum = a + b'))).toBe(true);
      expect(places.some((before) => before.endsWith('return a + a'))).toBe(true);
    }
  });

  it('count columns in bytes', () => {
    for (const format of ['json', 'text'] as const) {
      const [error] = read('undeclared', format);
      expect(error).toMatchObject({
        tool: 'g++',
        severity: 'error',
        kind: 'undeclared',
        position: { line: 3 },
      });
      if (format === 'json') expect(blamed('undeclared', error)).toBe('cuont');
    }
  });

  it('blame the line that uses a macro, the user’s or the library’s', () => {
    for (const format of ['json', 'text'] as const) {
      const lines = read('macro', format).map(({ position }) => position?.line);
      expect(lines).toContain(4);
      expect(lines).toContain(5);
    }
  });

  it('lead from a template in a header to the user’s call, by the text format', () => {
    const errors = read('template', 'text').filter(({ severity }) => severity === 'error');
    expect(errors.length).toBeGreaterThan(0);
    for (const error of errors) {
      expect(error.position).toMatchObject({ file: 'template.cpp', line: 5 });
      expect(blamed('template', error)).not.toBeNull();
    }
    // JSON leaves the chain out: it points at the class at best.
    expect(read('template', 'json')[0].severity).toBe('error');
  });

  it('carry a warning’s option and its exact range', () => {
    for (const format of ['json', 'text'] as const) {
      const warnings = read('warnings', format);
      const byOption = new Map(
        warnings.map((warning) => [warning.option, blamed('warnings', warning)]),
      );
      expect(byOption.get('-Wunused-variable')).toBe('unused');
      expect(byOption.get('-Wsign-compare')).toBe('i < v.size()');
      expect(byOption.has('-Wunused-parameter')).toBe(true);
      if (format === 'json') expect(byOption.get('-Wparentheses')).toBe('= 2');
    }
  });

  it('put the end of a cut-off text at its end', () => {
    for (const error of read('truncated', 'json').filter(({ severity }) => severity === 'error'))
      expect(error.span.precision).toBe('span');
  });

  it('agree between the two formats on severity, message and line', () => {
    for (const name of ['missing-semicolon', 'undeclared', 'warnings', 'truncated']) {
      const short = (rows: Diagnostic[]): unknown[] =>
        rows.map(({ severity, message, option, position }) => [
          severity,
          message,
          option,
          position?.line,
        ]);
      expect(short(read(name, 'text'))).toEqual(short(read(name, 'json')));
    }
  });

  it('survive lines that are no diagnostics', () => {
    const { findings, rest } = parseGccJson(
      '[]\ncollect2: error: ld returned 1 exit status\n[not json\n',
    );
    expect(findings).toEqual([]);
    expect(rest).toContain('ld returned 1');
    expect(parseGccText('')).toEqual([]);
  });
});
