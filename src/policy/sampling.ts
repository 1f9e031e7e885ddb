import { createRandom, type Random } from '../algorithms/random.js';
import { inputError } from '../errors.js';
import type { FinishReason, SamplingSettings } from '../records.js';
import { createKvCache, sampleTokens, tf, type KvCache } from '../tensor/index.js';
import { createCompletionText, type CompletionText } from './completion-text.js';
import { cachedHiddenStates, outputWeight } from './decoder.js';
import type { Policy, PolicyConfig } from './types.js';
import { utf8Bytes } from './utf8.js';

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
  const longest = rows.reduce((most, row) => Math.max(most, row.maxTokens + row.promptIds.length), 0);
  const maxRows = Math.min(rows.length, options.maxRows ?? defaultRows(policy.config, longest));
  if (!Number.isInteger(maxRows) || maxRows < 1) {
    throw inputError(`samplePolicy: expected maxRows to be a positive whole number, got ${maxRows}.`);
  }
  // One slot more: it keeps the prompt of the one group that has samples running and waiting.
  const { layers, kvHeads, headDim } = policy.config;
  const cache = createKvCache({ layers, kvHeads, headDim, slots: maxRows + 1, maxLength: longest });
  try {
    const queue = createQueue(policy, cache, rows, maxRows);
    let running: Row[] = [];
    let done = 0;
    while (signal?.aborted !== true) {
      running.push(...queue.admit(maxRows - running.length));
      if (running.length === 0) break;
      step(policy, cache, running, settings);
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

interface Row {
  request: number;
  sample: number;
  promptIds: number[];
  random: Random;
  maxTokens: number;
  slot: number;
  ids: number[];
  logprobs: number[];
  plainLogprobs: number[];
  text: CompletionText;
  finishReason: FinishReason | null;
}

function makeRows(
  policy: Policy,
  requests: readonly SampleRequest[],
  settings: SamplingSettings,
): Row[] {
  const { config, tokenizer } = policy;
  const stops = settings.stop.map(utf8Bytes);
  if (stops.some((stop) => stop.length === 0)) {
    throw inputError('samplePolicy: a stop string is empty, which would end every completion at once.');
  }
  if (!Number.isInteger(settings.maxNewTokens) || settings.maxNewTokens < 1) {
    throw inputError(`samplePolicy: expected maxNewTokens of at least 1, got ${settings.maxNewTokens}.`);
  }
  return requests.flatMap((request, index) => {
    const promptIds = encodePrompt(policy, request.prompt, index);
    const room = config.maxPositions - promptIds.length;
    if (room < 1) {
      throw inputError(
        `samplePolicy: the prompt of request ${index} has ${promptIds.length} tokens; the policy's context of ${config.maxPositions} leaves no room for a completion.`,
      );
    }
    const random = createRandom(request.seed);
    return Array.from({ length: request.n }, (_, sample) => ({
      request: index,
      sample,
      promptIds,
      random: random.fork(sample),
      maxTokens: Math.min(settings.maxNewTokens, room),
      slot: -1,
      ids: [],
      logprobs: [],
      plainLogprobs: [],
      text: createCompletionText((id) => tokenizer.tokenBytes(id), stops),
      finishReason: null,
    }));
  });
}

function encodePrompt({ config, tokenizer }: Policy, prompt: string, index: number): number[] {
  const ids = tokenizer.encode(prompt);
  if (ids.length === 0) {
    const start = config.bosTokenId ?? config.eosTokenIds[0] ?? tokenizer.eosTokenId;
    if (start < 0) {
      throw inputError(`samplePolicy: the prompt of request ${index} is empty and the policy has no start token.`);
    }
    return [start];
  }
  const unknown = ids.find((id) => !(id < config.vocabSize));
  if (unknown !== undefined) {
    throw inputError(
      `samplePolicy: the tokenizer gave id ${unknown} for request ${index}, the policy has ${config.vocabSize} tokens. Tokenizer and policy must belong together.`,
    );
  }
  return ids;
}

/** As many rows as keep the cache below 1 GiB, at most 64. */
function defaultRows(config: PolicyConfig, length: number): number {
  const bytesPerSlot = 2 * 4 * config.layers * config.kvHeads * config.headDim * length;
  return Math.max(1, Math.min(64, Math.floor(2 ** 30 / bytesPerSlot) - 1));
}

interface Queue {
  /** Gives up to `free` waiting rows a slot with their prompt in the cache. */
  admit(free: number): Row[];
  release(row: Row): void;
}

function createQueue(policy: Policy, cache: KvCache, rows: Row[], maxRows: number): Queue {
  const freeSlots = Array.from({ length: maxRows }, (_, slot) => maxRows - 1 - slot);
  const spareSlot = maxRows;
  let spareRequest = -1;
  let next = 0;
  return {
    admit(free) {
      const admitted = rows.slice(next, next + free);
      next += admitted.length;
      for (const row of admitted) row.slot = freeSlots.pop()!;

      const firstOfRequest = new Map<number, Row>();
      for (const row of admitted) {
        if (row.request !== spareRequest && !firstOfRequest.has(row.request)) {
          firstOfRequest.set(row.request, row);
        }
      }
      prefill(policy, cache, [...firstOfRequest.values()]);
      for (const row of admitted) {
        const source = firstOfRequest.get(row.request)?.slot ?? spareSlot;
        if (source !== row.slot) cache.copySlot(source, row.slot, prefilled(row));
      }
      // Rows come in order of request, so at most the last request has samples left to admit.
      const last = admitted.at(-1);
      if (last !== undefined && rows[next]?.request === last.request && spareRequest !== last.request) {
        cache.copySlot(last.slot, spareSlot, prefilled(last));
        spareRequest = last.request;
      }
      return admitted;
    },
    release: (row) => freeSlots.push(row.slot),
  };
}

/** The last prompt token is not prefilled: it is each row's first input, like any token later on. */
function prefilled(row: Row): number {
  return row.promptIds.length - 1;
}

/** Tokens of one prefill pass, which bounds its memory. */
const prefillTokens = 2048;

function prefill(policy: Policy, cache: KvCache, rows: readonly Row[]): void {
  const total = rows.reduce((sum, row) => sum + prefilled(row), 0);
  const ids = new Int32Array(total);
  const slots = new Int32Array(total);
  const positions = new Int32Array(total);
  let at = 0;
  for (const row of rows) {
    for (let position = 0; position < prefilled(row); position++, at++) {
      ids[at] = row.promptIds[position];
      slots[at] = row.slot;
      positions[at] = position;
    }
  }
  for (let start = 0; start < total; start += prefillTokens) {
    const part = [ids, slots, positions].map((all) => all.subarray(start, start + prefillTokens));
    tf.dispose(cachedHiddenStates(policy, part[0], part[1], part[2], cache));
  }
}

/** One token for every running row. */
function step(policy: Policy, cache: KvCache, rows: Row[], settings: SamplingSettings): void {
  const ids = Int32Array.from(rows, (row) => row.ids.at(-1) ?? row.promptIds[row.promptIds.length - 1]);
  const slots = Int32Array.from(rows, (row) => row.slot);
  const positions = Int32Array.from(rows, (row) => prefilled(row) + row.ids.length);
  // 24 bits: a float32 below 1 stays below 1.
  const uniforms = Float32Array.from(rows, (row) => Math.floor(row.random.next() * 2 ** 24) / 2 ** 24);
  const hidden = cachedHiddenStates(policy, ids, slots, positions, cache);
  const drawn = sampleTokens(hidden, outputWeight(policy), uniforms, settings);
  hidden.dispose();
  const ends = endTokens(policy);
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

function toSample(row: Row): Sample {
  return {
    request: row.request,
    sample: row.sample,
    promptIds: [...row.promptIds],
    completionIds: row.ids,
    logprobs: row.logprobs,
    plainLogprobs: row.plainLogprobs,
    ...row.text.finish(),
    finishReason: row.finishReason ?? 'cancelled',
  };
}
