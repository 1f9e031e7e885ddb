import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/algorithms/random.js';
import type { Random } from '../../src/algorithms/random.js';
import { lexemeEnd, lineColumnOf, stitch, tokensInSpan } from '../../src/diagnostics/index.js';
import type { SourceMap } from '../../src/diagnostics/index.js';
import type { DiagnosticSpan } from '../../src/records.js';

/** UTF-8 of one to four bytes, tabs, both line ends, tokens of C++. */
const pieces = [
  'int', ' ', '\t', '\n', '\r\n', ';', '{', '}', 'é', 'größe', '→', '漢字', '😀', '"ü\t"', '<<=',
  '1.5', '// x', 'e\u0301',
]; // prettier-ignore
const blanks = [' ', '\t', '\n', '\r\n'];
const rounds = 300;

interface Case {
  random: Random;
  prefix: string;
  completion: string;
  suffix: string;
  map: SourceMap;
  /** Bytes of the whole file. */
  bytes: Buffer;
  first: number;
  last: number;
}

/** Parts meet anywhere: in the middle of a line more often than at its end. */
function randomCase(seed: string, suffixOf: readonly string[] = pieces): Case {
  const random = createRandom(seed);
  const draw = (most: number, from: readonly string[]): string =>
    Array.from({ length: random.int(most) }, () => random.pick(from)).join('');
  const prefix = draw(20, pieces);
  const completion = draw(30, pieces);
  const suffix = draw(12, suffixOf);
  const map = stitch([
    { name: 'prefix', text: prefix },
    { name: 'completion', text: completion },
    { name: 'suffix', text: suffix },
  ]);
  const first = Buffer.byteLength(prefix);
  const bytes = Buffer.from(prefix + completion + suffix);
  return {
    random,
    prefix,
    completion,
    suffix,
    map,
    bytes,
    first,
    last: first + Buffer.byteLength(completion),
  };
}

function eachCase(label: string, check: (one: Case) => void, suffixOf?: readonly string[]): void {
  for (let seed = 0; seed < rounds; seed++) check(randomCase(`${label}/${seed}`, suffixOf));
}

/** Line and column by the plainest means. */
function placeOf(bytes: Buffer, offset: number): { line: number; column: number } {
  const before = bytes.subarray(0, offset);
  const start = before.lastIndexOf(0x0a) + 1;
  return { line: before.filter((byte) => byte === 0x0a).length + 1, column: offset - start + 1 };
}

/** Whether nothing but blanks follows the completion. */
function isLast({ bytes, first, last }: Case): boolean {
  return last > first && bytes.subarray(last).toString().trim() === '';
}

const noSpan = (span: DiagnosticSpan): boolean => span.precision === 'none';

describe('the map of a judged file', () => {
  it('rule 1: counts lines by line feeds and columns by bytes, tabs and carriage returns as one', () => {
    eachCase('lines', ({ map, bytes }) => {
      for (let offset = 0; offset <= bytes.length; offset++)
        expect(lineColumnOf(map.index, offset)).toEqual(placeOf(bytes, offset));
    });
  });

  it('rule 1: takes a column behind its line’s end for the line’s end', () => {
    eachCase('behind', (one) => {
      const { map, bytes, random } = one;
      const lines = bytes.toString().split('\n');
      const line = 1 + random.int(lines.length);
      const end = Buffer.byteLength(lines[line - 1]) + 1;
      expect(map.locate(line, end + 1 + random.int(9))).toEqual(map.locate(line, end));
    });
  });

  it('rule 2: gives every byte of the completion its own place, and none to any other', () => {
    eachCase('bytes', (one) => {
      const { map, bytes, first, last, prefix } = one;
      for (let offset = 0; offset < bytes.length; offset++) {
        const { line, column } = placeOf(bytes, offset);
        const span = map.locate(line, column);
        const part = offset < first ? 'prefix' : offset < last ? 'completion' : 'suffix';
        expect(map.partAt(line, column)).toBe(part);
        if (part === 'completion')
          expect(span).toMatchObject({ start: offset - first, precision: 'span' });
        else if (part === 'suffix' && isLast(one))
          expect(span).toMatchObject({ precision: 'span' });
        else expect(span).toEqual({ precision: 'none', reason: `harness line (${part})` });
      }
      expect(map.completion).toEqual({ start: Buffer.byteLength(prefix), end: last });
    });
  });

  it('rule 3: takes a range as it is, without what lies outside', () => {
    eachCase('ranges', ({ map, bytes, first, last, random }) => {
      if (last === first) return;
      const start = first + random.int(last - first);
      const end = start + 1 + random.int(bytes.length - start);
      const from = placeOf(bytes, start);
      const to = placeOf(bytes, end);
      expect(map.locate(from.line, from.column, to.line, to.column)).toEqual({
        start: start - first,
        end: Math.min(end, last) - first,
        precision: 'span',
      });
    });
  });

  it('rule 3: takes the token where there is a column alone, or a range without width', () => {
    eachCase('tokens', ({ map, bytes, first, last, random }) => {
      if (last === first) return;
      const start = first + random.int(last - first);
      const { line, column } = placeOf(bytes, start);
      const expected = {
        start: start - first,
        end: Math.min(lexemeEnd(bytes, start), last) - first,
        precision: 'span',
      };
      expect(map.locate(line, column)).toEqual(expected);
      expect(map.locate(line, column, line, column)).toEqual(expected);
      expect(expected.end).toBeGreaterThan(expected.start);
    });
  });

  it('rule 4: takes of a line what the completion has of it, without blanks around', () => {
    eachCase('whole lines', ({ map, bytes, first, last }) => {
      const lines = bytes.toString().split('\n');
      let start = 0;
      lines.forEach((text, i) => {
        const end = start + Buffer.byteLength(text);
        const own = bytes.subarray(Math.max(start, first), Math.min(end, last)).toString();
        const span = map.locate(i + 1, null);
        const visible = own.replaceAll(/^[ \t\r]+|[ \t\r]+$/g, '');
        if (visible !== '' && Math.max(start, first) < Math.min(end, last)) {
          expect(span.precision).toBe('line');
          const cut =
            span.precision === 'none'
              ? ''
              : bytes.subarray(first + span.start, first + span.end).toString();
          expect(cut).toBe(visible);
        } else if (text.trim() === '')
          expect(span).toEqual({ precision: 'none', reason: `line ${i + 1} is blank` });
        else
          expect(span).toMatchObject({
            reason: expect.stringMatching(/^harness line \((prefix|suffix)\)$/),
          });
        start = end + 1;
      });
      for (const line of [0, -1, lines.length + 1])
        expect(noSpan(map.locate(line, null))).toBe(true);
    });
  });

  it('rule 5: takes an insertion point as an empty span, the completion’s very end included', () => {
    eachCase('insertions', (one) => {
      const { map, bytes, first, last } = one;
      for (let offset = 0; offset <= bytes.length; offset++) {
        const { line, column } = placeOf(bytes, offset);
        const span = map.locateInsertion(line, column);
        if (last > first && offset >= first && offset <= last)
          expect(span).toEqual({ start: offset - first, end: offset - first, precision: 'span' });
        else if (offset > last && isLast(one))
          expect(span).toEqual({ start: last - first, end: last - first, precision: 'span' });
        else expect(noSpan(span)).toBe(true);
      }
    });
  });

  it('rule 6: takes the end of the file for the completion’s own end, if only blanks follow it', () => {
    let tried = 0;
    eachCase(
      'ends',
      (one) => {
        const { map, bytes, first, last } = one;
        if (!isLast(one)) return;
        tried++;
        const end = { start: last - first, end: last - first, precision: 'span' };
        for (let offset = last; offset <= bytes.length; offset++) {
          const { line, column } = placeOf(bytes, offset);
          expect(map.locate(line, column)).toEqual(end);
        }
        // Behind the last line too, where a final newline was added for the compiler.
        expect(map.locate(map.index.starts.length + 1, 1)).toEqual(end);
        // There is a token to blame: the last one with any width.
        const offsets = [0, last - first, last - first];
        expect(tokensInSpan({ start: end.start, end: end.end }, offsets)).toEqual([0]);
      },
      blanks,
    );
    expect(tried).toBeGreaterThan(200);
  });

  it('rule 7: blames nothing in an empty completion', () => {
    eachCase('empty', ({ prefix, suffix }) => {
      const map = stitch([
        { name: 'prefix', text: prefix },
        { name: 'completion', text: '' },
        { name: 'suffix', text: suffix },
      ]);
      for (let offset = 0; offset <= map.index.bytes.length; offset++) {
        const { line, column } = lineColumnOf(map.index, offset);
        for (const span of [
          map.locate(line, column),
          map.locateInsertion(line, column),
          map.locate(line, null),
        ])
          expect(noSpan(span)).toBe(true);
      }
    });
  });

  it('never leaves the completion, whatever place a tool names', () => {
    eachCase('anywhere', ({ map, first, last, random }) => {
      const any = (): number => random.int(40) - 3;
      const spans = [
        map.locate(any(), any()),
        map.locate(any(), null),
        map.locate(any(), any(), any(), any()),
        map.locateInsertion(any(), any()),
      ];
      for (const span of spans)
        if (span.precision !== 'none') {
          expect(span.start).toBeGreaterThanOrEqual(0);
          expect(span.end).toBeGreaterThanOrEqual(span.start);
          expect(span.end).toBeLessThanOrEqual(last - first);
        } else expect(span.reason).not.toBe('harness line (completion)');
    });
  });
});
