import { beforeAll, describe, expect, it } from 'vitest';
import { completionLogprobs } from '../../src/policy/index.js';
import { selectBackend } from '../../src/tensor/index.js';
import { availableBackends } from './backends.js';
import { largestDifference, logprobsOf, tinyPolicy } from './fixtures.js';

const backends = await availableBackends();
for (const backend of backends) {
  describe(`the decoder on ${backend}`, () => {
    beforeAll(() => selectBackend(backend));

    it('gives a sequence the same log-probabilities whatever it is packed with', async () => {
      const policy = await tinyPolicy({ modelType: 'llama', tieWordEmbeddings: false });
      const sequences = [
        { promptIds: [1, 2, 3], completionIds: [4, 5] },
        { promptIds: [6], completionIds: [7, 8, 9, 10] },
        { promptIds: [11, 12], completionIds: [] },
      ];
      const together = logprobsOf(policy, sequences);
      expect(together[0].slice(2)).toEqual([0, 0]);
      expect(together[2]).toEqual([0, 0, 0, 0]);
      sequences.forEach((sequence, i) => {
        const alone = logprobsOf(policy, [sequence])[0];
        expect(
          largestDifference(together[i], alone.slice(0, sequence.completionIds.length)),
        ).toBeLessThan(1e-5);
      });
      policy.dispose();
    });

    it('names a sequence that has no prompt or is longer than the context', async () => {
      const policy = await tinyPolicy();
      expect(() => completionLogprobs(policy, [{ promptIds: [], completionIds: [1] }])).toThrow(
        /empty prompt/,
      );
      const long = Array.from({ length: 200 }, () => 1);
      expect(() => completionLogprobs(policy, [{ promptIds: [1], completionIds: long }])).toThrow(
        /context holds 128/,
      );
      policy.dispose();
    });
  });
}
