import { gae, maskedWhiten, ppoRewards } from '../algorithms/index.js';
import { inputError } from '../errors.js';
import {
  completionLogprobs,
  completionLogprobsAndValues,
  type Policy,
  type TokenSequence,
  type ValueHead,
} from '../policy/index.js';
import type { Rollout } from '../records.js';
import { tf } from '../tensor/index.js';
import { takeTurns } from './gradients.js';
import { inPasses } from './passes.js';
import { requireExactSampling, trainedRollouts, type PpoRow } from './ppo-batch.js';
import type { PpoExperienceSettings } from './ppo-settings.js';
import { tokenRewardsOf } from './ppo-token-rewards.js';

/**
 * The first half of a PPO step: scored rollouts become rows with old log-probabilities and values,
 * rewards, advantages and returns; nothing is updated. Rollouts that cannot be scored, were cancelled,
 * or have no sampled token are left out of everything, the whitening's mean included.
 *   rewards    : `ppoRewards` with `tokenRewardsOf`, the score on the last token the policy sampled
 *   advantages : `gae`, then `maskedWhiten` over the batch
 */
export async function ppoExperience(
  policy: Policy,
  valueHead: ValueHead,
  rollouts: readonly Rollout[],
  settings: PpoExperienceSettings = {},
): Promise<PpoRow[]> {
  const { klCoef = 0.05, maskTruncatedCompletions = false, signal } = settings;
  const { oldLogprobs = 'recomputed', perDeviceTrainBatchSize: size = 16 } = settings;
  if (rollouts.length === 0) {
    throw inputError('ppoStep: expected at least one rollout, got none.');
  }
  const temperature = ppoTemperature(rollouts, settings);
  const trained = trainedRollouts(rollouts, { maskTruncated: maskTruncatedCompletions });
  if (trained.length === 0) return [];
  const sequences = trained.map(({ rollout }) => rollout);
  if (oldLogprobs === 'recorded') requireExactSampling(sequences, temperature);
  const reference =
    klCoef === 0 ? null : referenceLogprobs(policy, settings.reference, settings.refAdapterName);

  const now = await perToken(sequences, size, signal, (part) => {
    const { logprobs, values } = completionLogprobsAndValues(policy, valueHead, part, {
      temperature,
    });
    return [logprobs, values];
  });
  const [current, values] = now;
  const logprobs =
    oldLogprobs === 'recorded' ? sequences.map((rollout) => rollout.logprobs) : current;
  const refLogprobs = reference
    ? (await perToken(sequences, size, signal, (part) => [reference(part, temperature)]))[0]
    : undefined;

  const mask = sequences.map(({ completionMask }) => completionMask);
  const tokenRewards = sequences.map((rollout) => tokenRewardsOf(rollout, settings.tokenRewards));
  const earnsByToken = tokenRewards.some((row) => row.some((reward) => reward !== 0));
  const { rewards, kl, scores } = ppoRewards(
    {
      logprobs,
      refLogprobs,
      completionMask: mask,
      scores: trained.map(({ score }) => score),
      ended: sequences.map(({ finishReason }) => finishReason === 'stop'),
      tokenRewards: earnsByToken ? tokenRewards : undefined,
    },
    { klCoef, klEstimator: settings.klEstimator, missingEosPenalty: settings.missingEosPenalty },
  );
  const taken = settings.whitenRewards
    ? maskedWhiten(rewards, mask, { shiftMean: false })
    : rewards;
  const { advantages, returns } = gae(taken, values, mask, settings);
  const whitened =
    (settings.whitenAdvantages ?? true) ? maskedWhiten(advantages, mask) : advantages;
  return trained.map(({ rollout, place }, b) => ({
    promptIds: rollout.promptIds,
    completionIds: rollout.completionIds,
    place,
    score: scores[b],
    mask: mask[b],
    oldLogprobs: logprobs[b],
    oldValues: values[b],
    kl: kl[b],
    tokenRewards: tokenRewards[b],
    rewards: taken[b],
    advantages: whitened[b],
    returns: returns[b],
  }));
}

/** What divides the logits: the setting, else the rollouts' own temperature, 1 where they are greedy. */
export function ppoTemperature(
  rollouts: readonly Rollout[],
  { temperature }: Pick<PpoExperienceSettings, 'temperature'>,
): number {
  return temperature ?? (rollouts[0].sampling.temperature || 1);
}

/** What the frozen model says: the one given, another adapter, or the policy with its adapter off. */
function referenceLogprobs(
  policy: Policy,
  given: Policy | undefined,
  adapter: string | undefined,
): (part: readonly TokenSequence[], temperature: number) => tf.Tensor2D {
  if (!given && !policy.adapter) {
    throw inputError(
      'ppoStep: expected a reference model because klCoef is not 0, but all weights are trained and there is no adapter to switch off. Pass a frozen copy as reference, attach an adapter, or set klCoef to 0.',
    );
  }
  const own = adapter === undefined ? { useAdapter: false } : { adapter };
  return (part, temperature) =>
    completionLogprobs(given ?? policy, part, { temperature, ...(given ? {} : own) }).logprobs;
}

/** Evaluates the sequences without gradient, `size` at a time: each [B, T] as rows of its own length. */
async function perToken(
  sequences: readonly TokenSequence[],
  size: number,
  signal: AbortSignal | undefined,
  evaluate: (part: readonly TokenSequence[]) => tf.Tensor2D[],
): Promise<number[][][]> {
  const results: number[][][] = [];
  for (const part of inPasses('ppoStep', sequences, size)) {
    await takeTurns(signal);
    const tensors = tf.tidy(() =>
      evaluate(part).map((each) => ({ width: each.shape[1], values: each.dataSync().slice() })),
    );
    tensors.forEach(({ width, values }, i) => {
      results[i] ??= [];
      part.forEach(({ completionIds }, b) =>
        results[i].push(Array.from(values.subarray(b * width, b * width + completionIds.length))),
      );
    });
  }
  return results;
}
