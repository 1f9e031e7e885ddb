import { sequenceLogps } from '../algorithms/index.js';
import type { PreferencePair } from '../datasets/index.js';
import { inputError } from '../errors.js';
import {
  completionLogprobs,
  type CompletionLogprobs,
  type Policy,
  type TokenSequence,
} from '../policy/index.js';
import { tf } from '../tensor/index.js';
import { takeTurns } from './gradients.js';
import { inPasses, padded } from './passes.js';

/** What every step of preference training takes. */
export interface PreferenceStepSettings {
  /** @default the optimizer's */
  readonly learningRate?: number;
  /** Pairs (KTO: examples) of one forward and backward pass: memory, not the result. @default 8, as TRL */
  readonly perDeviceTrainBatchSize?: number;
  /** Compute each layer again in the backward pass: less memory, the same update. @default false */
  readonly gradientCheckpointing?: boolean;
  /** Of the adapter's dropout, whose draws follow from it and the optimizer's step. @default 0 */
  readonly dropoutSeed?: number | string;
  /** Ends the step between two passes, with nothing updated. */
  readonly signal?: AbortSignal;
}

/** A completion as the losses see it; every list has one entry per completion token. */
export interface WeightedSequence extends TokenSequence {
  /** Of the log-probabilities. */
  weights: readonly number[];
  /** Under the reference model; absent where it is not known or not needed. */
  refLogps?: readonly number[];
  /** What lengths are: the sum of the weights as they were given. */
  length: number;
  /** The row of the adapter's dropout. */
  row: number;
  /** 1 on tokens of the completion, 0 on those of a prompt that is evaluated too. Absent: all 1. */
  isCompletion?: readonly number[];
}

export interface PairRow {
  /** For messages. */
  name: string;
  chosen: WeightedSequence;
  rejected: WeightedSequence;
  /** WPO's factor of the pair's loss. */
  weight: number;
}

/** Pairs as rows, their lists checked. */
export function pairRows(where: string, pairs: readonly PreferencePair[]): PairRow[] {
  if (pairs.length === 0) throw inputError(`${where}: expected at least one pair, got none.`);
  return pairs.map((pair, index) => {
    const { promptIds, chosenIds, rejectedIds } = pair;
    const name = pair.id ?? `${index}`;
    const side = (
      what: 'chosen' | 'rejected',
      completionIds: number[],
      weights: readonly number[] | undefined,
      refLogps: readonly number[] | undefined,
    ): WeightedSequence =>
      weightedSequence(`${where}: pair ${name}, ${what} side`, {
        ...{ promptIds, completionIds, weights, refLogps },
        row: 2 * index + (what === 'chosen' ? 0 : 1),
      });
    return {
      name,
      chosen: side('chosen', chosenIds, pair.chosenWeights, pair.refChosenLogps),
      rejected: side('rejected', rejectedIds, pair.rejectedWeights, pair.refRejectedLogps),
      weight: 1,
    };
  });
}

/** A completion with its weights (1 where none are given), lists checked. */
export function weightedSequence(
  where: string,
  given: {
    readonly promptIds: number[];
    readonly completionIds: number[];
    readonly weights?: readonly number[];
    readonly refLogps?: readonly number[];
    readonly row: number;
  },
): WeightedSequence {
  const { promptIds, completionIds, refLogps, row } = given;
  const weights = given.weights ?? completionIds.map(() => 1);
  for (const [what, list] of Object.entries({ weights, 'reference logps': refLogps ?? weights })) {
    if (list.length !== completionIds.length) {
      throw inputError(
        `${where}: expected ${completionIds.length} ${what}, one per completion token, got ${list.length}.`,
      );
    }
  }
  const bad = weights.find((weight) => !(Number.isFinite(weight) && weight >= 0));
  if (bad !== undefined) {
    throw inputError(`${where}: expected weights of at least 0, got ${bad}.`);
  }
  const length = weights.reduce((sum, weight) => sum + weight, 0);
  return { promptIds, completionIds, weights, refLogps, length, row };
}

/** How an update evaluates its batch; absent for what is only measured. */
export interface ForwardOfUpdate {
  readonly gradientCheckpointing?: boolean;
  readonly dropoutSeed: string;
}

/** The settings of an update's forward passes. */
export function forwardOfUpdate(settings: PreferenceStepSettings, step: number): ForwardOfUpdate {
  const { gradientCheckpointing, dropoutSeed = 0 } = settings;
  return { gradientCheckpointing, dropoutSeed: `${dropoutSeed}/${step}` };
}

export interface SequenceForward {
  /** [B, T] */
  logprobs: tf.Tensor2D;
  /** [B] weighted sums; carry the gradient. */
  logps: tf.Tensor1D;
  /** [B] */
  lengths: tf.Tensor1D;
  /** [B, T] */
  entropy: tf.Tensor2D;
  /** [B, T] 1 on completion tokens. */
  mask: tf.Tensor2D;
}

/** Evaluates completions and sums their log-probabilities up. B sequences, T the longest completion. */
export function forwardSequences(
  policy: Policy,
  sequences: readonly WeightedSequence[],
  update?: ForwardOfUpdate,
): SequenceForward {
  const { logprobs, entropy } = completionLogprobs(
    policy,
    sequences,
    update && {
      gradientCheckpointing: update.gradientCheckpointing,
      dropout: { seed: update.dropoutSeed, rows: sequences.map(({ row }) => row) },
    },
  );
  const weights = padded(sequences, ({ weights }) => weights);
  const lengths = tf.tensor1d(sequences.map(({ length }) => length));
  const mask = padded(
    sequences,
    ({ completionIds, isCompletion = completionIds.map(() => 1) }) => isCompletion,
  );
  return { logprobs, logps: sequenceLogps(logprobs, weights), lengths, entropy, mask };
}

/** Both sides of B pairs in one pass, each in its own [B]. */
export interface PairForward {
  /** Of the chosen sides, then the rejected ones: 2B rows. */
  forward: SequenceForward;
  /** What the losses take. */
  inputs: Record<
    'chosenLogps' | 'rejectedLogps' | 'chosenLengths' | 'rejectedLengths',
    tf.Tensor1D
  >;
}

export function forwardPairs(
  policy: Policy,
  sides: readonly WeightedSequence[],
  update?: ForwardOfUpdate,
): PairForward {
  const forward = forwardSequences(policy, sides, update);
  const [chosenLogps, rejectedLogps] = halves(forward.logps);
  const [chosenLengths, rejectedLengths] = halves(forward.lengths);
  return { forward, inputs: { chosenLogps, rejectedLogps, chosenLengths, rejectedLengths } };
}

/** The chosen sides of pairs, then the rejected ones. */
export function sidesOf<Side>(pairs: readonly { chosen: Side; rejected: Side }[]): Side[] {
  return [...pairs.map(({ chosen }) => chosen), ...pairs.map(({ rejected }) => rejected)];
}

/** Of a batch of chosen sides, then rejected ones: a [2B] as its two [B]. */
export function halves(values: tf.Tensor1D): [tf.Tensor1D, tf.Tensor1D] {
  const half = values.shape[0] / 2;
  return [tf.slice(values, 0, half), tf.slice(values, half, half)];
}

/** Pairs that have a mean log-probability on both sides; throws where there are none to learn from. */
export function pairsWithBothSides(where: string, rows: readonly PairRow[]): number {
  const count = rows.filter(
    ({ chosen, rejected }) => chosen.length > 0 && rejected.length > 0,
  ).length;
  if (count > 0) return count;
  throw inputError(
    `${where}: expected at least one pair with tokens on both sides, got none among ${rows.length}. Completions that were truncated to nothing cannot be compared by their means.`,
  );
}

/** [B] the reference's weighted sums; the rows must have them. */
export function referenceSums(sequences: readonly WeightedSequence[]): tf.Tensor1D {
  return tf.tidy(() =>
    sequenceLogps(
      padded(sequences, ({ refLogps = [] }) => refLogps),
      padded(sequences, ({ weights }) => weights),
    ),
  );
}

/** Evaluates rows without gradient, `size` at a time: one log-probability per completion token. */
export async function evaluateLogprobs<Row extends TokenSequence>(
  where: string,
  rows: readonly Row[],
  size: number | undefined,
  evaluate: (part: readonly Row[]) => CompletionLogprobs,
  signal?: AbortSignal,
): Promise<number[][]> {
  const all: number[][] = [];
  for (const part of inPasses(where, rows, size)) {
    await takeTurns(signal);
    const { values, width } = tf.tidy(() => {
      const { logprobs } = evaluate(part);
      return { values: logprobs.dataSync<'float32'>().slice(), width: logprobs.shape[1] };
    });
    part.forEach(({ completionIds }, b) => {
      all.push(Array.from(values.subarray(b * width, b * width + completionIds.length)));
    });
  }
  return all;
}
