import { describe, expect, it } from 'vitest';
import { gae, maskedTokenRules, maskedWhiten } from '../../src/algorithms/index.js';
import { expectRows, golden } from './ppo-golden.js';

const four = [[1, 1, 1, 1]];

describe('gae', () => {
  it.each(golden.gae.map((one, i) => [`${one.maskedTokens} ${i}`, one] as const))(
    'has the returns of the reference run %s',
    (_, one) => {
      const { advantages, returns } = gae(one.rewards, one.values, one.mask, one);
      expectRows(returns, one.returns, one.mask);
      const expected = one.returns.map((row, b) => row.map((value, t) => value - one.values[b][t]));
      expectRows(advantages, expected, one.mask);
    },
  );

  it('has at least five such runs for each rule of masked tokens', () => {
    for (const rule of maskedTokenRules) {
      const runs = golden.gae.filter(({ maskedTokens }) => maskedTokens === rule);
      expect(runs.length, rule).toBeGreaterThanOrEqual(5);
    }
  });

  it('has the golden values of one completion, before and after whitening', () => {
    const { advantages, returns } = gae([[0, -0.1, 0, 1]], [[0.5, 0.4, 0.6, 0.8]], four);
    expectRows(advantages, [[0.346975, 0.4705, 0.39, 0.2]], four);
    expectRows(returns, [[0.846975, 0.8705, 0.99, 1.0]], four);
    const whitened = maskedWhiten(advantages, four)[0];
    [-0.043134, 1.045633, 0.336094, -1.338593].forEach((value, t) =>
      expect(whitened[t]).toBeCloseTo(value, 6),
    );
  });

  it('with lam 1 and gamma 1 returns what is still to come, with lam 0 one step', () => {
    const [rewards, values] = [[[1, 2, 3]], [[5, 6, 7]]];
    const mask = [[1, 1, 1]];
    expect(gae(rewards, values, mask, { lam: 1 }).returns).toEqual([[6, 5, 3]]);
    expect(gae(rewards, values, mask, { lam: 0 }).returns).toEqual([[7, 9, 3]]);
    expect(gae(rewards, values, mask, { gamma: 0 }).returns).toEqual([[1, 2, 3]]);
  });

  it('passes over masked tokens, or counts them, but never those after the end', () => {
    const [rewards, values, mask] = [[[0, 9, 1, 9]], [[1, 5, 2, 5]], [[1, 0, 1, 0]]];
    const carried = gae(rewards, values, mask, { lam: 0 });
    expect(carried).toEqual({ advantages: [[1, 0, -1, 0]], returns: [[2, 0, 1, 0]] });
    const counted = gae(rewards, values, mask, { lam: 0, maskedTokens: 'count' });
    expect(counted).toEqual({ advantages: [[4, 0, -1, 0]], returns: [[5, 0, 1, 0]] });
  });

  it('ignores masked tokens, whatever they hold, and rows without any other', () => {
    const { advantages, returns } = gae(
      [[1, NaN], [NaN], []],
      [[0.5, NaN], [NaN], []],
      [[1, 0], [0], []],
    );
    expect(advantages).toEqual([[0.5, 0], [0], []]);
    expect(returns).toEqual([[1, 0], [0], []]);
  });

  it('names what does not match', () => {
    expect(() => gae([[1, 2]], [[1]], [[1, 1]])).toThrow(/gae: expected values to match rewards/);
    expect(() => gae([[1, 2]], [[1, 2]], [])).toThrow(/1 rows, got 0/);
  });
});
