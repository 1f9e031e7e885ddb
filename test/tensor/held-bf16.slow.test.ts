import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  adamwStep,
  embedding,
  heldInBf16,
  linear,
  sampleTokens,
  selectBackend,
  tf,
  tokenLogprobs,
} from '../../src/tensor/index.js';
import { nativeBackend } from '../../src/tensor/native/backend.js';
import { integers, nativeBuilt, normal } from './support.js';

/** Halves of standard normal numbers, and what they stand for. */
function rounded(seed: string, rows: number, columns: number) {
  const { values } = normal(seed, rows, columns);
  const halves = Uint16Array.from(new Uint32Array(values.buffer), (bits) => bits >>> 16);
  const floats = new Float32Array(Uint32Array.from(halves, (half) => half << 16).buffer);
  const shape: [number, number] = [rows, columns];
  return {
    held: heldInBf16(halves, shape) as tf.Tensor2D,
    plain: tf.tensor2d(floats, shape),
    floats,
  };
}

it('is a float32 tensor on a backend that cannot hold halves', async () => {
  await selectBackend('cpu');
  const { held, floats } = rounded('cpu', 3, 5);
  expect(held.dataSync()).toEqual(floats);
  expect(() => heldInBf16(new Uint16Array(3), [2, 2])).toThrow(
    'heldInBf16: expected 4 values for shape [2, 2], got 3',
  );
});

describe.skipIf(!nativeBuilt)('a tensor held in bfloat16', () => {
  beforeAll(() => selectBackend('native', { threads: 2 }));
  afterEach(() => selectBackend('native', { threads: 2 }));

  it('reads as what it stands for, in every operation of tfjs', () => {
    const { held, plain, floats } = rounded('a', 7, 19);
    expect(held.dtype).toBe('float32');
    expect(held.dataSync()).toEqual(floats);
    expect(tf.square(held).dataSync()).toEqual(tf.square(plain).dataSync());
    expect(tf.add(held, held).dataSync()).toEqual(tf.add(plain, plain).dataSync());
    expect(tf.transpose(held).dataSync()).toEqual(tf.transpose(plain).dataSync());
    expect(tf.matMul(held, plain, false, true).dataSync()).toEqual(
      tf.matMul(plain, plain, false, true).dataSync(),
    );
    expect(held.clone().dataSync()).toEqual(floats);
  });

  it('takes half the memory, and gives it back', () => {
    const { pool } = nativeBackend();
    const halves = new Uint16Array(1 << 20);
    const idle = pool.idleBytes();
    const held = heldInBf16(halves, [1024, 1024]);
    held.dispose();
    expect(pool.idleBytes() - idle).toBe(2 << 20);
    const again = heldInBf16(halves, [1024, 1024]);
    expect(pool.idleBytes()).toBe(idle);
    again.dispose();
  });

  // Sizes beyond one part of a widened product, and below it.
  for (const [rows, out, width] of [
    [5, 23, 17],
    [200, 300, 64],
    [33, 2200, 700],
  ]) {
    it(`has the products and gradients of float32: ${rows} × ${width} by ${out} × ${width}`, () => {
      const { held, plain } = rounded('w', out, width);
      const x = tf.tensor2d(normal('x', rows, width).values, [rows, width]);
      const bias = tf.tensor1d(normal('b', out).values);
      const dy = tf.tensor2d(normal('dy', rows, out).values, [rows, out]);
      const run = (weight: tf.Tensor2D): tf.Tensor[] => {
        const y = linear(x, weight, bias);
        const dx = tf.grad((input) => linear(input as tf.Tensor2D, weight, bias))(x, dy);
        return [y, dx];
      };
      const [exact, ours] = [run(plain), run(held)];
      expectClose(ours[0], exact[0], 2e-5 * Math.sqrt(width));
      expectClose(ours[1], exact[1], 2e-5 * Math.sqrt(out));
    });
  }

  it('gives rows, log-probabilities and draws of float32', () => {
    const { held, plain } = rounded('e', 97, 40);
    const ids = integers('ids', 12, 97);
    expect(embedding(held, ids).dataSync()).toEqual(embedding(plain, ids).dataSync());
    const hidden = tf.tensor2d(normal('h', 12, 40).values, [12, 40]);
    const run = (weight: tf.Tensor2D): tf.Tensor[] => {
      const { logprobs, entropy } = tokenLogprobs(hidden, weight, ids);
      const dHidden = tf.grad((h) => tokenLogprobs(h as tf.Tensor2D, weight, ids).logprobs)(hidden);
      return [logprobs, entropy, dHidden];
    };
    const exact = run(plain);
    run(held).forEach((tensor, i) => expectClose(tensor, exact[i], 1e-4));
    const uniforms = Float32Array.from({ length: 12 }, (_, i) => (i + 0.5) / 12);
    const settings = { temperature: 1, topK: 0, topP: 1, minP: 0 };
    expect(sampleTokens(hidden, held, uniforms, settings).ids).toEqual(
      sampleTokens(hidden, plain, uniforms, settings).ids,
    );
  });

  it('becomes float32 when it is trained', () => {
    const { held, plain } = rounded('t', 4, 8);
    const [a, b] = [tf.variable(held), tf.variable(plain)];
    const update = (variable: tf.Variable): Float32Array => {
      const moments = [tf.variable(tf.zerosLike(variable)), tf.variable(tf.zerosLike(variable))];
      adamwStep(variable, tf.onesLike(variable), moments[0], moments[1], {
        learningRate: 1e-4,
        beta1: 0.9,
        beta2: 0.999,
        epsilon: 1e-8,
        weightDecay: 0,
        step: 1,
      });
      return variable.dataSync<'float32'>();
    };
    expect(update(a as tf.Variable)).toEqual(update(b as tf.Variable));
    expect(held.dataSync()).not.toEqual(a.dataSync()); // the frozen original stays
  });

  it('with bf16 products rounds the other operand alone: error within 2⁻⁸ of Σ|a||b|', async (context) => {
    const { held, floats } = rounded('p', 64, 96);
    const { values } = normal('px', 8, 96);
    const x = tf.tensor2d(values.slice(), [8, 96]);
    try {
      await selectBackend('native', { threads: 2, matmulPrecision: 'bf16' });
    } catch {
      return context.skip('this processor has no bf16 products');
    }
    const y = linear(x, held).dataSync();
    for (let r = 0; r < 8; r++) {
      for (let o = 0; o < 64; o++) {
        let exact = 0;
        let size = 0;
        for (let i = 0; i < 96; i++) {
          exact += values[r * 96 + i] * floats[o * 96 + i];
          size += Math.abs(values[r * 96 + i] * floats[o * 96 + i]);
        }
        expect(Math.abs(y[r * 64 + o] - exact)).toBeLessThan(2 ** -8 * size);
      }
    }
  });
});

function expectClose(actual: tf.Tensor, expected: tf.Tensor, tolerance: number): void {
  expect(actual.shape).toEqual(expected.shape);
  const worst = tf.max(tf.abs(tf.sub(actual, expected))).dataSync()[0];
  expect(worst).toBeLessThan(tolerance);
}
