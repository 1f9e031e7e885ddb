import { describe, expect, it } from 'vitest';
import {
  compilerDiagnostic,
  parseClangText,
  parseCompilerOutput,
} from '../../src/diagnostics/index.js';
import type { Diagnostic } from '../../src/records.js';
import { blamed, namesOf, recorded, viewOf } from './gallery.js';

const names = namesOf('clang', '.clang.txt');

function diagnose(name: string, text = recorded('clang', `${name}.clang.txt`)): Diagnostic[] {
  const view = viewOf(name, recorded('gcc', `${name}.cpp`));
  return parseClangText(text).map((finding) => compilerDiagnostic(finding, view));
}

describe('clang 14 on the gallery of g++', () => {
  it('is read whole: as many findings as clang counts itself, apart from repeats', () => {
    let compared = 0;
    for (const name of names) {
      const text = recorded('clang', `${name}.clang.txt`);
      const count = (what: string): number =>
        Number(new RegExp(`(\\d+) ${what}s?\\b.* generated\\.`).exec(text)?.[1] ?? 0);
      // A file without a final newline of its own count ends in a fatal error: no count is printed.
      const heads = text
        .split('\n')
        .filter((line) => /^\S+:\d+:\d+:.*? (fatal error|error): /.test(line));
      const distinct = new Set(heads);
      const errors = diagnose(name).filter(({ severity }) => severity === 'error');
      expect([name, errors.length]).toEqual([name, distinct.size]);
      if (count('error') > 0) expect([name, heads.length]).toEqual([name, count('error')]);
      compared += errors.length;
    }
    expect(compared).toBeGreaterThan(120);
  });

  it('finds for every finding a place in the program', () => {
    for (const name of names)
      for (const { tool, span, message } of diagnose(name)) {
        expect([name, message, span.precision]).not.toContain('none');
        expect(tool).toBe('clang++');
      }
  });

  it.each([
    ['undeclared-tabs', "undeclared identifier 'cuont'", 'undeclared', 'cuont'],
    ['undeclared-tabs', "undeclared identifier 'ñandu'", 'undeclared', 'ñandu'],
    ['identifiers', "no member named 'lange'", 'undeclared', 'lange'],
    ['wide-characters', "undeclared identifier 'x3'", 'undeclared', 'x3'],
    ['wide-characters', "undeclared identifier 'x7'", 'undeclared', 'x7'],
    ['crlf', "undeclared identifier 'm'", 'undeclared', 'm'],
    ['macro-argument', "undeclared identifier 'mm'", 'undeclared', 'mm'],
    ['macro-body', "undeclared identifier 'undeclared_here'", 'undeclared', 'BAD'],
    ['macro-body', 'comparison of integers', '-Wsign-compare', 'CMP(n, m)'],
    ['missing-header', 'file not found', 'missing-header', '"no/such/header.h"'],
    ['types', "('std::string' (aka 'basic_string<char>') and 'int')", 'no-match', 't % 2'],
    ['types', 'no viable conversion', 'type', 'a'],
    ['no-match', "no matching function for call to 'add'", 'no-match', 'add'],
    ['access', 'is a private member', 'access', 'hidden'],
    ['werror-all', 'unused variable', '-Wunused-variable', 'unused'],
    ['include-chain', 'missing_in_header', 'undeclared', '#include "chain-outer.h"'],
    [
      'multi-line-range',
      'comparison of integers',
      '-Wsign-compare',
      'n +\n         1 <\n         size',
    ],
  ])('cuts out what is at fault: %s, %s', (name, message, kind, expected) => {
    const found = diagnose(name).find((one) => one.message.includes(message));
    expect(found?.kind).toBe(kind);
    expect(found && blamed(recorded('gcc', `${name}.cpp`), found.span)).toBe(expected);
  });

  it('puts missing text where the fix-it inserts it', () => {
    const program = recorded('gcc', 'missing-semicolons.cpp');
    const before = diagnose('missing-semicolons').map(({ span }) =>
      span.precision === 'none' ? '' : Buffer.from(program).subarray(0, span.start).toString(),
    );
    expect(before.map((text) => text.slice(text.lastIndexOf('\n') + 1))).toEqual([
      'struct Point { int x; int y',
      'struct Point { int x; int y }',
      '  int s = a + b',
      '  return s',
      'int last = 3',
    ]);
  });

  it('leads from a header’s template to the line that made its instance', () => {
    expect(diagnose('template-in-header').map(({ position }) => position?.line)).toEqual([4]);
    for (const { position, message } of diagnose('template-library'))
      expect([message, [6, 8].includes(position?.line ?? 0)]).toEqual([message, true]);
  });

  it('agrees with g++ on the line of what both find', () => {
    const linesOf = (found: readonly Diagnostic[]): Set<number | undefined> =>
      new Set(found.map(({ position }) => position?.line));
    for (const name of [
      'undeclared-tabs',
      'wide-characters',
      'types',
      'access',
      'spelling',
      'macro-body',
    ]) {
      const view = viewOf(name, recorded('gcc', `${name}.cpp`));
      const byGcc = parseCompilerOutput(recorded('gcc', `${name}.json.txt`))
        .filter(({ severity }) => severity === 'error')
        .map((finding) => compilerDiagnostic(finding, view));
      for (const line of linesOf(diagnose(name).filter(({ severity }) => severity === 'error')))
        expect([name, [...linesOf(byGcc)]]).toEqual([name, expect.arrayContaining([line])]);
    }
  });

  it('is read without ranges, in colours, and not from quoted source', () => {
    const plain =
      "\u001b[1ma.cpp:1:5: \u001b[0m\u001b[0;1;31merror: \u001b[0m\u001b[1muse of undeclared identifier 'b'\u001b[0m\na.cpp:9:9: error: quoted, not said\n\u001b[0;1;32m    ^\n\u001b[0m1 error generated.\n";
    expect(parseClangText(plain)).toMatchObject([
      { message: "use of undeclared identifier 'b'", place: { line: 1, column: 5, range: null } },
    ]);
  });

  it('reads the linker', () => {
    const text =
      "/usr/bin/ld: /tmp/a-1.o: in function `main':\n/a/b.cpp:4: undefined reference to `gone()'\nclang: error: linker command failed with exit code 1 (use -v to see invocation)\n";
    expect(parseClangText(text)).toMatchObject([
      {
        kind: 'link',
        message: "undefined reference to `gone()'",
        place: { file: '/a/b.cpp', line: 4 },
      },
    ]);
  });
});
