import { describe, expect, it } from 'vitest';
import type { Problem } from '../../src/records.js';
import { referenceSimilarity, type ReferenceSimilarityOptions } from '../../src/rewards/index.js';
import { resultOf, textRollout } from './text-rollout.js';

async function similarity(
  completion: string,
  reference: string | undefined,
  options: ReferenceSimilarityOptions = {},
): Promise<number | null> {
  const rollout = textRollout(completion);
  const problem: Problem = {
    ...{ id: rollout.problemId, task: 't', split: 's', prompt: 'p', language: 'cpp', reference },
    columns: {},
  };
  return (await resultOf(referenceSimilarity(options), rollout, [problem])).score;
}

describe('referenceSimilarity', () => {
  it.each([
    ['return x;', 'return x;', 1],
    ['  return\n\n x;\n', 'return x;', 1],
    ['return y;', 'return x;', 1 - 1 / 9],
    ['abc', 'xyz', 0],
    ['', 'abc', 0],
    ['kitten', 'sitting', 1 - 3 / 7],
  ])('of %j to %j is %s', async (completion, reference, score) => {
    expect(await similarity(completion, reference)).toBeCloseTo(score, 12);
  });

  it('is unscorable without a reference', async () => {
    expect(await similarity('abc', undefined)).toBeNull();
  });

  it('counts what is too long to compare as different, so a tail is never free', async () => {
    expect(await similarity('abcdXX', 'abcd', { maxLength: 4 })).toBeCloseTo(1 - 2 / 6, 12);
    expect(await similarity('abcdef', 'abcdef', { maxLength: 4 })).toBeCloseTo(1 - 2 / 6, 12);
    const long = 'x = y;\n'.repeat(100_000);
    expect(await similarity(long, 'return 1;')).toBeLessThan(0.01);
  });

  // the cat sat on mat against the cat sat on the mat: 5/5, (3+1)/(4+1), (2+1)/(3+1), (1+1)/(2+1) and
  // the brevity exp(1 - 6/5).
  it('with ngrams is the smoothed BLEU of one sentence', async () => {
    const expected = Math.exp(1 - 6 / 5) * ((1 * (4 / 5) * (3 / 4) * 2) / 3) ** 0.25;
    expect(
      await similarity('the cat sat on mat', 'the cat sat on the mat', { measure: 'ngrams' }),
    ).toBeCloseTo(expected, 12);
    const same = await similarity('f ( x )', 'f(x)', { measure: 'ngrams' });
    expect(same).toBeCloseTo(1, 12);
    for (const text of ['', 'nothing alike']) {
      expect(await similarity(text, 'f(x)', { measure: 'ngrams' })).toBe(0);
    }
  });

  it('clips, so saying one word of the reference again and again earns little', async () => {
    const score = await similarity('the the the the', 'the cat', {
      measure: 'ngrams',
      maxNgram: 1,
    });
    expect(score).toBeCloseTo(0.25, 12);
  });
});
