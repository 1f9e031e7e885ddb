import type { SampleTokensSettings } from '../../../tensor/index.js';
import { linear, rowLogprobs, tf, type KvCache } from '../../../tensor/index.js';
import { cachedHiddenStates, type ForwardOptions } from '../../../policy/decoder/decoder.js';
import { outputOperands, type Policy } from '../../../policy/index.js';
import type { LogprobsMode } from './protocol.js';

export interface Likely {
  id: number;
  logprob: number;
}

/** The logits of the token that comes after `ids[i]` of slot `slots[i]`, row after row: [N · V]. */
export function nextLogits(
  policy: Policy,
  place: { ids: Int32Array; slots: Int32Array; positions: Int32Array },
  cache: KvCache,
  pass: Pick<ForwardOptions, 'useAdapter' | 'adapter'>,
): Float32Array {
  return tf.tidy(() => {
    const { ids, slots, positions } = place;
    const states = cachedHiddenStates(policy, ids, slots, positions, cache, pass);
    const { hidden, weight } = outputOperands(policy, states, pass);
    return linear(hidden, weight).dataSync<'float32'>();
  });
}

/** The `count` likeliest tokens of one row of logits, best first, the lower id of two alike. */
export function likeliest(
  logits: Float32Array,
  count: number,
  mode: LogprobsMode,
  settings: SampleTokensSettings,
  seen: Int32Array,
): Likely[] {
  const rules = mode === 'processed' ? settings : plain;
  const logprobs = rowLogprobs(logits, rules, seen);
  const best: Likely[] = [];
  for (let id = 0; id < logprobs.length; id++) {
    const logprob = logprobs[id];
    if (logprob === -Infinity) continue;
    if (best.length === count && logprob <= best[count - 1].logprob) continue;
    let at = best.length;
    while (at > 0 && best[at - 1].logprob < logprob) at--;
    best.splice(at, 0, { id, logprob });
    if (best.length > count) best.pop();
  }
  return best;
}

const plain: SampleTokensSettings = { temperature: 1, topK: 0, topP: 1, minP: 0 };
