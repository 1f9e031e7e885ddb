import { beforeAll, describe, expect, it } from 'vitest';
import type { GrpoRow } from '../../src/training/grpo-batch.js';
import { samplingGap } from '../../src/training/sampling-gap.js';
import { useOneThread } from './tiny-policy.js';

beforeAll(useOneThread);

/** Two completions, of three and of two tokens; the last token of the first does not count. */
function rows(): GrpoRow[] {
  const row = (old: number[], sampled: number[], mask: number[]): GrpoRow => ({
    promptIds: [1],
    completionIds: old.map((_, t) => t),
    mask,
    advantages: old.map(() => 1),
    samplingLogprobs: sampled,
    oldLogprobs: old,
    refLogprobs: [],
    entropies: [],
    clippedTokens: 0,
  });
  const ln2 = Math.log(2);
  return [row([-1, -1, -9], [-1 - ln2, -1, -1], [1, 1, 0]), row([-2 - ln2, -2], [-2, -2], [1, 1])];
}

const name = (end: string): string => `sampling/${end}`;

describe('samplingGap', () => {
  it('is of the counted tokens alone, by hand', () => {
    const gap = samplingGap(rows(), { mode: 'token_truncate' });
    expect(gap[name('sampling_logp_difference/mean')]).toBeCloseTo((2 * Math.log(2)) / 4, 6);
    expect(gap[name('sampling_logp_difference/max')]).toBeCloseTo(Math.log(2), 6);
    expect(gap[name('importance_sampling_ratio/min')]).toBeCloseTo(0.5, 6);
    expect(gap[name('importance_sampling_ratio/mean')]).toBeCloseTo((2 + 1 + 0.5 + 1) / 4, 6);
    expect(gap[name('importance_sampling_ratio/max')]).toBeCloseTo(2, 6);
  });

  it('has one weight per completion in the sequence modes, as it is used', () => {
    const whole = samplingGap(rows(), { mode: 'sequence_truncate' });
    expect(whole[name('importance_sampling_ratio/mean')]).toBeCloseTo((2 + 0.5) / 2, 6);
    const masked = samplingGap(rows(), { mode: 'sequence_mask', clipMax: 1.5 });
    expect(masked[name('importance_sampling_ratio/max')]).toBeCloseTo(0.5, 6);
    expect(masked[name('importance_sampling_ratio/min')]).toBe(0);
  });

  it('says nothing where no token counts', () => {
    expect(samplingGap([{ ...rows()[0], mask: [0, 0, 0] }], {})).toEqual({});
  });
});
