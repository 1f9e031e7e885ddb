import { describe, expect, it } from 'vitest';
import {
  compilerDiagnostic,
  parseCompilerOutput,
  parseGccJson,
  parseGccSarif,
} from '../../src/diagnostics/index.js';
import { blamed, namesOf, recorded, sourceIn, viewOf } from './gallery.js';
import { sarifOf } from './sarif-of.js';

describe('GCC’s SARIF, in reports made by hand from its documentation', () => {
  const blame = (name: string): unknown[] => {
    const program = recorded('sarif', `${name}.cpp`);
    return parseGccSarif(recorded('sarif', `${name}.sarif.txt`)).findings.map((finding) => {
      const { severity, kind, option, message, position, span } = compilerDiagnostic(
        finding,
        viewOf(name, program),
      );
      const column = position?.column ?? null;
      return [severity, kind, option, message, position?.line, column, blamed(program, span)];
    });
  };

  it('is read as GCC 13 writes it: display columns, options as rules, a fatal error without a level', () => {
    expect(blame('gcc13')).toEqual([
      ['error', 'undeclared', null, "'cuont' was not declared in this scope", 2, 17, 'cuont'],
      ['error', 'syntax', null, "expected ')' before '{' token", 3, 25, ''],
      ['warning', '-Wunused-variable', '-Wunused-variable', "unused variable 'unused'", 4, 6, 'unused'],
      ['error', 'missing-header', null, 'missing.h: No such file or directory', 1, 10, '"missing.h"'],
    ]); // prettier-ignore
  });

  it('is read as GCC 15 writes it: over lines, braces doubled, the chain to the user’s line', () => {
    expect(blame('gcc15')).toEqual([
      ['error', 'type', null, "request for member 'width' in 'box', which is of non-class type 'int'", 2, 10, 'area(3)'],
      ['error', 'syntax', null, "expected '}' at end of input", 4, 15, ';'],
      ['error', 'undeclared', '-fpermissive', "'😀' was not declared in this scope", 4, 11, '😀'],
      ['error', 'error', null, 'Segmentation fault', 1, 1, 'template'],
    ]); // prettier-ignore
  });

  it('may stand between lines of other tools', () => {
    const sarif = recorded('sarif', 'gcc13.sarif.txt');
    const { findings, rest } = parseGccSarif(`before\n${sarif}/usr/bin/ld: after\n`);
    expect(findings.length).toBe(4);
    expect(rest).toBe('before\n/usr/bin/ld: after');
    const text = "/usr/bin/ld: x.o: in function `main':\nx.cpp:1: undefined reference to `f()'\n";
    expect(parseCompilerOutput(sarif + text).map(({ kind }) => kind)).toContain('link');
    expect(parseGccSarif('{"version": "2.1.0"}\n[]\n').findings).toEqual([]);
  });
});

describe('GCC’s SARIF of the gallery, as its JSON translates', () => {
  const source = sourceIn('gcc');
  const names = namesOf('gcc', '.cpp').filter((name) => !['linker', 'max-errors'].includes(name));

  it.each(names)('says the same as JSON: %s', (name) => {
    const json = recorded('gcc', `${name}.json.txt`).split('\n')[0];
    const view = viewOf(name, recorded('gcc', `${name}.cpp`));
    // The preprocessor's groups, whose children are errors, SARIF cannot tell from notes.
    const rows = (JSON.parse(json) as { children: { kind: string }[] }[]).filter(({ children }) =>
      children.every(({ kind }) => kind === 'note'),
    );
    const own = JSON.stringify(rows);
    const fromJson = parseGccJson(own).findings;
    const fromSarif = parseGccSarif(`${sarifOf(own, source)}\n`).findings;
    expect(fromSarif.map(({ kind, option, message }) => [kind, option, message])).toEqual(
      fromJson.map(({ kind, option, message }) => [kind, option, message]),
    );
    fromSarif.forEach((finding, i) => {
      const { place, insertion } = fromJson[i];
      // The caret is lost: the place is where the range begins.
      const column = place?.range?.startColumn ?? place?.column;
      expect(finding.place).toMatchObject({ file: place?.file, column });
      if (finding.insertion !== null || insertion !== null)
        expect(finding.insertion).toEqual(insertion);
      const [ours, theirs] = [finding, fromJson[i]].map(
        (one) => compilerDiagnostic(one, view).span,
      );
      // A range that begins at its caret, or has none, is cut out alike.
      const isSame =
        place === null ||
        place.range === null ||
        (place.range.startLine === place.line && place.range.startColumn <= (place.column ?? 1));
      if (isSame) expect(ours).toEqual(theirs);
    });
  });
});
