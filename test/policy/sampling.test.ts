import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  completionLogprobs,
  samplePolicy,
  type Policy,
  type Sample,
} from '../../src/policy/index.js';
import { selectBackend, tf } from '../../src/tensor/index.js';
import { availableBackends } from './backends.js';
import { tinyPolicy, plainSettings } from './fixtures.js';

const settings = plainSettings(12);
const prompts = ['int sum(', 'bool is_even(int value) { return', 'i', 'for (int value : values)'];

for (const backend of await availableBackends()) {
  describe(`sampling on ${backend}`, () => {
    let policy: Policy;
    beforeAll(async () => {
      await selectBackend(backend);
      policy = await tinyPolicy();
    });
    afterAll(() => policy.dispose());

    it('gives the same samples for the same seeds, others for other seeds', async () => {
      const draw = (seed: number): Promise<Sample[]> =>
        samplePolicy(policy, [{ prompt: prompts[0], n: 3, seed }], settings);
      const first = await draw(1);
      expect(await draw(1)).toEqual(first);
      expect(await draw(2)).not.toEqual(first);
      expect(new Set(first.map(({ completion }) => completion)).size).toBe(3);
    });

    it('gives a sample that does not depend on what it is batched with', async () => {
      const requests = prompts.map((prompt, i) => ({ prompt, n: 4, seed: i }));
      const together = await samplePolicy(policy, requests, settings);
      // Five rows at a time: groups are split, finished rows make room, the spare prompt is used.
      const crowded = await samplePolicy(policy, requests, settings, { maxRows: 5 });
      const alone = await Promise.all(
        requests.map((request) => samplePolicy(policy, [request], settings, { maxRows: 1 })),
      );
      const single = alone.flatMap((samples, request) =>
        samples.map((sample) => ({ ...sample, request })),
      );
      expect(together.map(({ request, sample }) => [request, sample])).toEqual(
        requests.flatMap((_, request) => [0, 1, 2, 3].map((sample) => [request, sample])),
      );
      // To the bit: no kernel may let the number of rows into a row's arithmetic.
      expect(crowded).toEqual(together);
      expect(single).toEqual(together);
      const subset = await samplePolicy(policy, [requests[2]], { ...settings, maxNewTokens: 5 });
      expect(subset[1].completionIds).toEqual(together[9].completionIds.slice(0, 5));
    });

    it('returns the log-probabilities that completionLogprobs gives', async () => {
      const warm = { ...settings, temperature: 0.7 };
      const samples = await samplePolicy(
        policy,
        prompts.map((prompt) => ({ prompt, n: 2, seed: 5 })),
        warm,
      );
      const before = tf.memory().numTensors;
      for (const [temperature, key] of [
        [0.7, 'logprobs'],
        [1, 'plainLogprobs'],
      ] as const) {
        const result = completionLogprobs(policy, samples, { temperature });
        const values = result.logprobs.arraySync();
        const mask = result.mask.arraySync();
        samples.forEach((sample, i) => {
          values[i].forEach((value, t) => {
            const inside = t < sample.completionIds.length;
            expect(mask[i][t]).toBe(inside ? 1 : 0);
            expect(Math.abs(value - (inside ? sample[key][t] : 0))).toBeLessThan(1e-4);
          });
        });
        tf.dispose([result.logprobs, result.entropy, result.mask]);
      }
      expect(tf.memory().numTensors).toBe(before);
    });

    it('leaves no tensor behind', async () => {
      const before = tf.memory().numTensors;
      await samplePolicy(policy, [{ prompt: prompts[1], n: 3, seed: 1 }], settings, { maxRows: 2 });
      expect(tf.memory().numTensors).toBe(before);
    });

    it('ends at the end token, which is kept in the ids and left out of the text', async () => {
      const plain = await samplePolicy(policy, [{ prompt: prompts[0], n: 1, seed: 3 }], settings);
      // Makes the third sampled token the end token.
      const end = plain[0].completionIds[2];
      const ending = { ...policy, config: { ...policy.config, eosTokenIds: [end] } };
      const [sample] = await samplePolicy(
        ending,
        [{ prompt: prompts[0], n: 1, seed: 3 }],
        settings,
      );
      const length = plain[0].completionIds.indexOf(end) + 1;
      expect(sample.completionIds).toEqual(plain[0].completionIds.slice(0, length));
      expect(sample.finishReason).toBe('stop');
      expect(plain[0].finishReason).toBe('length');
      expect(sample.logprobs).toHaveLength(length);
    });

    it('ends at a stop id as at the end token, and keeps its text', async () => {
      const request = [{ prompt: prompts[0], n: 1, seed: 3 }];
      const [free] = await samplePolicy(policy, request, settings);
      const end = free.completionIds[4];
      const [sample] = await samplePolicy(policy, request, { ...settings, stopTokenIds: [7, end] });
      const length = free.completionIds.indexOf(end) + 1;
      expect(sample.completionIds).toEqual(free.completionIds.slice(0, length));
      expect(sample.finishReason).toBe('stop');
      expect(sample.completion).toBe(policy.tokenizer.decode(sample.completionIds));
    });

    it('gives nothing for no requests, and for n = 0', async () => {
      expect(await samplePolicy(policy, [], settings)).toEqual([]);
      const requests = [0, 1, 0].map((n, seed) => ({ prompt: prompts[0], n, seed }));
      expect((await samplePolicy(policy, requests, settings)).map((it) => it.request)).toEqual([1]);
      expect(await samplePolicy(policy, [requests[0]], settings)).toEqual([]);
    });

    it('samples a group whose prompt is one token, in fewer rows than samples', async () => {
      const samples = await samplePolicy(policy, [{ prompt: 'i', n: 5, seed: 2 }], settings, {
        maxRows: 2,
      });
      expect(samples.map(({ promptIds }) => promptIds.length)).toEqual([1, 1, 1, 1, 1]);
      const { logprobs, entropy, mask } = completionLogprobs(policy, samples);
      logprobs
        .arraySync()
        .forEach((row, i) =>
          samples[i].logprobs.forEach((value, t) => expect(value).toBeCloseTo(row[t], 4)),
        );
      tf.dispose([logprobs, entropy, mask]);
    });

    // Thousands of tokens take plain JavaScript too long.
    it.skipIf(backend === 'cpu')('reads prompts longer than one prefill pass', async () => {
      const long = { ...policy, config: { ...policy.config, maxPositions: 8192 } };
      const requests = [5000, 30, 3000].map((length, seed) => ({
        prompt: 'int x = 1; '.repeat(length / 5).slice(0, length),
        n: 2,
        seed,
      }));
      const samples = await samplePolicy(long, requests, { ...settings, maxNewTokens: 4 });
      expect(samples[0].promptIds.length).toBeGreaterThan(2048);
      const { logprobs, entropy, mask } = completionLogprobs(long, samples);
      logprobs
        .arraySync()
        .forEach((row, i) =>
          samples[i].logprobs.forEach((value, t) => expect(value).toBeCloseTo(row[t], 3)),
        );
      tf.dispose([logprobs, entropy, mask]);
    });

    it('cuts the text at a stop string, wherever the tokens part it', async () => {
      const [free] = await samplePolicy(policy, [{ prompt: prompts[0], n: 1, seed: 4 }], settings);
      const stop = /[ -~]{2,4}/.exec(free.completion.slice(1))![0];
      const [sample] = await samplePolicy(policy, [{ prompt: prompts[0], n: 1, seed: 4 }], {
        ...settings,
        stop: [stop],
      });
      expect(sample.completion).toBe(free.completion.slice(0, free.completion.indexOf(stop)));
      expect(sample.finishReason).toBe('stop');
      expect(sample.byteOffsets).toHaveLength(sample.completionIds.length + 1);
      expect(sample.byteOffsets.at(-1)).toBe(Buffer.byteLength(sample.completion));
      expect(sample.completionIds.length).toBeLessThan(free.completionIds.length);
    });

    it('gives offsets that fit the text, broken characters included', async () => {
      const samples = await samplePolicy(policy, [{ prompt: 'x', n: 20, seed: 8 }], {
        ...settings,
        temperature: 4,
      });
      expect(samples.some(({ completion }) => completion.includes('\ufffd'))).toBe(true);
      for (const { completion, byteOffsets, completionIds } of samples) {
        expect(byteOffsets).toEqual(policy.tokenizer.byteOffsets(completionIds));
        expect(byteOffsets.at(-1)).toBe(Buffer.byteLength(completion));
      }
    });

    it('comes back with what it has when cancelled', async () => {
      const controller = new AbortController();
      const samples = await samplePolicy(
        policy,
        prompts.map((prompt) => ({ prompt, n: 2, seed: 1 })),
        settings,
        { signal: controller.signal, maxRows: 3, onProgress: () => controller.abort() },
      );
      expect(samples).toHaveLength(8);
      const reasons = new Set(samples.map(({ finishReason }) => finishReason));
      expect(reasons.has('cancelled')).toBe(true);
      expect(samples[7]).toMatchObject({ completionIds: [], byteOffsets: [0], completion: '' });
    });

    it('stops where the context ends and refuses a prompt that fills it', async () => {
      const small = { ...policy, config: { ...policy.config, maxPositions: 12 } };
      const [sample] = await samplePolicy(small, [{ prompt: 'int', n: 1, seed: 1 }], {
        ...settings,
        maxNewTokens: 50,
      });
      expect(sample.promptIds.length + sample.completionIds.length).toBe(12);
      expect(sample.finishReason).toBe('length');
      await expect(
        samplePolicy(small, [{ prompt: 'x'.repeat(99), n: 1, seed: 1 }], settings),
      ).rejects.toThrow(/leaves no room/);
    });
  });
}
