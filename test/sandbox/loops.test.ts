import { describe, expect, it } from 'vitest';
import { stitch } from '../../src/diagnostics/index.js';
import { loopAround, loopOfStack } from '../../src/sandbox/loops.js';
import { loopsOf } from '../../src/sandbox/toolchains/brace-loops.js';

const source = `int f(int n) {
  for (int i = 0; i < n; i++) {
    while (n > i)
      if (n) n--;
      else n++;
    do { n += 2; }
    while (n < 9);
  }
  for (int i = 0; i < n; ) { n++; }
  for (int i = 0; i < n; i++) {
    for (int k = 0; k < n; k++) n++;
  }
  for (int i = 0; i < n; i++)
    for (int k = 0; k < n; k++)
      if (i = 0) n--;
  for (int i = 0; i < n; i++)
    for (int k = 0; k < n; k++) k = 0;
  return n;
}
`;
const map = stitch([{ name: 'completion', text: source }]);

function blamed(line: number): string | null {
  const loop = loopAround(loopsOf(map), line);
  if (loop === null) return null;
  const span = map.locate(loop.start.line, loop.start.column, loop.end.line, loop.end.column);
  return span.precision === 'none' ? span.reason : source.slice(span.start, span.end);
}

describe('the loop to blame for a limit', () => {
  it('is the first of a nest that does not plainly count to its end, wherever in it the clock struck', () => {
    expect([2, 3, 4, 5, 6, 7, 8].map(blamed)).toEqual(Array(7).fill('while (n > i)'));
    expect(blamed(9)).toBe('for (int i = 0; i < n; )');
  });

  it('is the outer loop of a nest that counts, and the one that changes its own counter', () => {
    expect([10, 11, 12].map(blamed)).toEqual(Array(3).fill('for (int i = 0; i < n; i++)'));
    expect([13, 14, 15].map(blamed)).toEqual(Array(3).fill('for (int i = 0; i < n; i++)'));
    expect([16, 17].map(blamed)).toEqual(Array(2).fill('for (int k = 0; k < n; k++)'));
  });

  it('survives headers of any kind', () => {
    for (const header of ['(i) < n', '', '*p < n', '[', 'i < n; ++(i)']) {
      const odd = stitch([
        { name: 'completion', text: `for (int i = 0; ${header}; i++)\n  n++;\n` },
      ]);
      expect(() => loopsOf(odd)).not.toThrow();
    }
  });

  it('is none outside of loops', () => {
    expect([1, 18].map(blamed)).toEqual([null, null]);
  });

  it.each([
    ['int i = 0; i < n; i++', true],
    ['int i = 0; i <= n - 1; ++i', true],
    ['int i = 0; i < n; i += 2', true],
    ['int i = n; i > 0; i -= 3', true],
    ['int i = n - 1; i >= 0; i--', true],
    ['int i = 0; i != n; i++', true],
    ['const auto& x : v', true],
    ['int i = 0; i < n; i += step', false],
    ['int i = 0; i < (a ? b : c);', false],
    ['int i = 0; i < n; i--', false],
    ['int i = n; i > 0; i++', false],
    ['size_t i = n; i >= 0; i--', false],
    ['unsigned int i = n; i >= 0; --i', false],
    ['auto i = v.size() - 1; i >= 0; i--', false],
    [';;', false],
  ])('says of `for (%s)` whether it counts: %s', (header, counted) => {
    const one = stitch([{ name: 'completion', text: `for (${header}) f(i);\n` }]);
    expect(loopsOf(one).map((loop) => loop.counted)).toEqual([counted]);
  });

  it('is, of a stack, the outermost that does not count, and where all count the outermost', () => {
    const [counts, too, endless, inner] = [true, true, false, false].map((counted, k) => ({
      counted,
      k,
    }));
    expect(loopOfStack([counts, endless, inner])).toBe(endless);
    expect(loopOfStack([counts, too])).toBe(counts);
    expect(loopOfStack([])).toBeNull();
  });
});
