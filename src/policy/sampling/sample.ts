import type { FinishReason } from '../../records.js';

export interface SampleRequest {
  /** A text, or its ids as they go in. */
  prompt: string | readonly number[];
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
  /** Each sample as soon as it has ended; cancelled ones are not told. */
  onSample?: (sample: Sample) => void;
}
