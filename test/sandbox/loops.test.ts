import { describe, expect, it } from 'vitest';
import { stitch } from '../../src/diagnostics/index.js';
import { loopAt } from '../../src/sandbox/toolchains/cpp/loops.js';

const source = `int f(int n) {
  for (int i = 0; i < n; i++) {
    while (n > i)
      if (n) n--;
      else n++;
    do { n += 2; }
    while (n < 9);
  }
  for (int i = 0; i < n; ) { n++; }
  return n;
}
`;
const map = stitch([{ name: 'completion', text: source }]);

function blamed(line: number): string | null {
  const loop = loopAt(map, line);
  if (loop === null) return null;
  const span = map.locate(loop.start.line, loop.start.column, loop.end.line, loop.end.column);
  return span.precision === 'none' ? span.reason : source.slice(span.start, span.end);
}

describe('the loop to blame for a limit', () => {
  it('is the outermost one that does not plainly count to its end', () => {
    expect([3, 4, 5].map(blamed)).toEqual(['while (n > i)', 'while (n > i)', 'while (n > i)']);
    expect([6, 7].map(blamed)).toEqual(['while (n < 9)', 'while (n < 9)']);
    expect(blamed(9)).toBe('for (int i = 0; i < n; )');
  });

  it('is a counting loop where there is no other, and none outside of loops', () => {
    expect(blamed(2)).toBe('for (int i = 0; i < n; i++)');
    expect(blamed(10)).toBeNull();
  });
});
