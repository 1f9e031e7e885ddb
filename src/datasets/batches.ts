import type { Random } from '../algorithms/index.js';
import { inputError } from '../errors.js';
import type { TokenSequence } from '../policy/index.js';

/** Sequences sorted by length together; small enough that a batch is still a random draw. */
const BATCHES_PER_BUCKET = 16;

/**
 * One epoch of batches: every sequence once, at most `tokensPerBatch` tokens of prompt and
 * completion in each batch. Shuffled, then neighbours in a window are ordered by length, so that a
 * batch holds sequences of like length, then the batches are shuffled. The same generator state
 * gives the same batches; fork it per epoch (`random.fork(epoch)`).
 */
export function tokenBatches<S extends TokenSequence>(
  sequences: readonly S[],
  options: { readonly tokensPerBatch: number; readonly random: Random },
): S[][] {
  const { tokensPerBatch, random } = options;
  if (sequences.length === 0) {
    throw inputError('tokenBatches: expected at least one sequence, got none.');
  }
  const longest = sequences.reduce((most, sequence) => Math.max(most, tokenCount(sequence)), 0);
  if (longest > tokensPerBatch) {
    throw inputError(
      `tokenBatches: expected sequences of at most tokensPerBatch = ${tokensPerBatch} tokens, got one of ${longest}. Raise tokensPerBatch, or leave long ones out (sftSequences' maxLength).`,
    );
  }
  const total = sequences.reduce((sum, sequence) => sum + tokenCount(sequence), 0);
  const perBatch = Math.max(1, Math.floor((tokensPerBatch * sequences.length) / total));
  const window = perBatch * BATCHES_PER_BUCKET;
  const shuffled = random.shuffle(sequences);
  const batches: S[][] = [];
  for (let start = 0; start < shuffled.length; start += window) {
    const bucket = shuffled
      .slice(start, start + window)
      .sort((one, other) => tokenCount(one) - tokenCount(other));
    batches.push(...fill(bucket, tokensPerBatch));
  }
  return random.shuffle(batches);
}

function fill<S extends TokenSequence>(sequences: readonly S[], tokensPerBatch: number): S[][] {
  const batches: S[][] = [];
  let tokens = Infinity;
  for (const sequence of sequences) {
    if (tokens + tokenCount(sequence) > tokensPerBatch) {
      batches.push([]);
      tokens = 0;
    }
    batches[batches.length - 1].push(sequence);
    tokens += tokenCount(sequence);
  }
  return batches;
}

function tokenCount({ promptIds, completionIds }: TokenSequence): number {
  return promptIds.length + completionIds.length;
}
