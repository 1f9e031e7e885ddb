import { embedding, tf, tokenLogprobs } from '../../tensor/index.js';
import { inputError } from '../../errors.js';
import { hiddenStates, type ForwardOptions } from './decoder.js';
import { outputOperands } from './output-layer.js';
import type { LoraDropout } from '../adapters/dropout.js';
import { stateValues, type ValueHead } from '../value-head.js';
import type { Policy, TokenSequence } from '../types.js';

export interface CompletionLogprobs {
  /** [B, T] log-probability of each completion token; 0 after the end of a row. */
  logprobs: tf.Tensor2D;
  /** [B, T] entropy of the distribution it was drawn from, in nats. */
  entropy: tf.Tensor2D;
  /** [B, T] 1 on completion tokens, 0 on padding; constant. */
  mask: tf.Tensor2D;
}

/**
 * Log-probabilities of completions given their prompts, under logits / temperature. B sequences,
 * T the longest completion (at least 1). Tokens are packed, not padded, so a row does not depend on
 * the others. Carries the gradient; the caller owns the three tensors.
 */
export function completionLogprobs(
  policy: Policy,
  sequences: readonly TokenSequence[],
  options: LogprobOptions = {},
): CompletionLogprobs {
  const { logprobs, entropy, mask } = evaluate(policy, sequences, options, null);
  return { logprobs, entropy, mask };
}

/**
 * `completionLogprobs` and, from the same forward pass, what a value head says of each completion
 * token: V_t is of the state after the token before it, the state that predicts it (as in TRL: the
 * value before the action). The caller owns the four tensors.
 */
export function completionLogprobsAndValues(
  policy: Policy,
  valueHead: ValueHead,
  sequences: readonly TokenSequence[],
  options: LogprobOptions = {},
): CompletionLogprobs & {
  /** [B, T], 0 after the end of a row; carries the gradient. */
  values: tf.Tensor2D;
} {
  const { values, ...others } = evaluate(policy, sequences, options, valueHead);
  return { ...others, values: values! };
}

type LogprobOptions = ForwardOptions & { temperature?: number };

function evaluate(
  policy: Policy,
  sequences: readonly TokenSequence[],
  options: LogprobOptions,
  valueHead: ValueHead | null,
): CompletionLogprobs & { values?: tf.Tensor2D } {
  const { temperature = 1, dropout, ...others } = options;
  const batch = pack(sequences);
  const { rows, length, place } = batch;
  const count = batch.targets.length;
  const mask = tf.tensor2d(
    place.map((at) => (at < count ? 1 : 0)),
    [rows, length],
    'float32',
  );
  if (count === 0) {
    const [logprobs, entropy] = [
      tf.zeros<tf.Rank.R2>(mask.shape),
      tf.zeros<tf.Rank.R2>(mask.shape),
    ];
    return { logprobs, entropy, mask, ...(valueHead ? { values: tf.zeros(mask.shape) } : {}) };
  }
  const forward = dropout === undefined ? others : { ...others, dropout: ofPacked(dropout, batch) };
  const [logprobs, entropy, values] = tf.tidy(() => {
    const states = hiddenStates(policy, batch.ids, batch.segments, forward);
    const predicting = embedding(states, batch.predictingRows); // [M, D]
    const { hidden, weight } = outputOperands(policy, predicting, forward, batch.targetSegments);
    const packed = tokenLogprobs(hidden, weight, batch.targets, { temperature });
    const perToken = [packed.logprobs, packed.entropy];
    if (valueHead) perToken.push(stateValues(valueHead, predicting));
    return perToken.map((each) => spread(each, batch));
  });
  return { logprobs, entropy, mask, values };
}

interface Packed {
  /** [N] prompt and completion of every sequence, without its last token: that one predicts nothing. */
  ids: Int32Array;
  segments: Int32Array;
  /** The place in the batch of each sequence that is packed: those without a completion are not. */
  sequences: number[];
  /** Cumulative starts of the sequences in `targets`. */
  targetSegments: Int32Array;
  /** [M] the row of each completion token's predecessor. */
  predictingRows: Int32Array;
  /** [M] the completion tokens. */
  targets: Int32Array;
  /** [B · T] the place in `targets` of each cell, M for padding. */
  place: Int32Array;
  rows: number;
  length: number;
}

function pack(sequences: readonly TokenSequence[]): Packed {
  if (sequences.length === 0)
    throw inputError('completionLogprobs: expected at least one sequence, got none.');
  const length = sequences.reduce(
    (most, { completionIds }) => Math.max(most, completionIds.length),
    1,
  );
  const targets = sequences.flatMap(({ completionIds }) => [...completionIds]);
  const place = new Int32Array(sequences.length * length).fill(targets.length);
  const ids: number[] = [];
  const segments = [0];
  const targetSegments = [0];
  const packed: number[] = [];
  const predictingRows: number[] = [];
  sequences.forEach(({ promptIds, completionIds }, row) => {
    if (promptIds.length === 0) {
      throw inputError(
        `completionLogprobs: sequence ${row} has an empty prompt, so nothing predicts its first token. Start it with a start or end token.`,
      );
    }
    if (completionIds.length === 0) return;
    for (let t = 0; t < completionIds.length; t++) {
      place[row * length + t] = predictingRows.length;
      predictingRows.push(ids.length + promptIds.length - 1 + t);
    }
    // One by one: the arguments of one push would lie on the stack, which a long prompt overflows.
    for (const id of promptIds) ids.push(id);
    for (let t = 0; t + 1 < completionIds.length; t++) ids.push(completionIds[t]);
    segments.push(ids.length);
    targetSegments.push(predictingRows.length);
    packed.push(row);
  });
  return {
    ids: Int32Array.from(ids),
    segments: Int32Array.from(segments),
    sequences: packed,
    targetSegments: Int32Array.from(targetSegments),
    predictingRows: Int32Array.from(predictingRows),
    targets: Int32Array.from(targets),
    place,
    rows: sequences.length,
    length,
  };
}

/** Dropout's row numbers for the sequences that are packed. */
function ofPacked({ seed, rows }: LoraDropout, { sequences }: Packed): LoraDropout {
  return { seed, rows: sequences.map((sequence) => rows?.[sequence] ?? sequence) };
}

/** [M] → [B, T], zero on padding. `embedding` is a gather whose gradient adds back row by row. */
function spread(values: tf.Tensor1D, { place, rows, length }: Packed): tf.Tensor2D {
  const column = tf
    .concat([values, tf.zeros([1])])
    .reshape([values.shape[0] + 1, 1]) as tf.Tensor2D;
  return embedding(column, place).reshape([rows, length]);
}
