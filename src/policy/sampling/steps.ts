import { inputError } from '../../errors.js';
import type { SamplingSettings } from '../../records.js';
import { createKvCache, type Decoder, type SeenIds } from '../../tensor/index.js';
import { checkNotDisposed } from '../decoder/variables.js';
import { policyDecoder } from './decoding.js';
import { createSampleQueue, prefilled } from './queue.js';
import { addToken, endTokens, nextUniform, type Row } from './rows.js';
import type { Policy, PolicyConfig } from '../types.js';

/**
 * Draws the rows to their ends. Yields after every pass over the weights: the rows that got a token,
 * or none where a part of the prompts was read. Stop between two passes by ending the generator,
 * which frees the cache.
 */
export function* sampleSteps(
  policy: Policy,
  rows: Row[],
  settings: SamplingSettings,
  options: { maxRows?: number } = {},
): Generator<readonly Row[], void, undefined> {
  if (rows.length === 0) return;
  checkNotDisposed(policy, 'samplePolicy');
  const longest = rows.reduce(
    (most, row) => Math.max(most, row.maxTokens + row.promptIds.length),
    0,
  );
  const maxRows = Math.min(rows.length, options.maxRows ?? defaultRows(policy.config, longest));
  if (!Number.isInteger(maxRows) || maxRows < 1) {
    throw inputError(
      `samplePolicy: expected maxRows to be a positive whole number, got ${maxRows}.`,
    );
  }
  // One slot more: it keeps the prompt of the one group that has samples running and waiting.
  const { layers, kvHeads, headDim } = policy.config;
  const cache = createKvCache({ layers, kvHeads, headDim, slots: maxRows + 1, maxLength: longest });
  const decoder = policyDecoder(policy, cache, maxRows);
  try {
    const queue = createSampleQueue(policy, cache, rows, maxRows);
    const ends = endTokens(policy, settings);
    let running: Row[] = [];
    for (;;) {
      running.push(...(yield* queue.admit(maxRows - running.length)));
      if (running.length === 0) return;
      stepRows(decoder, running, settings, ends);
      const stepped = running;
      if (running.some((row) => row.finishReason !== null)) {
        for (const row of running) if (row.finishReason !== null) queue.release(row);
        running = running.filter((row) => row.finishReason === null);
      }
      yield stepped;
    }
  } finally {
    decoder.dispose();
    cache.dispose();
  }
}

/** As many rows as keep the cache below 1 GiB, at most 64. */
function defaultRows(config: PolicyConfig, length: number): number {
  const bytesPerSlot = 2 * 4 * config.layers * config.kvHeads * config.headDim * length;
  return Math.max(1, Math.min(64, Math.floor(2 ** 30 / bytesPerSlot) - 1));
}

/** One token for every row; each has its prompt in its slot of the cache. */
export function stepRows(
  decoder: Decoder,
  rows: readonly Row[],
  settings: SamplingSettings,
  ends: ReadonlySet<number>,
): void {
  const ids = Int32Array.from(
    rows,
    (row) => row.ids.at(-1) ?? row.promptIds[row.promptIds.length - 1],
  );
  const slots = Int32Array.from(rows, (row) => row.slot);
  const positions = Int32Array.from(rows, (row) => prefilled(row) + row.ids.length);
  const uniforms = Float32Array.from(rows, nextUniform);
  const seen = (settings.repetitionPenalty ?? 1) === 1 ? null : seenIds(rows);
  const drawn = decoder.step(ids, slots, positions, uniforms, settings, seen);
  rows.forEach((row, i) =>
    addToken(
      row,
      { id: drawn.ids[i], logprob: drawn.logprobs[i], plainLogprob: drawn.plainLogprobs[i] },
      ends,
    ),
  );
}

/** The ids of each row's prompt and completion, each once, one row behind the other. */
function seenIds(rows: readonly Row[]): SeenIds {
  const starts = new Int32Array(rows.length + 1);
  rows.forEach((row, i) => {
    starts[i + 1] = starts[i] + row.seen.size;
  });
  const ids = new Int32Array(starts[rows.length]);
  rows.forEach((row, i) => {
    let at = starts[i];
    for (const id of row.seen) ids[at++] = id;
  });
  return { ids, starts };
}
