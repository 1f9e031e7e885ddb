import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/algorithms/random.js';
import type { Random } from '../../src/algorithms/random.js';
import { compilerDiagnostic, lineColumnOf, stitch } from '../../src/diagnostics/index.js';
import type { CompilerFinding, CompilerPlace, ProgramView } from '../../src/diagnostics/index.js';
import type { DiagnosticSpan } from '../../src/records.js';

/** A program of random tokens whose parts meet anywhere; places are drawn from its tokens. */
interface Case {
  random: Random;
  view: ProgramView;
  /** A random token of a part. */
  place(part: 'prefix' | 'completion' | 'suffix'): CompilerPlace;
  /** The token's bytes in the completion. */
  spanOf(place: CompilerPlace): DiagnosticSpan;
}

const words = ['alpha', 'größe', '漢', '42', '+', ';', '{', '"ü"', 'b'];

function randomCase(seed: string): Case {
  const random = createRandom(seed);
  const parts = (['prefix', 'completion', 'suffix'] as const).map((name) => ({
    name,
    tokens: Array.from({ length: 3 + random.int(12) }, () => random.pick(words)),
  }));
  const gap = (): string => random.pick([' ', '\n', '\t', '\r\n', ' ', ' /* ñ */ ']);
  const texts = parts.map(({ name, tokens }) => ({ name, tokens, gaps: tokens.map(gap) }));
  const map = stitch(
    texts.map(({ name, tokens, gaps }) => ({
      name,
      text: tokens.map((token, i) => token + gaps[i]).join(''),
    })),
  );
  const view: ProgramView = {
    map,
    fileKind: (file) =>
      file === 'a.cpp' ? 'program' : file === 'cases.cpp' ? 'harness' : 'library',
    shownAs: (file) => file,
    clean: (text) => text,
    resolve: () => [],
  };
  const bytesOf = (text: string): number => Buffer.byteLength(text);
  return {
    random,
    view,
    place(part) {
      let offset = 0;
      for (const { name, tokens, gaps } of texts) {
        const chosen = random.int(tokens.length);
        for (let i = 0; i < tokens.length; i++) {
          if (name === part && i === chosen)
            return { file: 'a.cpp', ...lineColumnOf(map.index, offset), range: null };
          offset += bytesOf(tokens[i] + gaps[i]);
        }
      }
      throw new Error('no token');
    },
    spanOf: ({ line, column }) => map.locate(line, column),
  };
}

function finding(fields: Partial<CompilerFinding>): CompilerFinding {
  const blank = { severity: 'error', kind: 'error', message: 'm', option: null } as const;
  return { ...blank, place: null, insertion: null, related: [], ...fields };
}

const elsewhere = (file: string): CompilerPlace => ({ file, line: 3, column: 1, range: null });

function eachCase(label: string, check: (one: Case) => void): void {
  for (let seed = 0; seed < 300; seed++) check(randomCase(`${label}/${seed}`));
}

describe('the place to blame', () => {
  it('is the finding’s own, if it lies in the completion, whatever else is mentioned', () => {
    eachCase('own', ({ view, place, spanOf }) => {
      const own = place('completion');
      const related = [
        { ...place('completion'), message: "'x' declared here" },
        { ...place('completion'), message: 'required from here' },
      ];
      const { span, position } = compilerDiagnostic(finding({ place: own, related }), view);
      expect(span).toEqual(spanOf(own));
      expect(position).toEqual({ file: 'a.cpp', line: own.line, column: own.column });
    });
  });

  it('is where a macro was used, the outermost use first, wherever it is defined', () => {
    eachCase('macro', ({ view, place, spanOf, random }) => {
      const outer = place('completion');
      const definition = random.pick([place('prefix'), place('completion'), elsewhere('lib.h')]);
      const related = [
        { ...place('completion'), message: "in definition of macro 'INNER'" },
        {
          ...random.pick([place('completion'), place('prefix'), elsewhere('lib.h')]),
          message: "in expansion of macro 'INNER'",
        },
        { ...outer, message: "in expansion of macro 'OUTER'" },
      ];
      const { span } = compilerDiagnostic(finding({ place: definition, related }), view);
      expect(span).toEqual(spanOf(outer));
    });
  });

  it('is the line that made a template’s instance, not the header’s, the innermost of the user’s first', () => {
    eachCase('template', ({ view, place, spanOf, random }) => {
      const own = place('completion');
      const where = random.pick([elsewhere('lib.h'), place('prefix'), elsewhere('cases.cpp')]);
      const related = [
        { ...elsewhere('lib.h'), message: "required from 'void sort()'" },
        {
          ...own,
          message: random.pick([
            "required from 'f'",
            'required from here',
            "in 'constexpr' expansion of 'f(1)'",
          ]),
        },
        { ...place('completion'), message: 'required from here' },
      ];
      const { span } = compilerDiagnostic(finding({ place: where, related }), view);
      expect(span).toEqual(spanOf(own));
    });
  });

  it('is the bracket that stays open, where the end of the file is the tests’', () => {
    eachCase('open', ({ view, place, spanOf, random }) => {
      const open = place('completion');
      const end = random.pick([place('suffix'), elsewhere('cases.cpp')]);
      const found = finding({
        place: end,
        message: "expected '}' at end of input",
        related: [{ ...open, message: "to match this '{'" }],
      });
      expect(compilerDiagnostic(found, view).span).toEqual(spanOf(open));
    });
  });

  it('is nowhere for a fault of the tests or of the prompt, even if the completion is mentioned', () => {
    eachCase('harness', ({ view, place, random }) => {
      const [own, reason] = random.pick([
        [place('prefix'), 'harness line (prefix)'],
        [place('suffix'), 'harness line (suffix)'],
        [elsewhere('cases.cpp'), 'harness line (test case)'],
      ] as const);
      const related = [
        { ...place('completion'), message: "candidate: 'int f(int)'" },
        { ...place('completion'), message: "'int f(int)' declared here" },
      ];
      const { span, position } = compilerDiagnostic(finding({ place: own, related }), view);
      expect(span).toEqual({ precision: 'none', reason });
      expect(position).toMatchObject({ file: own.file, line: own.line });
    });
  });

  it('is what a library’s finding mentions, else the include that brought it, else nowhere', () => {
    eachCase('library', ({ view, place, spanOf }) => {
      const mentioned = { ...place('completion'), message: "'struct S' declared here" };
      const include = { ...place('completion'), column: null, message: 'included from here' };
      const at = (related: CompilerFinding['related']): DiagnosticSpan =>
        compilerDiagnostic(finding({ place: elsewhere('lib.h'), related }), view).span;
      expect(at([include, mentioned])).toEqual(spanOf(mentioned));
      expect(at([include])).toEqual(view.map.locate(include.line, null));
      expect(at([])).toEqual({ precision: 'none', reason: 'library line' });
      expect(at([{ ...place('prefix'), message: 'included from here' }])).toMatchObject({
        reason: 'harness line (prefix)',
      });
    });
    const { view } = randomCase('none');
    expect(compilerDiagnostic(finding({}), view)).toMatchObject({
      position: null,
      span: { precision: 'none', reason: 'the tool names no place' },
    });
  });

  it('is behind the last token where a semicolon is missing, with the tool’s hint or without', () => {
    eachCase('semicolon', ({ view, place }) => {
      const wrong = place('completion');
      const { map } = view;
      const at = map.index.starts[wrong.line - 1] + (wrong.column ?? 1) - 1;
      const before = Buffer.from(map.index.bytes).subarray(0, at).toString();
      const end = Buffer.byteLength(before.replace(/(\s|\/\* ñ \*\/)+$/, ''));
      const message = "expected ';' before 'x'";
      const blind = compilerDiagnostic(finding({ place: wrong, message }), view);
      const { line, column } = lineColumnOf(map.index, end);
      const insertion = { file: 'a.cpp', line, column, range: null, text: ';' };
      const told = compilerDiagnostic(finding({ place: wrong, message, insertion }), view);
      expect(blind).toEqual(told);
      // Missing at the very end of what stands before the completion, it is the wrong token's fault.
      const start = end - map.completion.start;
      if (start >= 0) expect(blind.span).toEqual({ start, end: start, precision: 'span' });
      else expect(blind.span).toEqual(map.locate(wrong.line, wrong.column));
    });
  });

  it('is the whole range, cut to the completion; the caret where the range begins before it', () => {
    eachCase('range', ({ view, place, spanOf }) => {
      const caret = place('completion');
      const from = place('prefix');
      const to = place('suffix');
      const range = {
        startLine: caret.line,
        startColumn: caret.column ?? 1,
        endLine: to.line,
        endColumn: to.column ?? 1,
      };
      const { map } = view;
      const own = spanOf(caret);
      expect(compilerDiagnostic(finding({ place: { ...caret, range } }), view).span).toEqual({
        start: own.precision === 'none' ? 0 : own.start,
        end: map.completion.end - map.completion.start,
        precision: 'span',
      });
      const early = { ...range, startLine: from.line, startColumn: from.column ?? 1 };
      expect(compilerDiagnostic(finding({ place: { ...caret, range: early } }), view).span).toEqual(
        own,
      );
    });
  });

  it('is a line where the tool knows no column', () => {
    eachCase('line', ({ view, place }) => {
      const own = { ...place('completion'), column: null };
      const found = compilerDiagnostic(finding({ place: own }), view);
      expect(found.span).toEqual(view.map.locate(own.line, null));
      expect(found.position?.column).toBeNull();
    });
  });
});
