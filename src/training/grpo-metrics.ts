import type { GrpoLossType } from '../algorithms/index.js';
import { countedTokens, type GrpoRow } from './grpo-batch.js';
import type { StepMetrics } from './metrics.js';

/** What the updates of a step add up to; all but the first three over tokens. */
export interface GrpoSums {
  updates: number;
  loss: number;
  gradNorm: number;
  tokens: number;
  entropy: number;
  kl: number;
  clipLow: number;
  clipHigh: number;
}

export function noSums(): GrpoSums {
  return {
    updates: 0,
    loss: 0,
    gradNorm: 0,
    tokens: 0,
    entropy: 0,
    kl: 0,
    clipLow: 0,
    clipHigh: 0,
  };
}

/** The means of the sums, by TRL's names; a figure that the loss type does not have is absent. */
export function grpoMetrics(
  sums: GrpoSums,
  rows: readonly GrpoRow[],
  { lossType, beta }: { readonly lossType: GrpoLossType; readonly beta: number },
): StepMetrics {
  const perToken = (sum: number): number => sum / Math.max(1, sums.tokens);
  return {
    loss: sums.loss / sums.updates,
    grad_norm: sums.gradNorm / sums.updates,
    ...(beta === 0 ? {} : { kl: perToken(sums.kl) }),
    entropy: sums.tokens > 0 ? perToken(sums.entropy) : sampledEntropy(rows),
    ...clipMetrics(lossType, perToken(sums.clipLow), perToken(sums.clipHigh), () =>
      perToken(sums.clipLow + sums.clipHigh),
    ),
  };
}

function clipMetrics(
  lossType: GrpoLossType,
  low: number,
  high: number,
  region: () => number,
): StepMetrics {
  switch (lossType) {
    case 'sapo':
    case 'vespo':
      return {};
    case 'cispo':
      return { cispo_clip_ratio: high };
    default:
      return {
        'clip_ratio/low_mean': low,
        'clip_ratio/high_mean': high,
        'clip_ratio/region_mean': region(),
      };
  }
}

/** Where nothing was evaluated: minus the mean logprob of the sampled tokens, whose expectation is the entropy. */
function sampledEntropy(rows: readonly GrpoRow[]): number {
  const sum = rows.reduce(
    (total, { mask, samplingLogprobs }) =>
      total - samplingLogprobs.reduce((rowSum, value, t) => rowSum + value * mask[t], 0),
    0,
  );
  return sum / Math.max(1, countedTokens(rows));
}
