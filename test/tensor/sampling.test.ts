import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/algorithms/random.js';
import { sampleTokens, selectBackend, tf } from '../../src/tensor/index.js';
import { loadAddon } from '../../src/tensor/native/addon.js';
import { sampleRow } from '../../src/tensor/sampling.js';
import { expectClose, nativeBuilt, normal } from './support.js';

const open = { temperature: 1, topK: 0, topP: 1, minP: 0 };
/** Probabilities 0.1, 0.4, 0.2, 0.3. */
const logits = Float32Array.from([0.1, 0.4, 0.2, 0.3], Math.log);

describe('sampleRow', () => {
  it('walks the cumulative distribution in order of token id', () => {
    const ids = [0, 0.09, 0.11, 0.49, 0.51, 0.69, 0.71, 0.999].map(
      (u) => sampleRow(logits, u, open).id,
    );
    expect(ids).toEqual([0, 0, 1, 1, 2, 2, 3, 3]);
  });

  it('takes the likeliest token at temperature 0, the lowest id on a tie', () => {
    expect(sampleRow(logits, 0.99, { ...open, temperature: 0 })).toMatchObject({
      id: 1,
      logprob: 0,
    });
    expect(sampleRow(Float32Array.of(1, 2, 2), 0.99, { ...open, temperature: 0 }).id).toBe(1);
  });

  it('reports both the sampled distribution and the model itself', () => {
    const drawn = sampleRow(logits, 0.99, { ...open, topK: 2 });
    expect(drawn.id).toBe(3);
    expectClose([drawn.logprob, drawn.plainLogprob], [Math.log(3 / 7), Math.log(0.3)], 1e-6);
    const warm = sampleRow(logits, 0.99, { ...open, temperature: 0.5 }); // squares: .01 .16 .04 .09
    expectClose([warm.logprob, warm.plainLogprob], [Math.log(0.3), Math.log(0.3)], 1e-6);
  });

  it.each([
    ['topK 2', { topK: 2 }, [1, 3]],
    ['topK 1', { topK: 1 }, [1]],
    ['topP 0.35 is reached by the first', { topP: 0.35 }, [1]],
    ['topP 0.5 needs the second', { topP: 0.5 }, [1, 3]],
    ['topP 0 still keeps one', { topP: 0 }, [1]],
    ['minP 0.6 keeps what is at least 0.24', { minP: 0.6 }, [1, 3]],
    ['topK 3, then topP 0.6 of what is left', { topK: 3, topP: 0.6 }, [1, 3]],
  ])('%s', (_, settings, kept) => {
    const seen = new Set<number>();
    for (let u = 0; u < 1; u += 0.01) seen.add(sampleRow(logits, u, { ...open, ...settings }).id);
    expect([...seen].sort()).toEqual(kept);
  });

  it('keeps ties at the k-th place', () => {
    const tied = Float32Array.of(1, 0, 1, 1);
    const seen = new Set<number>();
    for (let u = 0; u < 1; u += 0.01) seen.add(sampleRow(tied, u, { ...open, topK: 2 }).id);
    expect([...seen].sort()).toEqual([0, 2, 3]);
  });
});

describe.skipIf(!nativeBuilt)('sampleTokens on native', () => {
  const [rows, width, vocabulary] = [70, 16, 301];
  const hidden = normal('hidden', rows, width).values;
  const weight = normal('weight', vocabulary, width).values;
  const random = createRandom('uniforms');
  const uniforms = Float32Array.from({ length: rows }, () => random.next());

  it.each([
    open,
    { ...open, temperature: 0 },
    { ...open, temperature: 0.7, topK: 20 },
    { ...open, topP: 0.9 },
    { ...open, temperature: 1.3, topK: 50, topP: 0.8, minP: 0.05 },
  ])('draws what the composite draws with %o', async (settings) => {
    const drawn = [];
    for (const backend of ['cpu', 'native'] as const) {
      await selectBackend(backend);
      drawn.push(
        sampleTokens(
          tf.tensor2d(hidden, [rows, width]),
          tf.tensor2d(weight, [vocabulary, width]),
          uniforms,
          settings,
        ),
      );
    }
    expect(drawn[1].ids).toEqual(drawn[0].ids);
    expectClose(drawn[1].logprobs, drawn[0].logprobs, 1e-5);
    expectClose(drawn[1].plainLogprobs, drawn[0].plainLogprobs, 1e-5);
  });

  it('draws a row the same alone and in a batch, to the bit', async () => {
    await selectBackend('native');
    const w = tf.tensor2d(weight, [vocabulary, width]);
    const batch = sampleTokens(tf.tensor2d(hidden, [rows, width]), w, uniforms, open);
    for (const row of [0, 13, 69]) {
      const x = tf.tensor2d(hidden.slice(row * width, (row + 1) * width), [1, width]);
      const alone = sampleTokens(x, w, uniforms.slice(row, row + 1), open);
      expect([alone.ids[0], alone.logprobs[0]]).toEqual([batch.ids[row], batch.logprobs[row]]);
    }
  });

  it('refuses seen ids that would be read or written out of range', async () => {
    await selectBackend('native');
    const draw = (ids: number[], starts: number[]): void =>
      loadAddon().sampleTokens(
        hidden,
        weight,
        uniforms,
        new Int32Array(1),
        new Float32Array(1),
        new Float32Array(1),
        1,
        width,
        vocabulary,
        1,
        0,
        1,
        0,
        1.5,
        Int32Array.from(ids),
        Int32Array.from(starts),
      );
    expect(() => draw([0, 300], [0, 2])).not.toThrow();
    for (const [ids, starts] of [
      [
        [0, 301],
        [0, 2],
      ],
      [
        [0, -1],
        [0, 2],
      ],
      [
        [0, 1],
        [0, 3],
      ],
      [
        [0, 1],
        [-1, 2],
      ],
      [
        [0, 1],
        [2, 1],
      ],
    ])
      expect(() => draw(ids, starts)).toThrow('a seen id, or where a row of them starts');
    expect(() => draw([0, 1], [0])).toThrow('argument 15 holds 1 elements, expected 2');
  });

  it('takes no rows', async () => {
    await selectBackend('native');
    const none = sampleTokens(
      tf.zeros([0, width]),
      tf.tensor2d(weight, [vocabulary, width]),
      new Float32Array(0),
      open,
    );
    expect(none.ids.length).toBe(0);
  });
});
