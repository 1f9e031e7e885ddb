import { importanceSamplingRatio, type ImportanceSamplingOptions } from '../algorithms/index.js';
import { tf } from '../tensor/index.js';
import type { GrpoRow } from './grpo-batch.js';
import type { StepMetrics } from './metrics.js';
import { padded } from './passes.js';

/**
 * How far the engine that sampled is from the policy that trains, by TRL's names, over all counted tokens:
 * `sampling/sampling_logp_difference/{mean,max}` of |oldLogprobs − samplingLogprobs|, and
 * `sampling/importance_sampling_ratio/{min,mean,max}` of the weights as they are used (clipped or masked;
 * one per completion in the `sequence_*` modes). Empty where no token counts.
 * @param rows with oldLogprobs as the policy has them before its first update
 */
export function samplingGap(
  rows: readonly GrpoRow[],
  options: ImportanceSamplingOptions,
): StepMetrics {
  const differences: number[] = [];
  const weights: number[] = [];
  for (const row of rows) {
    const counted = row.mask.flatMap((counts, t) => (counts === 1 ? [t] : []));
    for (const t of counted) {
      const difference = Math.abs(row.oldLogprobs[t] - row.samplingLogprobs[t]);
      if (!Number.isNaN(difference)) differences.push(difference);
    }
    const ratio = weightsOf(row, options);
    weights.push(...(ratio.length === 1 ? [ratio[0]] : counted.map((t) => ratio[t])));
  }
  if (differences.length === 0) return {};
  return {
    'sampling/sampling_logp_difference/mean': mean(differences),
    'sampling/sampling_logp_difference/max': largest(differences),
    'sampling/importance_sampling_ratio/min': -largest(weights.map((weight) => -weight)),
    'sampling/importance_sampling_ratio/mean': mean(weights),
    'sampling/importance_sampling_ratio/max': largest(weights),
  };
}

/** One per token, or one alone. */
function weightsOf(row: GrpoRow, options: ImportanceSamplingOptions): number[] {
  return tf.tidy(() => {
    const ratio = importanceSamplingRatio(
      padded([row], ({ oldLogprobs }) => oldLogprobs),
      padded([row], ({ samplingLogprobs }) => samplingLogprobs),
      padded([row], ({ mask }) => mask),
      options,
    );
    return Array.from(ratio.dataSync<'float32'>());
  });
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function largest(values: readonly number[]): number {
  return values.reduce((most, value) => Math.max(most, value), -Infinity);
}
