import { readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  completionLogprobsAndValues,
  createValueHead,
  loadPolicy,
} from '../../src/policy/index.js';
import type { Rollout } from '../../src/records.js';
import { tf } from '../../src/tensor/index.js';
import { createOptimizer, ppoStep, ppoVariables } from '../../src/training/index.js';
import { tinySampling, useOneThread } from './tiny-policy.js';

beforeAll(useOneThread);

interface Steps {
  prompts: number[][];
  completions: number[][];
  scores: number[];
  head: { weight: number[][]; bias: number[] };
  steps: Record<string, number>[];
  logprobs: number[][];
  values: number[][];
}

/** What TRL's own statements gave around transformers' Llama in float64; test/golden/ppo/make.py ran them. */
const golden = (
  JSON.parse(readFileSync(path.join(import.meta.dirname, '../golden/ppo/golden.json'), 'utf8')) as {
    steps: Steps;
  }
).steps;

function rollouts(): Rollout[] {
  return golden.completions.map((completionIds, sample): Rollout => ({
    version: 1,
    id: `run/1/0/${sample}`,
    run: 'run',
    step: 1,
    problemId: 'golden',
    task: 'golden',
    group: 0,
    sample,
    promptHash: '',
    prompt: '',
    completion: '',
    promptIds: golden.prompts[sample],
    completionIds,
    logprobs: completionIds.map(() => 0),
    completionMask: completionIds.map(() => 1),
    byteOffsets: [...completionIds, 0].map(() => 0),
    finishReason: 'stop',
    sampling: tinySampling,
    modelRevision: '',
    columns: {},
    reward: golden.scores[sample],
  }));
}

describe('ppoStep and TRL’s PPO trainer', () => {
  it('take the same two steps: metrics, policy and value head', async () => {
    const folder = path.join(import.meta.dirname, '../golden/policies/llama');
    const [policy, reference] = [await loadPolicy(folder), await loadPolicy(folder)];
    const head = createValueHead(policy);
    head.weight.assign(tf.tensor2d(golden.head.weight));
    head.bias.assign(tf.tensor1d(golden.head.bias));
    const optimizer = createOptimizer(ppoVariables(policy, head), {
      learningRate: 0.003,
      adamEpsilon: 1e-2,
    });
    for (const expected of golden.steps) {
      const metrics = await ppoStep(policy, head, optimizer, rollouts(), {
        reference,
        klCoef: 0.1,
        gamma: 0.98,
        lam: 0.9,
        cliprange: 0.05,
        cliprangeValue: 0.1,
        vfCoef: 0.5,
        numPpoEpochs: 2,
        numMiniBatches: 2,
      });
      for (const [name, value] of Object.entries(expected)) {
        // float32 through eight updates, against float64.
        const difference = Math.abs(metrics[name] - value);
        expect(difference, name).toBeLessThan(1e-4 * Math.abs(value) + 1e-5);
      }
    }
    expect(optimizer.step).toBe(8);
    tf.tidy(() => {
      const sequences = golden.completions.map((completionIds, i) => ({
        promptIds: golden.prompts[i],
        completionIds,
      }));
      const { logprobs, values } = completionLogprobsAndValues(policy, head, sequences);
      for (const [tensor, expected] of [
        [logprobs, golden.logprobs],
        [values, golden.values],
      ] as const) {
        const numbers = tensor.dataSync();
        expected.flat().forEach((value, i) => expect(numbers[i]).toBeCloseTo(value, 4));
      }
    });
    for (const each of [optimizer, head, policy, reference]) each.dispose();
  });
});
