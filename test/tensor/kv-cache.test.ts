import { beforeEach, describe, expect, it } from 'vitest';
import {
  cachedAttention,
  causalAttention,
  createKvCache,
  selectBackend,
  tf,
} from '../../src/tensor/index.js';
import { expectClose, nativeBuilt, normal } from './support.js';

const dimensions = [
  { heads: 4, kvHeads: 2, headDim: 8 },
  { heads: 6, kvHeads: 1, headDim: 20 },
  { heads: 3, kvHeads: 3, headDim: 16 },
];

describe.each(['cpu', 'native'] as const)('cachedAttention on %s', (backend) => {
  beforeEach(async (context) => {
    if (backend === 'native' && !nativeBuilt) context.skip();
    await selectBackend(backend);
  });

  it.each(dimensions)('token by token equals causalAttention on the whole, %o', (dims) => {
    const { heads, kvHeads, headDim } = dims;
    const length = 37;
    const all = [heads, kvHeads, kvHeads].map((count, i) =>
      tf.tensor2d(normal(`x${i}`, length, count * headDim).values, [length, count * headDim]),
    );
    const whole = causalAttention(
      all[0],
      all[1],
      all[2],
      Int32Array.of(0, length),
      dims,
    ).dataSync();
    const cache = createKvCache({ layers: 2, slots: 3, maxLength: length, kvHeads, headDim });
    // a prefill of 20 rows in slot 2, then one at a time
    for (let from = 0; from < length;) {
      const to = from === 0 ? 20 : from + 1;
      const [q, k, v] = all.map((x) => tf.slice(x, [from, 0], [to - from, x.shape[1]]));
      const slots = new Int32Array(to - from).fill(2);
      const positions = Int32Array.from({ length: to - from }, (_, i) => from + i);
      const y = cachedAttention(q, k, v, cache, 1, slots, positions, dims).dataSync();
      expectClose(y, whole.slice(from * heads * headDim, to * heads * headDim), 1e-5);
      from = to;
    }
  });

  it('a copied slot goes on like its source, and slots do not mix', () => {
    const dims = dimensions[0];
    const { heads, kvHeads, headDim } = dims;
    const cache = createKvCache({ layers: 1, slots: 4, maxLength: 40, kvHeads, headDim });
    const rows = (seed: string, n: number, count: number): tf.Tensor2D =>
      tf.tensor2d(normal(seed, n, count * headDim).values, [n, count * headDim]);
    const prefill = Int32Array.from({ length: 19 }, (_, i) => i);
    for (const slot of [0, 1]) {
      cachedAttention(
        rows(`q${slot}`, 19, heads),
        rows(`k${slot}`, 19, kvHeads),
        rows(`v${slot}`, 19, kvHeads),
        cache,
        0,
        new Int32Array(19).fill(slot),
        prefill,
        dims,
      );
    }
    cache.copySlot(0, 3, 19);
    const one = [rows('q', 1, heads), rows('k', 1, kvHeads), rows('v', 1, kvHeads)];
    const [q, k, v] = one.map((x) => tf.concat([x, x, x]) as tf.Tensor2D);
    const y = cachedAttention(
      q,
      k,
      v,
      cache,
      0,
      Int32Array.of(0, 1, 3),
      Int32Array.of(19, 19, 19),
      dims,
    );
    const [source, other, copy] = tf.split(y, 3).map((part) => part.dataSync());
    expect(copy).toEqual(source);
    expect(other).not.toEqual(source);
  });

  it('takes no rows', () => {
    const dims = dimensions[0];
    const cache = createKvCache({ layers: 1, slots: 1, maxLength: 4, kvHeads: 2, headDim: 8 });
    const none = new Int32Array(0);
    const y = cachedAttention(
      tf.zeros([0, 32]),
      tf.zeros([0, 16]),
      tf.zeros([0, 16]),
      cache,
      0,
      none,
      none,
      dims,
    );
    expect(y.shape).toEqual([0, 32]);
  });
});

describe('createKvCache', () => {
  it('names what is wrong', () => {
    const dims = { layers: 1, slots: 2, maxLength: 4, kvHeads: 2, headDim: 8 };
    expect(() => createKvCache({ ...dims, slots: 0 })).toThrow(
      'slots to be a positive integer, got 0',
    );
    expect(() => createKvCache(dims).copySlot(0, 2, 1)).toThrow('a slot from 0 to 1, got 2');
    expect(() => createKvCache(dims).copySlot(0, 1, 5)).toThrow('a length from 0 to 4, got 5');
  });

  it('refuses work after dispose', () => {
    const cache = createKvCache({ layers: 1, slots: 1, maxLength: 4, kvHeads: 1, headDim: 2 });
    cache.dispose();
    const x = tf.zeros<tf.Rank.R2>([1, 2]);
    const zero = Int32Array.of(0);
    const dims = { heads: 1, kvHeads: 1, headDim: 2 };
    expect(() => cachedAttention(x, x, x, cache, 0, zero, zero, dims)).toThrow('disposed');
  });
});
