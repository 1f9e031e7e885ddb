import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../src/algorithms/random.js';
import { applySlips, slips } from '../../../src/tasks/cpp/slips.js';

const completion =
  '    std::string out;\n    for (int i = 0; i < n; i++) {\n        if (text[i] == mark) out += text[i];\n    }\n    return out;\n}\n';

describe('applySlips', () => {
  it('leaves the text alone at rate 0, and changes it at rate 1', () => {
    expect(applySlips(completion, createRandom(1), 0)).toEqual({ completion, kinds: [] });
    const all = applySlips(completion, createRandom(1), 1);
    expect(all.kinds.length).toBeGreaterThan(4);
  });

  it('hits about the asked share of programs, with every kind and sometimes two at once', () => {
    const random = createRandom(2);
    const drawn = Array.from({ length: 4000 }, () => applySlips(completion, random, 0.3).kinds);
    const share = drawn.filter((kinds) => kinds.length > 0).length / drawn.length;
    expect(share).toBeGreaterThan(0.26);
    expect(share).toBeLessThan(0.33);
    expect(new Set(drawn.flat())).toEqual(new Set(slips.map(({ kind }) => kind)));
    expect(drawn.some((kinds) => kinds.length > 1)).toBe(true);
  });

  it('never leaves a blank line behind', () => {
    const random = createRandom(3);
    for (let i = 0; i < 500; i++)
      expect(applySlips(completion, random, 0.8).completion).not.toMatch(/^\s*\n/m);
  });
});
