import type { SamplingSettings } from '../../records.js';
import { nextTurn } from '../../tensor/index.js';
import { makeRows, toSample, type Row } from './rows.js';
import type { Sample, SampleEvent, SampleOptions, SampleRequest } from './sample.js';
import { sampleSteps } from './steps.js';
import type { Policy } from '../types.js';

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
    await nextTurn();
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
    await nextTurn();
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
  { onProgress, onSample }: SampleOptions,
): (stepped: readonly Row[]) => void {
  let done = 0;
  return (stepped) => {
    const finished = stepped.filter((row) => row.finishReason !== null);
    for (const row of finished) onSample?.(toSample(row));
    done += finished.length;
    if (finished.length > 0) onProgress?.(done, rows.length);
  };
}

function isAborted({ signal }: SampleOptions): boolean {
  return signal?.aborted === true;
}
