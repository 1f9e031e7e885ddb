import type { FinishReason, SamplingSettings } from '../records.js';
import { makeRows, toSample, type Row } from './sampling-rows.js';
import { sampleSteps } from './sampling-steps.js';
import type { Policy } from './types.js';

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
  /** Under the distribution that was sampled (repetition penalty, temperature, truncation). */
  logprobs: number[];
  /** Under the model itself (no penalty, temperature 1, nothing truncated). */
  plainLogprobs: number[];
  /** The text up to the stop string, special tokens left out. */
  completion: string;
  /** UTF-8 offset in `completion` where each token starts, and the end: tokens + 1 numbers. */
  byteOffsets: number[];
  finishReason: FinishReason;
}

/** One drawn token. */
export interface SampleEvent {
  /** As in `Sample`. */
  request: number;
  sample: number;
  id: number;
  /**
   * What became certain of the completion with this token: no part of a character, nothing that
   * could still turn out to be a stop string. All texts of a sample that ended by itself make up its
   * `completion`; of a cancelled one, the end may be missing.
   */
  text: string;
  logprob: number;
  plainLogprob: number;
  /** `null` while the sample goes on. */
  finishReason: FinishReason | null;
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
 * rows of every operation, so it does not depend on what it is batched with: on the native backend in
 * float32 its ids, text and log-probabilities are the same to the bit in any batch. An empty prompt
 * takes the start token, else the end token, as its one token. `settings.seed` is not read: each
 * request brings its own. The policy must not be updated meanwhile.
 */
export async function samplePolicy(
  policy: Policy,
  requests: readonly SampleRequest[],
  settings: SamplingSettings,
  options: SampleOptions = {},
): Promise<Sample[]> {
  const rows = makeRows(policy, requests, settings);
  if (isAborted(options)) return rows.map(toSample);
  const progress = progressOf(rows, options);
  for (const stepped of sampleSteps(policy, rows, settings, options)) {
    progress(stepped);
    await turn();
    if (isAborted(options)) break;
  }
  return rows.map(toSample);
}

/**
 * `samplePolicy`, told token by token: the events of one step come in order of request and sample.
 * The generator returns the samples; ending it early (`return()`, leaving a `for await`) frees its
 * memory and gives none.
 */
export async function* streamPolicy(
  policy: Policy,
  requests: readonly SampleRequest[],
  settings: SamplingSettings,
  options: SampleOptions = {},
): AsyncGenerator<SampleEvent, Sample[], undefined> {
  const rows = makeRows(policy, requests, settings);
  if (isAborted(options)) return rows.map(toSample);
  const progress = progressOf(rows, options);
  for (const stepped of sampleSteps(policy, rows, settings, options)) {
    for (const row of stepped) yield eventOf(row);
    progress(stepped);
    await turn();
    if (isAborted(options)) break;
  }
  return rows.map(toSample);
}

function eventOf(row: Row): SampleEvent {
  const last = row.ids.length - 1;
  return {
    request: row.request,
    sample: row.sample,
    id: row.ids[last],
    text: row.text.take(row.finishReason !== null),
    logprob: row.logprobs[last],
    plainLogprob: row.plainLogprobs[last],
    finishReason: row.finishReason,
  };
}

function progressOf(
  rows: readonly Row[],
  { onProgress }: SampleOptions,
): (stepped: readonly Row[]) => void {
  let done = 0;
  return (stepped) => {
    const finished = stepped.filter((row) => row.finishReason !== null).length;
    done += finished;
    if (finished > 0) onProgress?.(done, rows.length);
  };
}

function isAborted({ signal }: SampleOptions): boolean {
  return signal?.aborted === true;
}

/** Lets signals, timers and the screen have their turn between two steps. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
