import { beforeAll, describe, expect, it } from 'vitest';
import { loraDropout, type LoraDropout } from '../../src/policy/adapters/dropout.js';
import { selectBackend, tf } from '../../src/tensor/index.js';

beforeAll(() => selectBackend('cpu'));

const width = 64;

/** What is left of ones. */
function masked(
  share: number,
  segments: number[],
  dropout: LoraDropout,
  module = 'model.layers.0.mlp.up_proj',
): Float32Array {
  return tf.tidy(() => {
    const x = tf.ones<tf.Rank.R2>([segments[segments.length - 1], width]);
    const result = loraDropout(x, share, module, Int32Array.from(segments), dropout);
    return Float32Array.from(result.dataSync());
  });
}

describe('dropout before a LoRA pair', () => {
  it.each([0.05, 0.3, 0.9])('drops a share of %f and keeps the mean', (share) => {
    const values = masked(share, [0, 700, 1000], { seed: 1 });
    const kept = values.filter((value) => value !== 0);
    expect(new Set(kept)).toEqual(new Set([Math.fround(1 / (1 - share))]));
    // Four standard deviations.
    const bound = 4 * Math.sqrt((share * (1 - share)) / values.length);
    expect(Math.abs(1 - kept.length / values.length - share)).toBeLessThan(bound);
  });

  it('draws anew for another seed, module, sequence and place', () => {
    const draws = [
      masked(0.5, [0, 100], { seed: 1 }),
      masked(0.5, [0, 100], { seed: 2 }),
      masked(0.5, [0, 100], { seed: 1 }, 'model.layers.1.mlp.up_proj'),
      masked(0.5, [0, 100], { seed: 1, rows: [1] }),
      masked(0.5, [0, 101], { seed: 1 }).slice(1, 6401),
      masked(0.5, [0, 101], { seed: 1 }).slice(width),
    ];
    draws.forEach((one, i) =>
      draws.slice(i + 1).forEach((other) => {
        const equal = one.filter((value, k) => value === other[k]).length / one.length;
        expect(Math.abs(equal - 0.5)).toBeLessThan(0.03);
      }),
    );
  });

  it('draws a sequence by its number, whatever it is packed with', () => {
    const together = masked(0.4, [0, 10, 10, 30], { seed: 'x', rows: [4, 5, 6] });
    expect(masked(0.4, [0, 10], { seed: 'x', rows: [4] })).toEqual(together.slice(0, 10 * width));
    expect(masked(0.4, [0, 20], { seed: 'x', rows: [6] })).toEqual(together.slice(10 * width));
    expect(masked(0.4, [0, 10], { seed: 'x' })).toEqual(
      masked(0.4, [0, 10], { seed: 'x', rows: [0] }),
    );
  });

  it('wants a number for every sequence', () => {
    expect(() => masked(0.5, [0, 1, 2], { seed: 1, rows: [0] })).toThrow(
      /each of 2 sequences, got 1/,
    );
  });
});
