import { tf } from '../tensor/index.js';
import type { SequenceForward } from './preference-batch.js';
import type { StepMetrics } from './metrics.js';

/** Sums over a batch, added up pass by pass, to be divided at the end. */
export interface RunningSums {
  /** Adds the sum of a tensor to each name. */
  add(tensors: Readonly<Record<string, tf.Tensor>>): void;
  /** Adds the entropies of completion tokens. */
  addEntropy(forward: Pick<SequenceForward, 'entropy' | 'mask'>): void;
  /** What was added up under the name; 0 where nothing was. */
  sum(name: string): number;
  /** Mean over `count` of every name but the entropy, which is over its tokens; absent at a count of 0. */
  means(count: number): StepMetrics;
}

export function runningSums(): RunningSums {
  const sums = new Map<string, number>();
  let [entropy, tokens] = [0, 0];
  return {
    add: (tensors) =>
      tf.tidy(() => {
        for (const [name, tensor] of Object.entries(tensors)) {
          sums.set(name, (sums.get(name) ?? 0) + valueOf(tf.sum(tensor)));
        }
      }),
    addEntropy: (forward) =>
      tf.tidy(() => {
        entropy += valueOf(tf.sum(tf.mul(forward.entropy, forward.mask)));
        tokens += valueOf(tf.sum(forward.mask));
      }),
    sum: (name) => sums.get(name) ?? 0,
    means: (count) => ({
      ...Object.fromEntries(
        count > 0 ? [...sums].map(([name, sum]): [string, number] => [name, sum / count]) : [],
      ),
      entropy: entropy / Math.max(1, tokens),
      num_tokens: tokens,
    }),
  };
}

function valueOf(scalar: tf.Tensor): number {
  return scalar.dataSync()[0];
}
