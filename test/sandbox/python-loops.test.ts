import { describe, expect, it } from 'vitest';
import { loopAround } from '../../src/sandbox/loops.js';
import { loopsOf } from '../../src/sandbox/toolchains/python/loops.js';

/** The header that is blamed when the program is found at the `@`. */
function blamed(source: string): string | null {
  const text = source.replace('@', '');
  const loop = loopAround(loopsOf(text), source.indexOf('@'));
  return loop === null ? null : text.slice(loop.start, loop.end);
}

describe('the loops of a Python program', () => {
  it.each([
    ['for i in v:\n    @x()\n', 'for i in v'],
    ['for i in v:\n    while i:\n        @x()\n', 'while i'],
    ['while a: # :\n    for i in v:\n        @x()\n', 'while a'],
    ['while a: @x(); y()\nz()\n', 'while a'],
    ['while a:\n    x()\n\n# out\n    y()\n@z()\n', null],
    ['while a:\n    x()\n\n# out\n    @y()\nz()\n', 'while a'],
    ['while a:\n\tx()\n        @y()\n', 'while a'],
    ['async def f():\n    async for i in v:\n        @x()\n', 'async for i in v'],
    ['while d[":"] and (\n    b):\r\n    @x()\r\n', 'while d[":"] and (\n    b)'],
    ['while (n := n - 1) and lambda_:\r    @x()\r', 'while (n := n - 1) and lambda_'],
    ["s = '''\nwhile a:\n    @x\n'''\n", null],
    ['s = "\\"" \\\n  "while a:"\n@x\n', null],
    ['whiles = 1\nformat(@whiles)\n', null],
    ['x = [i for i in @v]\n', null],
    ['while @a', 'while a'],
  ])('%j', (source, header) => {
    expect(blamed(source)).toBe(header);
  });

  it('prefers a loop that does not plainly count to its end', () => {
    expect(blamed('for i in v:\n    for x in w:\n        @y()\n    while z: pass\n')).toBe(
      'while z',
    );
    expect(blamed('for i in range(9):\n    for j in itertools.count():\n        @y()\n')).toBe(
      'for j in itertools.count()',
    );
    expect(blamed('for i in range(9):\n    for j in v:\n        @v.append(1)\n')).toBe(
      'for j in v',
    );
    expect(blamed('for i in range(9):\n    for j in iter(f, 0):\n        @y()\n')).toBe(
      'for j in iter(f, 0)',
    );
    expect(blamed('for i in range(9):\n    for j in v:\n        @w.append(1)\n')).toBe(
      'for i in range(9)',
    );
  });
});
