import { beforeAll, describe, expect, it } from 'vitest';
import * as composite from '../../src/tensor/composite.js';
import { selectBackend, tf } from '../../src/tensor/index.js';
import { smallCases } from './cases.js';
import { expectClose, expectGradientsByDifferences, rotaryTable } from './support.js';

beforeAll(async () => {
  await selectBackend('cpu');
});

const values = (tensor: tf.Tensor): number[] => Array.from(tensor.dataSync());

describe('composite operations give values computed by hand', () => {
  it('linear adds the bias and the low-rank update', () => {
    const x = tf.tensor2d([[1, 2]]);
    const weight = tf.tensor2d([
      [3, 4],
      [5, 6],
      [7, 8],
    ]);
    expect(values(composite.linear(x, weight))).toEqual([11, 17, 23]);
    const lora = { a: tf.tensor2d([[1, 1]]), b: tf.tensor2d([[1], [0], [2]]), scale: 0.5 };
    // x Aᵀ = 3, times 0.5, spread by B
    expect(values(composite.linear(x, weight, tf.tensor1d([1, 0, -1]), lora))).toEqual([
      13.5, 17, 25,
    ]);
  });

  it('rmsNorm divides by the root of the mean square', () => {
    const y = composite.rmsNorm(tf.tensor2d([[3, 4]]), tf.tensor1d([1, 2]), 0);
    const root = Math.sqrt(12.5);
    expectClose(values(y), [3 / root, 8 / root], 1e-6);
  });

  it('rotary turns each half-split pair by its angle', () => {
    const table = rotaryTable(2, 4);
    const y = composite.rotary(tf.tensor2d([[1, 0, 0, 1]]), Int32Array.of(3), table);
    const [c, s] = [Math.cos(3), Math.sin(3)];
    expectClose(values(y), [c, s, -s, c], 1e-6);
  });

  it('causalAttention weighs what precedes a token inside its segment', () => {
    const q = tf.tensor2d([[1], [1], [5]]);
    const k = tf.tensor2d([[0], [Math.log(3)], [9]]);
    const v = tf.tensor2d([[4], [8], [7]]);
    const dims = { heads: 1, kvHeads: 1, headDim: 1 };
    // second token: weights 1 and 3 of 4; the third starts a segment
    const y = composite.causalAttention(q, k, v, Int32Array.of(0, 2, 3), dims);
    expectClose(values(y), [4, 7, 7], 1e-6);
  });

  it('causalAttention gives query head h the key head floor(h · kvHeads / heads)', () => {
    const y = composite.causalAttention(
      tf.tensor2d([[1, 1, 1, 1]]),
      tf.tensor2d([[1, 1]]),
      tf.tensor2d([[10, 20]]),
      Int32Array.of(0, 1),
      { heads: 4, kvHeads: 2, headDim: 1 },
    );
    expect(values(y)).toEqual([10, 10, 20, 20]);
  });

  it('swiglu is silu of the gate times the other', () => {
    const y = composite.swiglu(tf.tensor2d([[0, 1]]), tf.tensor2d([[5, 2]]));
    expectClose(values(y), [0, 2 / (1 + Math.exp(-1))], 1e-6);
  });

  it('tokenLogprobs gives the log-probability and the entropy', () => {
    const weight = tf.tensor2d([[0], [Math.log(3)]]);
    const at1 = composite.tokenLogprobs(tf.tensor2d([[1], [1]]), weight, Int32Array.of(0, 1));
    expectClose(values(at1.logprobs), [Math.log(1 / 4), Math.log(3 / 4)], 1e-6);
    const entropy = -0.25 * Math.log(0.25) - 0.75 * Math.log(0.75);
    expectClose(values(at1.entropy), [entropy, entropy], 1e-6);
    const halved = composite.tokenLogprobs(tf.tensor2d([[2]]), weight, Int32Array.of(1), 2);
    expectClose(values(halved.logprobs), [Math.log(3 / 4)], 1e-6);
  });
});

describe('composite gradients agree with finite differences', () => {
  it.each(smallCases)('$title', async ({ inputs, compute }) => {
    await expectGradientsByDifferences(inputs, compute);
  });
});
