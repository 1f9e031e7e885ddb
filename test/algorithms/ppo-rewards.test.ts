import { describe, expect, it } from 'vitest';
import {
  gae,
  maskedWhiten,
  ppoKlEstimators,
  ppoRewards,
  scorePositions,
} from '../../src/algorithms/index.js';
import { expectRows, golden } from './ppo-golden.js';

describe('ppoRewards, gae and maskedWhiten together', () => {
  it.each(golden.experience.map((one, i) => [`${one.source} ${i}`, one] as const))(
    'give the rewards, advantages and returns of %s',
    (_, one) => {
      const { klCoef, klEstimator, scorePosition, missingEosPenalty, whitenRewards } = one.options;
      const { rewards, kl } = ppoRewards(
        {
          logprobs: one.logprobs,
          refLogprobs: one.refLogprobs,
          completionMask: one.mask,
          scores: one.scores,
          ended: one.ended,
        },
        {
          klCoef,
          klEstimator,
          scorePosition,
          missingEosPenalty: missingEosPenalty ?? undefined,
        },
      );
      expectRows(kl, one.kl, one.mask);
      const taken = whitenRewards
        ? maskedWhiten(rewards, one.valueMask, { shiftMean: false })
        : rewards;
      expectRows(taken, one.rewards, one.valueMask);
      const { advantages, returns } = gae(taken, one.values, one.valueMask, one.options);
      expectRows(returns, one.returns, one.valueMask);
      expectRows(maskedWhiten(advantages, one.mask), one.advantages, one.mask);
    },
  );

  it('have at least five such runs for each name they accept', () => {
    const count = (is: (one: (typeof golden.experience)[number]) => boolean): number =>
      golden.experience.filter(is).length;
    for (const name of ppoKlEstimators) {
      expect(
        count(({ options }) => options.klEstimator === name),
        name,
      ).toBeGreaterThanOrEqual(5);
    }
    expect(count(({ options }) => options.whitenRewards)).toBeGreaterThanOrEqual(5);
    expect(count(({ options }) => options.missingEosPenalty !== null)).toBeGreaterThanOrEqual(5);
    for (const name of scorePositions) {
      expect(
        count(({ options }) => options.scorePosition === name),
        name,
      ).toBeGreaterThanOrEqual(5);
    }
  });
});

describe('ppoRewards', () => {
  const inputs = {
    logprobs: [[-1, -2, -3], [-1, -1, -1], [-0.5]],
    refLogprobs: [[-1.5, -0.7, -3], [-1, -1, NaN], [-0.5]],
    completionMask: [[1, 1, 1], [1, 1, 0], [0]],
    scores: [1, 2, 3],
  };

  it('has Schulman’s k1 and k3 as the KL, 0 where masked, whatever stands there', () => {
    const k1 = ppoRewards(inputs, { klCoef: 0.1 });
    expectRows(k1.kl, [[0.5, -1.3, 0], [0, 0, 0], [0]], [[1, 1, 1], [1, 1, 1], [1]]);
    const k3 = ppoRewards(inputs, { klCoef: 0.1, klEstimator: 'k3' });
    expect(k3.kl[0][0]).toBeCloseTo(0.106531, 6);
    expect(k3.kl[0][1]).toBeCloseTo(1.369297, 6);
    expectRows(k1.rewards, [[-0.05, 0.13, 1], [0, 2, 0], [0]], [[1, 1, 1], [1, 1, 1], [1]]);
  });

  it('puts the score on the last real token, or on the first pad where there is one', () => {
    const { rewards } = ppoRewards(inputs, { klCoef: 0.1, scorePosition: 'first_pad' });
    expect(rewards[0][2]).toBe(1);
    expect(rewards[1].map(Math.abs)).toEqual([0, 0, 2]);
    expect(rewards[2]).toEqual([3]);
  });

  it('adds rewards of single tokens, and nothing at masked ones', () => {
    const { rewards } = ppoRewards(
      { ...inputs, tokenRewards: [[-0.5, 0, 0], [0, 0, 7], [7]] },
      { klCoef: 0 },
    );
    expect(rewards).toEqual([[-0.5, 0, 1], [0, 2, 0], [0]]);
  });

  it('takes the penalty off completions that did not end', () => {
    const { scores } = ppoRewards(
      { ...inputs, ended: [true, false, true] },
      { klCoef: 0.1, missingEosPenalty: 0.5 },
    );
    expect(scores).toEqual([1, 1.5, 3]);
  });

  it('needs no reference without a KL term, and says so where it needs one', () => {
    const { refLogprobs: _, ...others } = inputs;
    expect(ppoRewards(others, { klCoef: 0 }).rewards).toEqual([[0, 0, 1], [0, 2, 0], [0]]);
    expect(() => ppoRewards(others)).toThrow(/refLogprobs.*klCoef is 0.05/);
  });

  it('refuses what it cannot use, naming it', () => {
    expect(() => ppoRewards({ ...inputs, scores: [1, NaN, 2] })).toThrow(/NaN at index 1/);
    expect(() => ppoRewards({ ...inputs, scores: [1] })).toThrow(/3 finite scores.*got 1/);
    expect(() => ppoRewards({ ...inputs, completionMask: [[1], [1, 1, 0], [0]] })).toThrow(
      /3 tokens in row 0, got 1/,
    );
    expect(() => ppoRewards(inputs, { klEstimator: 'k2' as 'k1' })).toThrow(/k1 or k3, got "k2"/);
    expect(() => ppoRewards(inputs, { missingEosPenalty: 1 })).toThrow(/ended for 3/);
    expect(() =>
      ppoRewards({ ...inputs, ended: [true, true, true] }, { missingEosPenalty: -1 }),
    ).toThrow(/above 0/);
  });
});
