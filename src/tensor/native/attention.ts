import * as tf from '@tensorflow/tfjs';
import type { AttentionDims } from '../types.js';
import { run, type FusedKernel } from './fused.js';

export function causalAttention(
  q: tf.Tensor2D,
  k: tf.Tensor2D,
  v: tf.Tensor2D,
  segments: Int32Array,
  { heads, kvHeads, headDim }: AttentionDims,
): tf.Tensor2D {
  return tf.tidy(() => {
    const inputs = { q, k, v, segments: tf.tensor1d(segments, 'int32') };
    return run(attentionKernel, inputs, { heads, kvHeads, headDim })[0] as tf.Tensor2D;
  });
}

/** Outputs the mixed values and the log-sum-exp of each row's scores per head, [N, heads]. */
export const attentionKernel: FusedKernel = {
  name: 'RlsfAttention',
  forward(native, { q, k, v, segments }, { heads, kvHeads, headDim }) {
    const rows = q.shape[0];
    const lse = native.pool.take(rows * heads);
    const out = native.output(q.shape, (mixed) =>
      native.addon.attention(
        native.floats(q),
        native.floats(k),
        native.floats(v),
        native.ints(segments),
        mixed,
        lse,
        heads,
        kvHeads,
        headDim,
        rows,
      ),
    );
    return [out, native.makeTensorInfo([rows, heads], 'float32', lse)];
  },
  saveInputs: ['q', 'k', 'v', 'segments'],
  saveOutputs: [true, true],
  gradient(native, [dOut], [q, k, v, segments, out, lse], { heads, kvHeads, headDim }) {
    // The three come out of one pass over the scores.
    const [dq, dk, dv] = [q, k, v].map((x) => native.pool.take(x.size));
    native.addon.attentionGradient(
      native.floats(q),
      native.floats(k),
      native.floats(v),
      native.floats(out),
      native.floats(lse),
      native.floats(dOut),
      native.ints(segments),
      dq,
      dk,
      dv,
      heads,
      kvHeads,
      headDim,
      q.shape[0],
    );
    return {
      q: () => native.adopt(q.shape, dq),
      k: () => native.adopt(k.shape, dk),
      v: () => native.adopt(v.shape, dv),
    };
  },
};
