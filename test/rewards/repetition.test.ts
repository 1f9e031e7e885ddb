import { describe, expect, it } from 'vitest';
import { createReward, repetition } from '../../src/rewards/index.js';
import { golden, idsRollout, resultOf, textRollout } from './text-rollout.js';

describe('repetition', () => {
  it.each(golden.repetition)('is what TRL gives with $options', async (run) => {
    const reward = createReward({ name: 'repetition', options: run.options });
    for (const [index, ids] of run.ids.entries()) {
      const { score } = await resultOf(reward, idsRollout(ids));
      expect(score).toBeCloseTo(run.scores[index], 15);
    }
  });

  it('blames each run of tokens that stood there before by its share of the tokens', async () => {
    const { spans, blamed, log } = await resultOf(repetition(), textRollout('abcé-abcé!abc'));
    expect(blamed).toEqual(['abcé', 'abc']);
    expect(spans.map(({ value }) => value)).toEqual([-4 / 13, -3 / 13]);
    expect(log).toEqual({ ngrams: 11, repeated: 3 });
  });

  it('takes 1, 23 and 12, 3 for different n-grams', async () => {
    const { score } = await resultOf(repetition({ ngramSize: 2 }), idsRollout([1, 23, 12, 3]));
    expect(score).toBe(0);
  });

  it('blames one run where repeats overlap', async () => {
    const { blamed } = await resultOf(repetition({ ngramSize: 2 }), textRollout('ababab'));
    expect(blamed).toEqual(['abab']);
  });

  it('refuses n-grams of no token and a reward for repeating', () => {
    expect(() => repetition({ ngramSize: 0 })).toThrow(/at least 1, got 0/);
    expect(() => repetition({ maxPenalty: 0.5 })).toThrow(/at most 0, got 0.5/);
  });
});
