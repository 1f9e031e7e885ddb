import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadAdapter, saveAdapter, setActiveAdapter } from '../../src/policy/index.js';
import { tf } from '../../src/tensor/index.js';
import { createOptimizer, grpoStep, type GrpoStepSettings } from '../../src/training/index.js';
import { prefersLowIds, tinyPolicy, tinyRollouts, useOneThread, weightsOf } from './tiny-policy.js';

let folder = '';
beforeAll(async () => {
  await useOneThread();
  folder = await mkdtemp(path.join(os.tmpdir(), 'rlsf-lora-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Two updates of an adapter with dropout. */
async function twoUpdates(settings: GrpoStepSettings): Promise<number[]> {
  const policy = await tinyPolicy(1, { adapter: true });
  policy.adapter!.loraDropout = 0.5;
  const rollouts = await tinyRollouts(policy, prefersLowIds(), { step: 1, seed: 1 });
  // An epsilon far above the gradients makes AdamW's first update proportional to them.
  const optimizer = createOptimizer(policy, { learningRate: 1, adamEpsilon: 1, maxGradNorm: 0 });
  for (let step = 0; step < 2; step++) await grpoStep(policy, optimizer, rollouts, settings);
  const weights = weightsOf(policy);
  optimizer.dispose();
  policy.dispose();
  return weights;
}

describe('a GRPO step of an adapter with dropout', () => {
  it('draws by its seed and the update, whatever the passes and what is skipped', async () => {
    const weights = await twoUpdates({});
    expect(await twoUpdates({})).toEqual(weights);
    expect(await twoUpdates({ gradientCheckpointing: true })).toEqual(weights);
    expect(await twoUpdates({ dropoutSeed: 1 })).not.toEqual(weights);
    for (const settings of [{ perDeviceTrainBatchSize: 1 }, { skipZeroAdvantages: false }])
      (await twoUpdates(settings)).forEach((value, i) => expect(value).toBeCloseTo(weights[i], 5));
  });
});

describe('the KL term of a policy with several adapters', () => {
  it('is against the base, or against the adapter that is named', async () => {
    const policy = await tinyPolicy(1, { adapter: true });
    for (const { b } of policy.adapter!.pairs.values())
      tf.tidy(() => b.assign(tf.randomNormal(b.shape, 0, 0.2, 'float32', 3)));
    await saveAdapter(policy, folder);
    await loadAdapter(policy, folder, { name: 'reference', activate: false });
    const rollouts = await tinyRollouts(policy, prefersLowIds(), { step: 1, seed: 1 });
    const kl = async (settings: GrpoStepSettings): Promise<number> => {
      const optimizer = createOptimizer(policy, { learningRate: 0 });
      const metrics = await grpoStep(policy, optimizer, rollouts, { beta: 0.1, ...settings });
      optimizer.dispose();
      return metrics.kl;
    };
    expect(await kl({})).toBeGreaterThan(1e-3);
    expect(await kl({ refAdapterName: 'reference' })).toBe(0);
    await expect(kl({ refAdapterName: 'nobody' })).rejects.toThrow(/no adapter "nobody"/);
    setActiveAdapter(policy, 'reference');
    expect(await kl({ refAdapterName: 'default' })).toBe(0);
    policy.dispose();
  });
});
