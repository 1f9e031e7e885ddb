import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/algorithms/random.js';
import { lineColumnOf, stitch } from '../../src/diagnostics/index.js';
import { textAt } from './fixtures.js';

const prefix = '// Größe\nint f(int n) {\n';
const completion = '\tint é = n;\r\n  return é << 1;\r\n}\n';
const suffix = 'int after;\n';
const map = stitch([
  { name: 'prefix', text: prefix },
  { name: 'completion', text: completion },
  { name: 'suffix', text: suffix },
]);

describe('a stitched map', () => {
  it('finds every byte of the completion and none of the rest', () => {
    for (let offset = 0; offset < map.index.bytes.length; offset++) {
      const { line, column } = lineColumnOf(map.index, offset);
      const span = map.locate(line, column, line, column + 1);
      const inside = offset >= map.completion.start && offset < map.completion.end;
      if (inside)
        expect(span).toMatchObject({ start: offset - map.completion.start, precision: 'span' });
      else expect(span.precision).toBe('none');
    }
  });

  it('names the part that a harness line belongs to', () => {
    expect(map.locate(2, 5)).toEqual({ precision: 'none', reason: 'harness line (prefix)' });
    expect(map.locate(6, null)).toEqual({ precision: 'none', reason: 'harness line (suffix)' });
    expect(map.locate(99, null)).toMatchObject({ precision: 'none' });
  });

  it('takes a line without its blanks, carriage return included', () => {
    const first = map.locate(3, null);
    const second = map.locate(4, null);
    expect(first.precision === 'line' && textAt(completion, first)).toBe('int é = n;');
    expect(second.precision === 'line' && textAt(completion, second)).toBe('return é << 1;');
  });

  it('takes the C++ token at a column without an end', () => {
    const word = map.locate(3, 6);
    const operator = map.locate(4, 13);
    expect(word.precision === 'span' && textAt(completion, word)).toBe('é');
    expect(operator.precision === 'span' && textAt(completion, operator)).toBe('<<');
  });

  it('cuts a range that leaves the completion', () => {
    const whole = map.locate(4, 3, 6, 4);
    expect(whole.precision === 'span' && textAt(completion, whole)).toBe('return é << 1;\r\n}\n');
  });

  it('counts the completion’s very end as a place to insert, and nothing beyond', () => {
    const half = stitch([
      { name: 'prefix', text: 'int f() {' },
      { name: 'completion', text: ' return 1' },
      { name: 'suffix', text: '\n}\n' },
    ]);
    expect(half.locateInsertion(1, 19)).toEqual({ start: 9, end: 9, precision: 'span' });
    expect(half.locateInsertion(2, 1)).toMatchObject({ precision: 'none' });
    const line = half.locate(1, null);
    expect(line.precision === 'line' && textAt(' return 1', line)).toBe('return 1');
  });

  it('keeps its promise for random parts', () => {
    const pieces = ['x', ' ', '\n', '\t', 'ß', '😀', '\r\n', '{}'];
    for (let seed = 0; seed < 60; seed++) {
      const random = createRandom(`map/${seed}`);
      const draw = (n: number): string =>
        Array.from({ length: random.int(n) }, () => random.pick(pieces)).join('');
      const own = `a${draw(20)}`;
      const parts = stitch([
        { name: 'prefix', text: draw(20) },
        { name: 'completion', text: own },
        { name: 'suffix', text: draw(9) },
      ]);
      for (let offset = 0; offset < parts.completion.end - parts.completion.start; offset++) {
        const { line, column } = lineColumnOf(parts.index, parts.completion.start + offset);
        expect(parts.locate(line, column)).toMatchObject({ start: offset });
        const whole = parts.locate(line, null);
        if (whole.precision === 'line') expect(textAt(own, whole)).not.toMatch(/^\s|\s$|\n/);
      }
    }
  });
});
