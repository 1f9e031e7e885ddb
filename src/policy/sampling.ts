import { inputError } from '../errors.js';
import type { FinishReason, SamplingSettings } from '../records.js';
import { createKvCache, type Decoder } from '../tensor/index.js';
import { policyDecoder } from './decoding.js';
import { createSampleQueue, prefilled } from './sampling-queue.js';
import { makeRows, toSample, type Row } from './sampling-rows.js';
import type { Policy, PolicyConfig } from './types.js';

export interface SampleRequest {
  prompt: string;
  n: number;
  /** Sample i draws from `createRandom(seed).fork(i)`. */
  seed: number | string;
}

export interface Sample {
  /** Place of the request in the list. */
  request: number;
  /** 0 … n−1. */
  sample: number;
  promptIds: number[];
  /** As sampled; the end token and the tokens of a stop string included. */
  completionIds: number[];
  /** Under the distribution that was sampled (temperature, truncation). */
  logprobs: number[];
  /** Under the model itself (temperature 1, nothing truncated). */
  plainLogprobs: number[];
  /** The text up to the stop string, special tokens left out. */
  completion: string;
  /** UTF-8 offset in `completion` where each token starts, and the end: tokens + 1 numbers. */
  byteOffsets: number[];
  finishReason: FinishReason;
}

export interface SampleOptions {
  /** Ends early: what is running or waiting comes back as `cancelled`, with the tokens it has. */
  signal?: AbortSignal;
  /** Rows that run at once; finished ones make room for waiting ones. @default 64, less where their cache would pass 1 GiB */
  maxRows?: number;
  onProgress?: (done: number, total: number) => void;
}

/**
 * Samples `n` completions for each request, in order of request and sample. A prompt is prefilled
 * once and its cache copied to the group's other rows. Every sample has its own generator and its own
 * rows of every operation, so it does not depend on what it is batched with. An empty prompt takes
 * the start token, else the end token, as its one token. `settings.seed` is not read: each request
 * brings its own.
 */
export async function samplePolicy(
  policy: Policy,
  requests: readonly SampleRequest[],
  settings: SamplingSettings,
  options: SampleOptions = {},
): Promise<Sample[]> {
  const rows = makeRows(policy, requests, settings);
  const { signal, onProgress } = options;
  if (rows.length === 0) return [];
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
  try {
    const queue = createSampleQueue(policy, cache, rows, maxRows);
    const decoder = policyDecoder(policy, cache, maxRows);
    const ends = endTokens(policy);
    let running: Row[] = [];
    let done = 0;
    while (signal?.aborted !== true) {
      running.push(...queue.admit(maxRows - running.length));
      if (running.length === 0) break;
      step(decoder, running, settings, ends);
      const finished = running.filter((row) => row.finishReason !== null);
      if (finished.length > 0) {
        running = running.filter((row) => row.finishReason === null);
        for (const row of finished) queue.release(row);
        done += finished.length;
        onProgress?.(done, rows.length);
      }
      // Lets signals, timers and the screen have their turn between two steps.
      await new Promise((resolve) => setImmediate(resolve));
    }
  } finally {
    cache.dispose();
  }
  return rows.map(toSample);
}

/** As many rows as keep the cache below 1 GiB, at most 64. */
function defaultRows(config: PolicyConfig, length: number): number {
  const bytesPerSlot = 2 * 4 * config.layers * config.kvHeads * config.headDim * length;
  return Math.max(1, Math.min(64, Math.floor(2 ** 30 / bytesPerSlot) - 1));
}

/** One token for every running row. */
function step(decoder: Decoder, rows: Row[], settings: SamplingSettings, ends: number[]): void {
  const ids = Int32Array.from(
    rows,
    (row) => row.ids.at(-1) ?? row.promptIds[row.promptIds.length - 1],
  );
  const slots = Int32Array.from(rows, (row) => row.slot);
  const positions = Int32Array.from(rows, (row) => prefilled(row) + row.ids.length);
  // 24 bits: a float32 below 1 stays below 1.
  const uniforms = Float32Array.from(
    rows,
    (row) => Math.floor(row.random.next() * 2 ** 24) / 2 ** 24,
  );
  const drawn = decoder.step(ids, slots, positions, uniforms, settings);
  rows.forEach((row, i) => {
    const id = drawn.ids[i];
    row.ids.push(id);
    row.logprobs.push(drawn.logprobs[i]);
    row.plainLogprobs.push(drawn.plainLogprobs[i]);
    const stopped = row.text.push(id);
    if (stopped || ends.includes(id)) row.finishReason = 'stop';
    else if (row.ids.length >= row.maxTokens) row.finishReason = 'length';
  });
}

function endTokens({ config, tokenizer }: Policy): number[] {
  return config.eosTokenIds.length > 0 ? config.eosTokenIds : [tokenizer.eosTokenId];
}
