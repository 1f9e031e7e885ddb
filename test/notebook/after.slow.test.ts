import { beforeAll, describe, expect, it } from 'vitest';
import { valueBundle } from '../../src/notebook/value-bundle.js';
import type { Policy } from '../../src/policy/index.js';
import { attachAdapter, loadPolicy } from '../../src/policy/index.js';
import type { Rollout } from '../../src/records.js';
import { presentLogprobs, sampleRollouts } from '../../src/rollouts/index.js';
import { shipped, shippedPolicy } from '../../src/session/index.js';
import { getTask } from '../../src/tasks/index.js';
import { selectBackend } from '../../src/tensor/index.js';
import { createOptimizer, grpoStep } from '../../src/training/index.js';

const settings = { topK: 0, topP: 1, minP: 0, maxNewTokens: 12, stop: [] as string[], seed: 0 };
let policy: Policy;
let rollouts: Rollout[];

const sampled = (temperature: number): Promise<Rollout[]> =>
  sampleRollouts({
    policy,
    problems: getTask('cpp').problems({ split: 'train', n: 1, seed: 1 }),
    settings: { ...settings, temperature },
    numGenerations: 3,
    run: 'after',
    step: 1,
    seed: 1,
  });

beforeAll(async () => {
  await selectBackend('auto');
  policy = await loadPolicy(shipped(shippedPolicy));
  attachAdapter(policy, { r: 4, loraAlpha: 8, targetModules: 'all-linear', seed: 1 });
  rollouts = [...(await sampled(1)), ...(await sampled(0.5))];
});

describe('what the present policy gives recorded tokens', () => {
  it('is what they were sampled with, at each temperature, until the policy is another', async () => {
    const before = presentLogprobs(policy, rollouts);
    expect(before.map(({ length }) => length)).toEqual(
      rollouts.map(({ completionIds }) => completionIds.length),
    );
    before.forEach((row, at) =>
      row.forEach((value, t) => expect(value).toBeCloseTo(rollouts[at].logprobs[t], 3)),
    );

    const advantages = rollouts.slice(0, 3).map(({ completionIds, ...rollout }, at) => {
      const value = [1, -0.5, -0.5][at];
      return {
        ...rollout,
        completionIds,
        advantages: { scheme: 'scalar', sequence: value, tokens: completionIds.map(() => value) },
      };
    });
    const optimizer = createOptimizer(policy, { learningRate: 0.01 });
    await grpoStep(policy, optimizer, advantages, { beta: 0 });
    optimizer.dispose();
    const after = presentLogprobs(policy, rollouts);
    const sum = (row: readonly number[]): number => row.reduce((total, value) => total + value, 0);
    expect(sum(after[0])).toBeGreaterThan(sum(before[0]));
    expect(sum(after[1]) + sum(after[2])).toBeLessThan(sum(before[1]) + sum(before[2]));
  });

  it('is shown beside them, of a policy or of its numbers alike', async () => {
    const after = presentLogprobs(policy, rollouts);
    const html = async (value: unknown, option: object): Promise<string> =>
      String((await valueBundle(value, option)).data['text/html']);
    const [rollout] = rollouts;
    const one = await html(rollout, { after: policy });
    expect(one).toContain('after: logprob');
    expect(await html(rollout, { after: after[0] })).toBe(one);
    expect(await html(rollouts, { after })).toBe(await html(rollouts, { after: policy }));
    expect(await html(rollout, {})).not.toContain('after: logprob');
  });

  it('is refused where it is of other rollouts', async () => {
    await expect(valueBundle(rollouts, { after: [[-1]] })).rejects.toThrow(
      'show: expected after as a policy, or log-probabilities in a list for each of 6 rollouts, got 1 lists.',
    );
  });
});
