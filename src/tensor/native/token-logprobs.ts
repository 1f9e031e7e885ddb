import * as tf from '@tensorflow/tfjs';
import type { TokenLogprobs } from '../types.js';
import { run, type FusedKernel } from './fused.js';

export function tokenLogprobs(
  hidden: tf.Tensor2D,
  weight: tf.Tensor2D,
  targets: Int32Array,
  temperature: number,
): TokenLogprobs {
  const [logprobs, entropy] = tf.tidy(() => {
    // The weight stands first: see `gradient`.
    const inputs = { weight, hidden, targets: tf.tensor1d(targets, 'int32') };
    return run(tokenLogprobsKernel, inputs, { temperature }).slice(0, 2) as tf.Tensor1D[];
  });
  return { logprobs, entropy };
}

/** Outputs logprobs, entropy and log-sum-exp, each [M]. */
export const tokenLogprobsKernel: FusedKernel = {
  name: 'RlsfTokenLogprobs',
  forward(native, { hidden, weight, targets }, { temperature }) {
    const [rows, width] = hidden.shape;
    const outputs = [0, 1, 2].map(() => native.pool.take(rows));
    native.addon.tokenLogprobs(
      native.floats(hidden),
      native.matrix(weight),
      native.ints(targets),
      outputs[0],
      outputs[1],
      outputs[2],
      rows,
      width,
      weight.shape[0],
      temperature,
    );
    return outputs.map((values) => native.makeTensorInfo([rows], 'float32', values));
  },
  saveInputs: ['hidden', 'weight', 'targets'],
  saveOutputs: [false, true, true],
  gradient(native, [dLogprobs, dEntropy], [hidden, weight, targets, entropy, lse], attributes) {
    const [rows, width] = hidden.shape;
    const back = (dHidden: Float32Array | null, dWeight: Float32Array | null): void =>
      native.addon.tokenLogprobsGradient(
        native.floats(hidden),
        native.matrix(weight),
        native.ints(targets),
        native.floats(lse),
        native.floats(entropy),
        native.floats(dLogprobs),
        native.floats(dEntropy),
        dHidden,
        dWeight,
        rows,
        width,
        weight.shape[0],
        attributes['temperature'],
      );
    // tfjs asks in the order of the inputs and only for what is trained. When it asks for the
    // weight, the hidden states' gradient comes out of the same pass; a frozen weight costs nothing.
    let dHidden: Float32Array | null = null;
    return {
      weight: () =>
        native.tensor(weight.shape, (dWeight) => {
          dHidden = native.pool.take(rows * width);
          back(dHidden, dWeight);
        }),
      hidden() {
        if (dHidden !== null) return native.adopt(hidden.shape, dHidden);
        return native.tensor(hidden.shape, (out) => back(out, null));
      },
    };
  },
};
