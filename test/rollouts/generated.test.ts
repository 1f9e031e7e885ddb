import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nativeGenerator, type Policy, type TextGenerator } from '../../src/policy/index.js';
import type { Generation } from '../../src/policy/index.js';
import type { Problem } from '../../src/records.js';
import { sampleRollouts } from '../../src/rollouts/index.js';
import { tinyPolicy, tinySampling, useOneThread } from '../training/tiny-policy.js';

const problems: Problem[] = [1, 2].map((k) => ({
  id: `plus-${k}`,
  task: 'tiny',
  split: 'train',
  prompt: `int plus(int x) { // x + ${k}\n`,
  language: 'cpp',
  tests: { includes: '', prefix: '', suffix: '', cases: [] },
  columns: {},
}));

let policy: Policy;
beforeAll(async () => {
  await useOneThread();
  policy = await tinyPolicy(1);
});
afterAll(() => policy.dispose());

const input = () => ({
  policy,
  problems,
  settings: { ...tinySampling, maxNewTokens: 6 },
  numGenerations: 4,
  run: 'run',
  step: 1,
  seed: 5,
});

/** The policy itself as a server that tells less. */
function telling(change: (generation: Generation) => Partial<Generation>): TextGenerator {
  const native = nativeGenerator(policy);
  const changed = (generation: Generation): Generation => ({
    ...generation,
    ...change(generation),
  });
  return {
    ...native,
    name: 'a-server',
    revision: null,
    async generate(requests, settings, options = {}) {
      const { onGeneration } = options;
      const told = new Map<string, Generation>();
      const tell = (generation: Generation): Generation => {
        const key = `${generation.request}/${generation.sample}`;
        const known = told.get(key) ?? changed(generation);
        told.set(key, known);
        return known;
      };
      const generations = await native.generate(requests, settings, {
        ...options,
        onGeneration: (generation) => onGeneration?.(tell(generation)),
      });
      return generations.map(tell);
    },
  };
}

describe('sampleRollouts from a generator', () => {
  it('gives the records of the policy itself where the generator tells all', async () => {
    const own = await sampleRollouts(input());
    const given: string[] = [];
    const rollouts = await sampleRollouts({
      ...input(),
      generator: telling(() => ({})),
      onRollout: ({ id }) => void given.push(id),
    });
    expect(rollouts).toEqual(own.map((rollout) => ({ ...rollout, modelRevision: 'a-server' })));
    expect(given.sort()).toEqual(own.map(({ id }) => id).sort());
  });

  it('takes ids from the text where they fit the server’s count, else learns nothing and says so', async () => {
    const own = await sampleRollouts(input());
    const notes: string[] = [];
    const odd = (generation: Generation): boolean =>
      generation.request === 0 && generation.sample === 0;
    const rollouts = await sampleRollouts({
      ...input(),
      // Bytes that are no UTF-8 spell other tokens: those texts are set to plain ones with their own ids' count.
      generator: telling((generation) => {
        const logprobs = (generation.logprobs ?? []).map((value, t) => value - t);
        const text = 'abcdef'.slice(0, logprobs.length);
        return {
          completion: text,
          finishReason: 'length',
          completionIds: null,
          byteOffsets: null,
          logprobs: odd(generation) ? [...logprobs, -1] : logprobs,
        };
      }),
      onNote: (message) => void notes.push(message),
    });
    expect(notes).toEqual([expect.stringMatching(/^Of 8 completions by a-server, 1 have other/)]);
    const [first, ...others] = rollouts;
    expect(first.completionMask.every((counts) => counts === 0)).toBe(true);
    expect(first.logprobs).toHaveLength(first.completionIds.length);
    others.forEach((rollout, index) => {
      const tokens = own[index + 1].logprobs;
      expect(policy.tokenizer.decode(rollout.completionIds)).toBe(rollout.completion);
      expect(rollout.logprobs).toEqual(tokens.map((value, t) => value - t));
      expect(rollout.byteOffsets).toEqual(Array.from({ length: tokens.length + 1 }, (_, t) => t));
      expect(rollout.completionMask).toEqual(tokens.map(() => 1));
    });
  });

  it('refuses a server of other tokens, or without log-probabilities', async () => {
    const asked = (change: (generation: Generation) => Partial<Generation>): Promise<unknown> =>
      sampleRollouts({ ...input(), generator: telling(change) });
    await expect(asked(() => ({ promptIds: [1, 2, 3] }))).rejects.toThrow(
      /a-server reads the prompt as other tokens .*policy\.model_name_or_path/,
    );
    await expect(asked(() => ({ completionIds: [9999] }))).rejects.toThrow(/beyond its 257/);
    await expect(asked(() => ({ logprobs: null }))).rejects.toThrow(
      /without the log-probabilities.*--logprobs-mode/,
    );
    await expect(
      asked(() => ({ completionIds: null, logprobs: [-1, -1, -1, -1, -1, -1, -1, -1, -1] })),
    ).rejects.toThrow(/8 have other tokens here.*return_token_ids/);
  });
});
