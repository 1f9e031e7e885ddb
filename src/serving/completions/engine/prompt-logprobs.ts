import { embedding, linear, tf, tokenLogprobs } from '../../../tensor/index.js';
import { hiddenStates, outputOperands, type Policy } from '../../../policy/index.js';
import { likeliest, type Likely } from './alternatives.js';
import { passOf } from './job.js';

/** Of each token but the first: its log-probability given those before it, and the likeliest there. */
export interface PromptLogprobs {
  logprobs: number[];
  top: Likely[][];
}

/** Places whose logits are held at a time. */
const strip = 64;

/** Under the model itself: a prompt was not drawn, so there is no other distribution to speak of. */
export function promptLogprobs(
  policy: Policy,
  adapter: string | null,
  ids: readonly number[],
  count: number,
): PromptLogprobs {
  const places = ids.length - 1;
  if (places < 1) return { logprobs: [], top: [] };
  const pass = passOf(adapter);
  const found: PromptLogprobs = { logprobs: [], top: [] };
  tf.tidy(() => {
    const inputs = Int32Array.from(ids.slice(0, -1));
    const states = hiddenStates(policy, inputs, Int32Array.of(0, places), pass);
    const { hidden, weight } = outputOperands(policy, states, pass);
    const targets = Int32Array.from(ids.slice(1));
    found.logprobs = [...tokenLogprobs(hidden, weight, targets).logprobs.dataSync<'float32'>()];
    for (let from = 0; count > 0 && from < places; from += strip)
      found.top.push(...stripOf(hidden, weight, from, Math.min(strip, places - from), count));
  });
  return found;
}

function stripOf(
  hidden: tf.Tensor2D,
  weight: tf.Tensor2D,
  from: number,
  length: number,
  count: number,
): Likely[][] {
  const rows = Int32Array.from({ length }, (_, i) => from + i);
  const logits = tf.tidy(() => linear(embedding(hidden, rows), weight).dataSync<'float32'>());
  const width = weight.shape[0];
  return Array.from(rows, (_, i) => {
    const own = logits.subarray(i * width, (i + 1) * width);
    return likeliest(own, count, 'raw', plain, none);
  });
}

const plain = { temperature: 1, topK: 0, topP: 1, minP: 0 };
const none = new Int32Array(0);
