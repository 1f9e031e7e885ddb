import { createRandom } from '../../src/algorithms/index.js';
import { sftSequences } from '../../src/datasets/index.js';
import {
  attachAdapter,
  createPolicy,
  samplePolicy,
  tokenizerFromFiles,
  trainableVariables,
  trainByteLevelBpe,
  type Policy,
  type PolicyTokenizer,
} from '../../src/policy/index.js';
import type { Rollout, SamplingSettings } from '../../src/records.js';
import { selectBackend } from '../../src/tensor/index.js';
import { scoreRollouts, type RewardFunction } from '../../src/rewards/index.js';
import { createOptimizer, sftStep } from '../../src/training/index.js';

/** The best backend here. Tiny products on several threads of a busy machine mostly wait. */
export async function useOneThread(): Promise<void> {
  await selectBackend(undefined, { threads: 1 });
}

/** Every byte is a token, and one token ends a text. */
export function byteTokenizer(): Promise<PolicyTokenizer> {
  return tokenizerFromFiles(
    trainByteLevelBpe([], { vocabSize: 257, specialTokens: ['<|endoftext|>'] }),
  );
}

/** About 20,000 weights: one layer, width 32, grouped-query attention. */
export async function tinyPolicy(
  seed: number,
  options: { readonly adapter?: boolean; readonly maxPositions?: number } = {},
): Promise<Policy> {
  const tokenizer = await byteTokenizer();
  const policy = createPolicy(
    {
      modelType: 'qwen2',
      vocabSize: 257,
      hiddenSize: 32,
      intermediateSize: 64,
      layers: 1,
      heads: 2,
      kvHeads: 1,
      headDim: 16,
      rmsNormEps: 1e-6,
      ropeTheta: 10_000,
      maxPositions: options.maxPositions ?? 64,
      tieWordEmbeddings: true,
      attentionBias: true,
      eosTokenIds: [256],
      padTokenId: 256,
    },
    tokenizer,
    seed,
  );
  if (options.adapter) attachTinyAdapter(policy, seed);
  return policy;
}

function attachTinyAdapter(policy: Policy, seed: number): void {
  attachAdapter(policy, {
    r: 4,
    loraAlpha: 32,
    targetModules: ['q_proj', 'v_proj', 'o_proj', 'gate_proj', 'up_proj', 'down_proj'],
    seed,
  });
}

/**
 * A tiny policy that was taught to write five letters: after `a:` mostly a, after `b:` mostly b,
 * after `c:` and `d:` either. It knows what tells the letters apart, so an adapter can shift them.
 */
export async function letterPolicy(
  seed: number,
  options: { readonly adapter?: boolean } = {},
): Promise<Policy> {
  const policy = await tinyPolicy(seed);
  const random = createRandom(seed);
  const optimizer = createOptimizer(policy, { learningRate: 0.01 });
  const shareOfA: Record<string, number> = { a: 0.9, b: 0.1, c: 0.5, d: 0.5 };
  for (let step = 0; step < 60; step++) {
    const examples = Array.from({ length: 16 }, () => {
      const subject = random.pick(Object.keys(shareOfA));
      const letters = Array.from({ length: 5 }, () =>
        random.next() < shareOfA[subject] ? 'a' : 'b',
      );
      return { prompt: `${subject}:`, completion: letters.join('') };
    });
    await sftStep(policy, optimizer, sftSequences(examples, policy.tokenizer).sequences);
  }
  optimizer.dispose();
  if (options.adapter) attachTinyAdapter(policy, seed);
  return policy;
}

/** The trainable weights, as numbers. */
export function weightsOf(policy: Policy): number[] {
  return trainableVariables(policy).flatMap(({ variable }) => Array.from(variable.dataSync()));
}

export const tinySampling: SamplingSettings = {
  temperature: 1,
  topK: 0,
  topP: 1,
  minP: 0,
  maxNewTokens: 6,
  stop: [],
  seed: 0,
};

/** Sampled and scored rollouts of short prompts, without a judge. */
export async function tinyRollouts(
  policy: Policy,
  reward: RewardFunction,
  options: {
    readonly step: number;
    readonly seed: number;
    readonly groups?: number;
    readonly numGenerations?: number;
    readonly sampling?: SamplingSettings;
  },
): Promise<Rollout[]> {
  const { step, seed, groups = 4, numGenerations = 8, sampling = tinySampling } = options;
  const prompts = Array.from({ length: groups }, (_, group) => `${'abcdefgh'[group]}:`);
  const samples = await samplePolicy(
    policy,
    prompts.map((prompt, group) => ({
      prompt,
      n: numGenerations,
      seed: `${seed}/${step}/${group}`,
    })),
    sampling,
  );
  const rollouts = samples.map((sample): Rollout => ({
    version: 1,
    id: `run/${step}/${sample.request}/${sample.sample}`,
    run: 'run',
    step,
    problemId: `problem-${sample.request}`,
    task: 'tiny',
    group: sample.request,
    sample: sample.sample,
    promptHash: '',
    prompt: prompts[sample.request],
    completion: sample.completion,
    promptIds: sample.promptIds,
    completionIds: sample.completionIds,
    logprobs: sample.logprobs,
    completionMask: sample.completionIds.map(() => 1),
    byteOffsets: sample.byteOffsets,
    finishReason: sample.finishReason,
    sampling,
    modelRevision: '',
    columns: {},
  }));
  return scoreRollouts(rollouts, [reward]);
}

/** The share of the completion's letters that are `a`. */
export function prefersA(): RewardFunction {
  return shareOf('letter_a', ({ completion }) => [...completion].map((letter) => letter === 'a'));
}

/** The share of completion tokens with an id below 128: some spread in any policy. */
export function prefersLowIds(): RewardFunction {
  return shareOf('low_ids', ({ completionIds }) => completionIds.map((id) => id < 128));
}

function shareOf(name: string, counts: (rollout: Rollout) => boolean[]): RewardFunction {
  return {
    name,
    weight: 1,
    score: (rollouts) =>
      rollouts.map((rollout) => {
        const parts = counts(rollout);
        const score = parts.filter(Boolean).length / Math.max(1, parts.length);
        return { name, weight: 1, score, spans: [], log: {} };
      }),
  };
}
