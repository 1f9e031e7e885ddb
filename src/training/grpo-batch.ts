import { topEntropyThreshold } from '../algorithms/index.js';
import { inputError } from '../errors.js';
import type { CompletionLogprobs, TokenSequence } from '../policy/index.js';
import type { Rollout } from '../records.js';
import { tf } from '../tensor/index.js';
import { takeTurns } from './gradients.js';
import { inPasses } from './passes.js';

/** Where the denominator of the importance ratio comes from; see `GrpoStepSettings.oldLogprobs`. */
export type OldLogprobs = 'current' | 'recorded' | 'recomputed';

/** A rollout as the loss sees it; every list has one entry per completion token. */
export interface GrpoRow extends TokenSequence {
  mask: number[];
  /** `null` as long as the feedback is not there. */
  advantages: readonly number[] | null;
  /** As recorded; constant. */
  samplingLogprobs: readonly number[];
  oldLogprobs: readonly number[];
  refLogprobs: readonly number[];
  entropies: readonly number[];
  /** Tokens clipped so far, over the updates. */
  clippedTokens: number;
}

/**
 * One row per rollout, with the advantages it has. Counted are the tokens the policy sampled; of a
 * cancelled completion none, of a truncated one none when `maskTruncated`.
 */
export function makeRows(
  rollouts: readonly Rollout[],
  options: { readonly maskTruncated: boolean },
): GrpoRow[] {
  return rollouts.map((rollout) => {
    const { promptIds, completionIds, completionMask, logprobs, finishReason } = rollout;
    requireLengths(rollout, { completionMask, logprobs });
    const leftOut =
      finishReason === 'cancelled' || (options.maskTruncated && finishReason === 'length');
    return {
      promptIds,
      completionIds,
      mask: leftOut ? completionIds.map(() => 0) : completionMask,
      advantages: rollout.advantages ? advantagesOf(rollout) : null,
      samplingLogprobs: logprobs,
      oldLogprobs: logprobs,
      refLogprobs: [],
      entropies: [],
      clippedTokens: 0,
    };
  });
}

/** One per completion token. */
export function advantagesOf(rollout: Rollout): readonly number[] {
  const advantages = rollout.advantages?.tokens ?? [];
  requireLengths(rollout, { advantages });
  return advantages;
}

function requireLengths(
  { id, completionIds }: Rollout,
  lists: Record<string, readonly number[]>,
): void {
  for (const [what, list] of Object.entries(lists)) {
    if (list.length !== completionIds.length) {
      throw inputError(
        `grpoStep: expected ${completionIds.length} ${what} in rollout ${id}, one per completion token, got ${list.length}.`,
      );
    }
  }
}

/** `auto` resolved as `GrpoStepSettings.oldLogprobs` says; `recorded` refused where it is not exact. */
export function chooseOldLogprobs(
  rollouts: readonly Rollout[],
  options: {
    readonly choice: 'auto' | OldLogprobs;
    readonly updates: number;
    readonly temperature: number;
    /** Whether recorded and recomputed logprobs are to be compared. */
    readonly corrected: boolean;
  },
): OldLogprobs {
  const { choice, updates, temperature } = options;
  if (options.corrected) {
    if (choice === 'auto' || choice === 'recomputed') return 'recomputed';
    throw inputError(
      `grpoStep: expected oldLogprobs recomputed with vllmImportanceSamplingCorrection, which compares them with the recorded ones, got ${choice}. Leave it to auto.`,
    );
  }
  const exact = rollouts.every(
    ({ sampling }) =>
      sampling.temperature === temperature &&
      sampling.topK === 0 &&
      sampling.topP >= 1 &&
      sampling.minP === 0 &&
      (sampling.repetitionPenalty ?? 1) === 1,
  );
  if (choice === 'auto') {
    if (updates === 1) return 'current';
    return exact ? 'recorded' : 'recomputed';
  }
  if (choice === 'recorded' && !exact) {
    throw inputError(
      `grpoStep: expected rollouts sampled at temperature ${temperature} without top_k, top_p, min_p or repetition_penalty, because oldLogprobs is recorded; theirs are of a truncated, penalised or differently tempered distribution. Use oldLogprobs: 'recomputed'.`,
    );
  }
  return choice;
}

/** The rows in `count` runs of neighbours, sizes as equal as can be; empty ones left out. */
export function minibatches(rows: readonly GrpoRow[], count: number): GrpoRow[][] {
  return Array.from({ length: count }, (_, i) =>
    rows.slice(Math.floor((i * rows.length) / count), Math.floor(((i + 1) * rows.length) / count)),
  ).filter((part) => part.length > 0);
}

/** Tokens the loss counts. */
export function countedTokens(rows: readonly GrpoRow[]): number {
  return rows.reduce((sum, { mask }) => sum + mask.reduce((count, value) => count + value, 0), 0);
}

/** Evaluates the rows without gradient, `size` at a time, and keeps what is asked for in its field. */
export async function fillRows(
  rows: readonly GrpoRow[],
  size: number,
  fields: {
    readonly logprobs?: 'oldLogprobs' | 'refLogprobs';
    readonly entropy?: 'entropies';
  },
  evaluate: (part: readonly GrpoRow[]) => CompletionLogprobs,
  signal?: AbortSignal,
): Promise<void> {
  for (const part of inPasses('grpoStep', rows, size)) {
    await takeTurns(signal);
    tf.tidy(() => {
      const evaluated = evaluate(part);
      if (fields.logprobs) keep(part, fields.logprobs, evaluated.logprobs);
      if (fields.entropy) keep(part, fields.entropy, evaluated.entropy);
    });
  }
}

/** Of rows with entropies: from which entropy on a token trains, and how many do. */
export function topEntropyOf(
  rows: readonly GrpoRow[],
  share: number,
): { threshold: number; tokens: number } {
  const entropies = rows.flatMap((row) => row.entropies.filter((_, t) => row.mask[t] === 1));
  const threshold = topEntropyThreshold(entropies, share);
  return { threshold, tokens: entropies.filter((entropy) => entropy >= threshold).length };
}

function keep(
  part: readonly GrpoRow[],
  field: 'oldLogprobs' | 'refLogprobs' | 'entropies',
  tensor: tf.Tensor2D,
): void {
  const values = tensor.dataSync<'float32'>();
  const width = tensor.shape[1];
  part.forEach((row, b) => {
    row[field] = Array.from(values.subarray(b * width, b * width + row.completionIds.length));
  });
}
