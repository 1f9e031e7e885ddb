import * as tf from '@tensorflow/tfjs';
import { run, type FusedKernel } from './fused.js';

export function embedding(weight: tf.Tensor2D, ids: Int32Array): tf.Tensor2D {
  const [vocabulary, width] = weight.shape;
  return tf.tidy(() => {
    const inputs = { weight, ids: tf.tensor1d(ids, 'int32') };
    return run(embeddingKernel, inputs, { vocabulary, width })[0] as tf.Tensor2D;
  });
}

/** Rows by id; the gradient adds rows back in the order of the tokens. */
export const embeddingKernel: FusedKernel = {
  name: 'RlsfEmbedding',
  forward(native, { weight, ids }, { vocabulary, width }) {
    return native.output([ids.shape[0], width], (out) =>
      native.addon.embedding(native.matrix(weight), native.ints(ids), out, vocabulary, width),
    );
  },
  saveInputs: ['ids'],
  saveOutputs: [],
  gradient(native, [dy], [ids], { vocabulary, width }) {
    return {
      weight: () =>
        native.tensor([vocabulary, width], (sum) =>
          native.addon.embeddingGradient(
            native.floats(dy),
            native.ints(ids),
            sum,
            vocabulary,
            width,
          ),
        ),
    };
  },
};
