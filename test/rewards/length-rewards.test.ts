import { describe, expect, it } from 'vitest';
import type { Rollout } from '../../src/records.js';
import { cosineScaled, createReward, lengthPenalty, overlong } from '../../src/rewards/index.js';
import { exampleVerdict } from '../rollouts/example-rollout.js';
import { answerRollout, golden, idsRollout, resultOf } from './text-rollout.js';

function ofLength(length: number, changes: Partial<Rollout> = {}): Rollout {
  return idsRollout(new Array<number>(length).fill(1), changes);
}

describe('overlong', () => {
  it.each(golden.overlong)('is what TRL gives with $options', async (run) => {
    const reward = createReward({ name: 'overlong', options: run.options });
    for (const [index, length] of run.lengths.entries()) {
      const { score } = await resultOf(reward, ofLength(length));
      expect(score).toBe(run.scores[index]);
    }
  });

  it('counts the tokens that the policy sampled, not characters and not injected tokens', async () => {
    const reward = overlong({ maxCompletionLen: 10, softPunishCache: 5 });
    const rollout = ofLength(9, { completion: 'x'.repeat(1000) });
    expect((await resultOf(reward, rollout)).score).toBe(-0.8);
    const injected = { ...rollout, completionMask: [1, 0, 0, 1, 1, 1, 1, 1, 1] };
    expect((await resultOf(reward, injected)).score).toBe(-0.4);
  });

  it('refuses a cache longer than the completion', () => {
    expect(() => overlong({ maxCompletionLen: 10, softPunishCache: 11 })).toThrow(/got 11 and 10/);
  });
});

describe('cosineScaled', () => {
  it.each(golden.cosine)('is what TRL gives with $options', async (run) => {
    const reward = createReward({ name: 'cosine_scaled', options: run.options });
    for (const [index, length] of run.lengths.entries()) {
      const correct = run.correct[index];
      const verdict =
        correct === null
          ? exampleVerdict('sandbox_error')
          : exampleVerdict(correct ? 'clean' : 'wrong_answer');
      const { score } = await resultOf(reward, ofLength(length, { verdict }));
      const expected = run.scores[index];
      if (expected === null) expect(score).toBeNull();
      else expect(score).toBeCloseTo(expected, 12);
    }
  });

  it('takes the last number of a maths answer where asked to', async () => {
    const rollout = answerRollout('so 42', '42');
    const strict = await resultOf(cosineScaled({ maxLen: 5 }), rollout);
    const lenient = await resultOf(cosineScaled({ maxLen: 5, reading: 'lenient' }), rollout);
    expect([strict.score, lenient.score]).toEqual([-0.5, 0.5]);
  });

  it('is unscorable for an answer without a gold one', async () => {
    const result = await resultOf(cosineScaled({ maxLen: 5 }), answerRollout('#### 42', null));
    expect(result.score).toBeNull();
  });
});

describe('lengthPenalty', () => {
  it.each([
    [0, 0],
    [10, 0],
    [11, -0.25],
    [13, -0.75],
    [14, -0.75],
    [900, -0.75],
  ])('of %s tokens with a target of 10 is %s', async (length, score) => {
    const reward = lengthPenalty({ targetLen: 10, perToken: 0.25, maxPenalty: 0.75 });
    expect((await resultOf(reward, ofLength(length))).score).toBe(score);
  });

  it('refuses a negative target', () => {
    expect(() => lengthPenalty({ targetLen: -1 })).toThrow(/targetLen .* at least 0, got -1/);
  });
});
