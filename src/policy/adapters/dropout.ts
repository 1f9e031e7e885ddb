import { createRandom } from '../../algorithms/random.js';
import { inputError } from '../../errors.js';
import { tf } from '../../tensor/index.js';

/** What decides the dropout of one pass through an adapter. */
export interface LoraDropout {
  seed: number | string;
  /**
   * A number for each sequence, by which its draws are told from those of the others: its place in
   * the whole batch, where a pass is one of several over its parts. @default its place in this pass
   */
  rows?: readonly number[];
}

/**
 * Dropout on the input of a LoRA pair, as PEFT has it (inverted: what is kept is scaled by
 * 1 / (1 − share)). The draws of a sequence depend on the seed, the module and the sequence's number
 * alone: not on what it is packed with, and a layer that gradient checkpointing computes again drops
 * the same.
 * @param x        [N, in]
 * @param segments cumulative starts of the sequences in `x`
 */
export function loraDropout(
  x: tf.Tensor2D,
  share: number,
  module: string,
  segments: Int32Array,
  { seed, rows }: LoraDropout,
): tf.Tensor2D {
  const sequences = segments.length - 1;
  if (rows !== undefined && rows.length !== sequences) {
    throw inputError(
      `loraDropout: expected one row number for each of ${sequences} sequences, got ${rows.length}.`,
    );
  }
  const width = x.shape[1];
  const mask = new Float32Array(x.size);
  const random = createRandom(seed).fork(module);
  for (let sequence = 0; sequence < sequences; sequence++) {
    const own = random.fork(rows?.[sequence] ?? sequence);
    const part = mask.subarray(segments[sequence] * width, segments[sequence + 1] * width);
    drawMask(part, share, own.int(2 ** 32), own.int(2 ** 32));
  }
  return tf.tidy(() => tf.mul<tf.Tensor2D>(x, tf.tensor2d(mask, x.shape, 'float32')));
}

/**
 * Number i is kept when a hash of i under two keys lies above the share: murmur3's finisher, with the
 * second key between its two products. A loop like this runs several times as fast as a generator.
 */
function drawMask(out: Float32Array, share: number, firstKey: number, secondKey: number): void {
  const threshold = share * 2 ** 32;
  const kept = 1 / (1 - share);
  for (let i = 0; i < out.length; i++) {
    let hash = Math.imul(i + 1, 0x9e3779b1) + firstKey;
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b) ^ secondKey;
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    out[i] = (hash ^ (hash >>> 16)) >>> 0 < threshold ? 0 : kept;
  }
}
