import { describe, expect, it } from 'vitest';
import {
  advantageEstimators,
  applyTokenScheme,
  tokenSchemeAdvantages,
  type TokenFeedback,
  type TokenScheme,
} from '../../src/algorithms/index.js';

/** A completion of so many tokens, all sampled, with rewards at some of them. */
function completion(
  reward: number | null,
  tokens: number,
  steps: readonly [token: number, reward: number][] = [],
): TokenFeedback {
  return {
    reward,
    mask: Array.from({ length: tokens }, () => 1),
    blame: Array.from({ length: tokens }, (_, t) =>
      steps.some(([token, value]) => token === t && value < 0) ? 1 : 0,
    ),
    steps: steps.map(([token, value]) => ({ token, reward: value })),
  };
}

function expectSameBits(actual: number[][], expected: number[][]): void {
  expect(actual.map(({ length }) => length)).toEqual(expected.map(({ length }) => length));
  actual.forEach((row, i) =>
    row.forEach((value, t) => expect(Object.is(value, expected[i][t])).toBe(true)),
  );
}

const withoutSteps = [
  completion(1, 3),
  completion(0.1 + 0.2, 5),
  completion(null, 2),
  completion(0, 4),
  completion(0.7, 1),
  completion(0.7, 2),
  completion(-2.5, 6),
  completion(0.3, 0),
];
const groups = [0, 0, 0, 0, 1, 1, 2, 2];

describe('applyTokenScheme', () => {
  it('scalar gives every token the advantage of its completion', () => {
    expect(applyTokenScheme([0, 1, 0], 0.7, { name: 'scalar' })).toEqual([0.7, 0.7, 0.7]);
  });

  it('span_penalty lowers only the tokens under a finding', () => {
    const advantages = applyTokenScheme([0, 1, 1, 0], 0.7, { name: 'span_penalty', lambda: 0.5 });
    expect(advantages).toEqual([0.7, 0.7 - 0.5, 0.7 - 0.5, 0.7]);
  });

  it('span_penalty with lambda 0, or without a located finding, is scalar to the bit', () => {
    for (const advantage of [0.863479, -0.772587, 0, -0, 1e-40]) {
      const scalar = applyTokenScheme([0, 1, 1], advantage, { name: 'scalar' });
      const noPenalty = applyTokenScheme([0, 1, 1], advantage, { name: 'span_penalty', lambda: 0 });
      const noFinding = applyTokenScheme([0, 0, 0], advantage, { name: 'span_penalty', lambda: 3 });
      scalar.forEach((value, t) => {
        expect(Object.is(noPenalty[t], value)).toBe(true);
        expect(Object.is(noFinding[t], value)).toBe(true);
      });
    }
  });

  it('refuses a negative lambda', () => {
    expect(() => applyTokenScheme([1], 1, { name: 'span_penalty', lambda: -1 })).toThrow(/got -1/);
  });
});

describe('process', () => {
  // Steps 0, -1 and 0, 0, 1 (mission's golden values): mean 0, sample deviation sqrt(2 / 4).
  it('adds up the normalised rewards of the steps that end at or after a token', () => {
    const { tokens, sequence } = tokenSchemeAdvantages(
      [completion(-1, 2, [[0, 0]]), completion(1, 3, [[0, 0], [1, 0]])], // prettier-ignore
      [0, 0],
      { name: 'process' },
    );
    const unit = 1 / (Math.sqrt(0.5) + 1e-4);
    expect(unit).toBeCloseTo(1.414014, 6);
    tokens[0].forEach((value) => expect(value).toBeCloseTo(-unit, 12));
    tokens[1].forEach((value) => expect(value).toBeCloseTo(unit, 12));
    expect(sequence).toEqual([tokens[0][0], tokens[1][0]]);
  });

  // Four tokens each. A finding worth -1 at token 1 of the first; scores 0.2 and 1. Steps -1, 0.2 and 1:
  // mean 0.2 / 3, deviation d.
  it('tells the tokens before a finding from those behind it', () => {
    const { tokens } = tokenSchemeAdvantages(
      [completion(0.2, 4, [[1, -1]]), completion(1, 4)],
      [0, 0],
      { name: 'process' },
    );
    const centre = 0.2 / 3;
    const deviation =
      Math.sqrt(((-1 - centre) ** 2 + (0.2 - centre) ** 2 + (1 - centre) ** 2) / 2) + 1e-4;
    const [finding, score, clean] = [-1, 0.2, 1].map((reward) => (reward - centre) / deviation);
    const expected = [
      [finding + score, finding + score, score, score],
      [clean, clean, clean, clean],
    ];
    tokens.forEach((row, i) =>
      row.forEach((value, t) => expect(value).toBeCloseTo(expected[i][t], 12)),
    );
  });

  it('weighs the steps by lambda', () => {
    const doubled = tokenSchemeAdvantages(
      [completion(1, 2, [[0, 0.5]]), completion(3, 2, [[1, -1]])],
      [0, 0],
      { name: 'process', lambda: 2 },
    );
    const plain = tokenSchemeAdvantages(
      [completion(1, 2, [[0, 1]]), completion(3, 2, [[1, -2]])],
      [0, 0],
      { name: 'process' },
    );
    expect(doubled).toEqual(plain);
  });

  it('compares with all steps of the group, so it refuses estimators that leave one out', () => {
    expect(() =>
      tokenSchemeAdvantages(withoutSteps, groups, { name: 'process' }, { estimator: 'rloo' }),
    ).toThrow(/grpo or verl_grpo with process.*got rloo/);
  });
});

describe('return_to_go', () => {
  // By hand, gamma 0.5: returns of the first [0.2 + 0.5 · (−1 + 0.5 · 0.2)] …; the second [0.25, 0.5, 1].
  it('sums discounted rewards forward and compares with the returns of the whole completions', () => {
    const { tokens, sequence } = tokenSchemeAdvantages(
      [completion(0.2, 3, [[0, 0.2], [1, -1]]), completion(1, 3)], // prettier-ignore
      [0, 0],
      { name: 'return_to_go', gamma: 0.5 },
    );
    const returns = [
      [0.2 + 0.5 * (-1 + 0.5 * 0.2), -1 + 0.5 * 0.2, 0.2],
      [0.25, 0.5, 1],
    ];
    const centre = (returns[0][0] + returns[1][0]) / 2;
    const deviation = Math.abs(returns[0][0] - returns[1][0]) / Math.SQRT2 + 1e-4;
    returns.forEach((row, i) =>
      row.forEach((value, t) => expect(tokens[i][t]).toBeCloseTo((value - centre) / deviation, 12)),
    );
    expect(sequence).toEqual([tokens[0][0], tokens[1][0]]);
  });

  it('passes the reward over tokens that the policy did not sample, at no discount', () => {
    const injected: TokenFeedback = {
      reward: 1,
      mask: [1, 0, 1, 0],
      blame: [0, 0, 0, 0],
      steps: [{ token: 1, reward: 100 }],
    };
    const scheme = { name: 'return_to_go', gamma: 0.5 } as const;
    const with4 = tokenSchemeAdvantages([injected, completion(0, 2)], [0, 0], scheme);
    const with2 = tokenSchemeAdvantages([completion(1, 2), completion(0, 2)], [0, 0], scheme);
    expect(with4.tokens[0]).toEqual([with2.tokens[0][0], 0, with2.tokens[0][1], 0]);
    expect(with4.tokens[1]).toEqual(with2.tokens[1]);
  });

  it('with creditSpans moves praise to where it was earned, at the same return of the whole', () => {
    const scheme = { name: 'return_to_go', creditSpans: true, lambda: 2 } as const;
    const { tokens, sequence } = tokenSchemeAdvantages(
      [completion(0.5, 3, [[0, 0.25], [1, 0.25]]), completion(0, 2)], // prettier-ignore
      [0, 0],
      scheme,
    );
    const scale = 0.5 / Math.SQRT2 + 1e-4;
    const expected = [0.25, 0, -0.25].map((value) => value / scale);
    tokens[0].forEach((value, t) => expect(value).toBeCloseTo(expected[t], 12));
    expect(tokens[1]).toEqual([tokens[0][2], tokens[0][2]]);
    expect(sequence).toEqual(
      tokenSchemeAdvantages([completion(0.5, 3), completion(0, 2)], [0, 0], { name: 'scalar' })
        .sequence,
    );
    // A finding is no part of the score: it comes beside it, times lambda.
    const blamed = tokenSchemeAdvantages(
      [completion(0.5, 2, [[0, -0.25]]), completion(0, 2)],
      [0, 0],
      scheme,
    );
    expect(blamed.sequence).toEqual([0, 0]);
  });
});

describe('every scheme at its identity setting is scalar to the bit', () => {
  it.each(advantageEstimators)('with the estimator %s', (estimator) => {
    const at = (feedback: TokenFeedback[], scheme: TokenScheme): number[][] =>
      tokenSchemeAdvantages(feedback, groups, scheme, { estimator }).tokens;
    const scalar = at(withoutSteps, { name: 'scalar' });
    expect(scalar.flat().some((value) => value !== 0)).toBe(true);
    expectSameBits(at(withoutSteps, { name: 'return_to_go' }), scalar);
    expectSameBits(at(withoutSteps, { name: 'span_penalty', lambda: 3 }), scalar);
    if (estimator === 'grpo' || estimator === 'verl_grpo') {
      expectSameBits(at(withoutSteps, { name: 'process' }), scalar);
    }
    const withSteps = withoutSteps.map((row) => ({
      ...row,
      blame: row.mask.map((_, t) => t % 2),
      steps: row.mask.map((_, token) => ({ token, reward: token })),
    }));
    expectSameBits(at(withSteps, { name: 'span_penalty', lambda: 0 }), scalar);
    expectSameBits(at(withSteps, { name: 'return_to_go', lambda: 0 }), scalar);
  });

  it('with each scale of the rewards', () => {
    for (const scaleRewards of ['group', 'batch', 'none'] as const) {
      const at = (scheme: TokenScheme): number[][] =>
        tokenSchemeAdvantages(withoutSteps, groups, scheme, { scaleRewards }).tokens;
      for (const name of ['process', 'return_to_go'] as const) {
        expectSameBits(at({ name }), at({ name: 'scalar' }));
      }
    }
  });
});

describe('tokenSchemeAdvantages', () => {
  it.each<TokenScheme>([
    { name: 'scalar' },
    { name: 'span_penalty', lambda: 1 },
    { name: 'process' },
    { name: 'return_to_go' },
  ])(
    'gives an unscorable completion 0 everywhere and keeps it out of the others: $name',
    (scheme) => {
      const scored = [completion(1, 2, [[0, -1]]), completion(0, 3, [[1, -0.5]])];
      const alone = tokenSchemeAdvantages(scored, [0, 0], scheme);
      const with3 = tokenSchemeAdvantages(
        [...scored, completion(null, 2, [[0, -7]])],
        [0, 0, 0],
        scheme,
      );
      expect(with3.tokens).toEqual([...alone.tokens, [0, 0]]);
      expect(with3.sequence).toEqual([...alone.sequence, 0]);
    },
  );

  it('takes the rewards one by one with objectives, for schemes that stay with one advantage', () => {
    const objectives = { rewards: [[1, 0], [0, 5]], weights: [1, 0.1] }; // prettier-ignore
    const feedback = [completion(1, 2), completion(0.5, 1)];
    const { sequence } = tokenSchemeAdvantages(
      feedback,
      [0, 0],
      { name: 'scalar' },
      { objectives },
    );
    expect(sequence[0]).toBeGreaterThan(0);
    expect(() =>
      tokenSchemeAdvantages(feedback, [0, 0], { name: 'process' }, { objectives }),
    ).toThrow(/normalize_then_sum, got process/);
  });

  it('refuses an unknown scheme and a gamma above 1', () => {
    const unknown = { name: 'spread' } as unknown as TokenScheme;
    expect(() => tokenSchemeAdvantages([], [], unknown)).toThrow(/scalar, span_penalty.*spread/);
    expect(() => tokenSchemeAdvantages([], [], { name: 'return_to_go', gamma: 1.5 })).toThrow(
      /gamma from 0 to 1, got 1 and 1.5/,
    );
  });
});
