import * as tf from '@tensorflow/tfjs';
import type { TokenLogprobs } from '../types.js';
import type { NativeBackend } from './backend.js';
import { isFrozen, refusedGradient, run, type FusedKernel } from './fused.js';

export function tokenLogprobs(
  hidden: tf.Tensor2D,
  weight: tf.Tensor2D,
  targets: Int32Array,
  temperature: number,
): TokenLogprobs {
  const [logprobs, entropy] = tf.tidy(() => {
    // The weight stands first: see `gradient`.
    const inputs = { weight, hidden, targets: tf.tensor1d(targets, 'int32') };
    const kernel = isFrozen(weight) ? frozenTokenLogprobsKernel : tokenLogprobsKernel;
    return run(kernel, inputs, { temperature }).slice(0, 2) as tf.Tensor1D[];
  });
  return { logprobs, entropy };
}

/** Outputs logprobs, entropy and log-sum-exp, each [M]. */
export const tokenLogprobsKernel: FusedKernel = {
  name: 'RlsfTokenLogprobs',
  forward: (native, { hidden, weight, targets }, { temperature }) =>
    forward(native, hidden, weight, targets, temperature, null),
  saveInputs: ['hidden', 'weight', 'targets'],
  saveOutputs: [false, true, true],
  gradient(native, [dLogprobs, dEntropy], [hidden, weight, targets, entropy, lse], attributes) {
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
        hidden.shape[0],
        weight.shape[1]!,
        weight.shape[0],
        attributes['temperature'],
      );
    // tfjs asks in the order of the inputs and only for what is trained. When it asks for the
    // weight, the hidden states' gradient comes out of the same pass; a frozen weight costs nothing.
    let dHidden: Float32Array | null = null;
    return {
      weight: () =>
        native.tensor(weight.shape, (dWeight) => {
          dHidden = native.pool.take(hidden.size);
          back(dHidden, dWeight);
        }),
      hidden() {
        if (dHidden !== null) return native.adopt(hidden.shape, dHidden);
        return native.tensor(hidden.shape, (out) => back(out, null));
      },
    };
  },
};

/**
 * The same for a weight that is not trained. Under a gradient the forward pass also leaves Σ p W, so
 * that the backward pass need not compute the logits again; only a gradient of the entropy asks for it.
 */
export const frozenTokenLogprobsKernel: FusedKernel = {
  name: 'RlsfFrozenTokenLogprobs',
  forward(native, { hidden, weight, targets }, { temperature }) {
    const wanted = tf.engine().state.gradientDepth > 0;
    const expectation = wanted ? native.pool.take(hidden.shape[0] * hidden.shape[1]) : null;
    const outputs = forward(native, hidden, weight, targets, temperature, expectation);
    const kept = expectation ?? native.pool.take(0);
    const shape = wanted ? hidden.shape : [0];
    return [...outputs, native.makeTensorInfo(shape, 'float32', kept)];
  },
  saveInputs: ['hidden', 'weight', 'targets'],
  saveOutputs: [false, true, true, true],
  gradient(native, dys, [hidden, weight, targets, entropy, lse, expectation], attributes) {
    const [dLogprobs, dEntropy] = dys;
    const exact = tokenLogprobsKernel.gradient(
      native,
      dys,
      [hidden, weight, targets, entropy, lse],
      attributes,
    );
    const plain = native.floats(dEntropy).every((value) => value === 0);
    const weightGradient = { weight: refusedGradient };
    if (!plain || expectation.size !== hidden.size) {
      return { ...weightGradient, hidden: exact['hidden'] };
    }
    return {
      ...weightGradient,
      hidden: () =>
        native.tensor(hidden.shape, (out) =>
          native.addon.tokenLogprobsExpected(
            native.floats(expectation),
            native.matrix(weight),
            native.ints(targets),
            native.floats(dLogprobs),
            out,
            hidden.shape[0],
            weight.shape[1]!,
            weight.shape[0],
            attributes['temperature'],
          ),
        ),
    };
  },
};

function forward(
  native: NativeBackend,
  hidden: tf.TensorInfo,
  weight: tf.TensorInfo,
  targets: tf.TensorInfo,
  temperature: number,
  expectation: Float32Array | null,
): tf.TensorInfo[] {
  const [rows, width] = hidden.shape;
  const outputs = [0, 1, 2].map(() => native.pool.take(rows));
  native.addon.tokenLogprobs(
    native.floats(hidden),
    native.matrix(weight),
    native.ints(targets),
    outputs[0],
    outputs[1],
    outputs[2],
    expectation,
    rows,
    width,
    weight.shape[0],
    temperature,
  );
  return outputs.map((values) => native.makeTensorInfo([rows], 'float32', values));
}
