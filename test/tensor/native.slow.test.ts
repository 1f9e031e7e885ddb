import { beforeAll, describe, expect, it } from 'vitest';
import * as ops from '../../src/tensor/index.js';
import { tf } from '../../src/tensor/index.js';
import { loadAddon } from '../../src/tensor/native/addon.js';
import { largeCases, plainCases, smallCases } from './cases.js';
import {
  evaluate,
  expectClose,
  expectGradientsByDifferences,
  expectSlopesByDifferences,
  integers,
  nativeBuilt,
  normal,
} from './support.js';

// Both sides work in float32 and sum in different orders.
const tolerance = 1e-4;

describe.skipIf(!nativeBuilt)('fused kernels agree with the composites', () => {
  it.each([...smallCases, ...largeCases])(
    '$title: values and gradients',
    async ({ inputs, compute }) => {
      const empty = inputs.some(({ values }) => values.length === 0);
      const expected = empty ? null : await evaluate('cpu', inputs, compute);
      const came = await evaluate('native', inputs, compute);
      if (expected === null) {
        // tfjs's own cpu kernels do not take empty tensors everywhere: an empty batch gives empty
        // outputs and zero gradients.
        for (const output of came.outputs) expect(output.length).toBe(0);
        for (const gradient of came.gradients) expect(gradient.every((x) => x === 0)).toBe(true);
        return;
      }
      came.outputs.forEach((output, i) =>
        expectClose(output, expected.outputs[i], tolerance, `output ${i}`),
      );
      came.gradients.forEach((gradient, i) =>
        expectClose(gradient, expected.gradients[i], tolerance, `gradient ${i}`),
      );
    },
  );

  it.each(plainCases)('$title: values', async ({ run }) => {
    await ops.selectBackend('cpu');
    const expected = tf.tidy(run);
    await ops.selectBackend('native', { threads: 2 });
    tf.tidy(run).forEach((values, i) => {
      if (values instanceof Int32Array) expect(values).toEqual(expected[i]);
      else expectClose(values, expected[i], tolerance, `output ${i}`);
    });
  });
});

const hasRows = largeCases.filter(({ inputs }) => inputs.every(({ values }) => values.length > 0));

describe.skipIf(!nativeBuilt)('gradients of fused kernels', () => {
  it.each(smallCases)('$title: agree with finite differences', async ({ inputs, compute }) => {
    await expectGradientsByDifferences(inputs, compute, 'native');
  });

  it.each(hasRows)('$title: agree with finite differences', async ({ inputs, compute }) => {
    await expectSlopesByDifferences(inputs, compute, 'native');
  });

  it.each(hasRows)('$title: are the same asked for alone', async ({ inputs, compute }) => {
    const { gradients } = await evaluate('native', inputs, compute);
    for (let which = 0; which < inputs.length; which++) {
      const alone = await evaluate('native', [inputs[which]], (operations, [x]) =>
        compute(
          operations,
          inputs.map(({ shape, values }, i) => (i === which ? x : tf.tensor(values, shape))),
        ),
      );
      expectClose(alone.gradients[0], gradients[which], 1e-6, `gradient ${which}`);
    }
  });
});

function loadedInstructions(): string {
  return nativeBuilt ? loadAddon().instructionSet() : '';
}

describe.skipIf(!nativeBuilt)('the native backend', () => {
  beforeAll(async () => {
    await ops.selectBackend('native', { threads: 2 });
  });

  it.each([...smallCases, ...largeCases])(
    '$title: the same bits on every call',
    async ({ inputs, compute }) => {
      const first = await evaluate('native', inputs, compute);
      const second = await evaluate('native', inputs, compute);
      expect(second).toEqual(first);
    },
  );

  it.each(plainCases)('$title: the same bits on every call', ({ run }) => {
    expect(tf.tidy(run)).toEqual(tf.tidy(run));
  });

  it('gives a row the same bits whatever rows stand beside it', () => {
    for (const [width, out] of [
      [192, 512],
      [512, 192],
      [896, 1152],
      [37, 65],
    ]) {
      const all = normal('x', 200, width).values;
      const weight = tf.tensor2d(normal('w', out, width).values, [out, width]);
      const whole = ops.linear(tf.tensor2d(all, [200, width]), weight).dataSync();
      for (const rows of [1, 2, 7, 16, 33, 64, 65]) {
        const x = tf.tensor2d(all.slice(3 * width, (3 + rows) * width), [rows, width]);
        const part = ops.linear(x, weight).dataSync();
        expect(part).toEqual(whole.slice(3 * out, (3 + rows) * out));
      }
    }
  });

  it('multiplies matrices like tfjs for every transposition and batch', async () => {
    const shapes = [
      [
        [5, 7],
        [7, 3],
      ],
      [
        [4, 5, 7],
        [4, 7, 3],
      ],
      [
        [1, 5, 7],
        [4, 7, 3],
      ],
      [
        [4, 5, 7],
        [1, 7, 3],
      ],
    ];
    for (const [left, right] of shapes) {
      for (const transposeA of [false, true]) {
        for (const transposeB of [false, true]) {
          const flip = (shape: number[]): number[] => [
            ...shape.slice(0, -2),
            shape[shape.length - 1],
            shape[shape.length - 2],
          ];
          const a = normal('a', ...(transposeA ? flip(left) : left));
          const b = normal('b', ...(transposeB ? flip(right) : right));
          const results: Float32Array[] = [];
          for (const backend of ['cpu', 'native'] as const) {
            await ops.selectBackend(backend);
            const product = tf.matMul(
              tf.tensor(a.values, a.shape),
              tf.tensor(b.values, b.shape),
              transposeA,
              transposeB,
            );
            results.push(product.dataSync<'float32'>());
          }
          expectClose(results[1], results[0], 1e-5);
        }
      }
    }
  });

  it.runIf(loadedInstructions().includes('BF16'))(
    'rounds the operands of bf16 products, and nothing else',
    () => {
      const addon = loadAddon();
      for (const [m, n, k] of [
        [1, 1, 1],
        [3, 5, 7],
        [191, 13, 64],
        [193, 130, 257],
        [256, 64, 1024],
      ]) {
        for (const [transposeA, transposeB, accumulate] of [
          [false, false, false],
          [false, true, true],
          [true, false, false],
        ]) {
          const a = normal(m, m, k).values as Float32Array;
          const b = normal(n, k, n).values as Float32Array;
          const start = normal(k, m, n).values as Float32Array;
          const product = (bf16: boolean): Float32Array => {
            addon.bf16Products(bf16);
            const c = start.slice();
            addon.gemm(a, b, null, c, m, n, k, transposeA, transposeB, accumulate, 1, 0, 0);
            addon.bf16Products(false);
            return c;
          };
          const magnitude = new Float32Array(m * n);
          const absolute = (x: Float32Array): Float32Array => x.map(Math.abs);
          addon.gemm(
            absolute(a), absolute(b), null, magnitude, m, n, k, transposeA, transposeB, false, 1, 0, 0,
          ); // prettier-ignore
          const [exact, came] = [product(false), product(true)];
          // bfloat16 keeps 8 bits: each operand is off by at most 2⁻⁸ of itself, a product by a
          // little more than 2⁻⁷; float32 sums add next to nothing.
          exact.forEach((value, i) =>
            expect(Math.abs(value - came[i])).toBeLessThanOrEqual(magnitude[i] * 2 ** -6.9 + 1e-6),
          );
          // A side below 64 is not worth the rounding; the number of tokens does not decide.
          if (Math.min(n, transposeA ? m : k) < 64) expect(came).toEqual(exact);
          else expect(came).not.toEqual(exact);
        }
      }
    },
  );

  it('adds, subtracts, multiplies and scales like tfjs', async () => {
    const [a, b] = [normal('a', 40, 300), normal('b', 40, 300)];
    const compute = (): Float32Array[] => {
      const x = tf.tensor(a.values, a.shape);
      const y = tf.tensor(b.values, b.shape);
      const row = tf.tensor1d(b.values.slice(0, 300));
      const results = [
        tf.add(x, y),
        tf.sub(x, y),
        tf.mul(x, y),
        tf.mul(x, 0.3),
        tf.mul(0.3, x),
        tf.mul(x, row),
        tf.addN([x, y, x]),
        tf.gather(x, [3, 0, 3]),
        tf.unsortedSegmentSum(x, tf.tensor1d(integers('segments', 40, 7), 'int32'), 7),
      ];
      return results.map((result) => result.dataSync<'float32'>());
    };
    await ops.selectBackend('cpu');
    const expected = compute();
    await ops.selectBackend('native');
    compute().forEach((values, i) => expectClose(values, expected[i], 1e-6, `result ${i}`));
  });

  it('reads float32 tensors that tfjs cast from integers without converting them', () => {
    const cast = tf.cast(
      tf.tensor2d(
        [
          [1, 2],
          [3, 4],
        ],
        [2, 2],
        'int32',
      ),
      'float32',
    );
    expect(Array.from(tf.mul(cast, cast).dataSync())).toEqual([1, 4, 9, 16]);
    const product = tf.matMul(
      cast,
      tf.cast(
        tf.tensor2d(
          [
            [1, 0],
            [1, 1],
          ],
          [2, 2],
          'bool',
        ),
        'float32',
      ),
    );
    expect(Array.from(product.dataSync())).toEqual([3, 2, 7, 4]);
  });

  it('takes over tensors from another backend and hands its own over', async () => {
    await ops.selectBackend('cpu');
    const made = tf.tensor2d(normal('x', 40, 50).values, [40, 50]);
    await ops.selectBackend('native');
    const doubled = tf.mul(made, 2);
    await ops.selectBackend('cpu');
    const [once, twice] = [made.dataSync(), tf.add(doubled, 0).dataSync()];
    expect(Array.from(twice)).toEqual(Array.from(once, (x) => 2 * x));
    await ops.selectBackend('native');
  });

  it('computes no gradient of a weight that is not trained', () => {
    const addon = loadAddon();
    const gemm = addon.gemm;
    let products = 0;
    addon.gemm = (...args) => {
      products++;
      gemm(...args);
    };
    try {
      const x = tf.tensor2d(normal('x', 6, 4).values, [6, 4]);
      const frozen = tf.tensor2d(normal('w', 5, 4).values, [5, 4]);
      const a = tf.tensor2d(normal('a', 2, 4).values, [2, 4]);
      const b = tf.tensor2d(normal('b', 5, 2).values, [5, 2]);
      tf.grads((a, b) =>
        tf.sum(ops.linear(x, frozen, null, { a: a as tf.Tensor2D, b: b as tf.Tensor2D, scale: 1 })),
      )([a, b]);
      // forward: base, low, up; backward: dLow, dA, low again, dB
      expect(products).toBe(7);
    } finally {
      addon.gemm = gemm;
    }
  });

  it('keeps what was read, sliced or cloned when the tensor goes and its memory is used again', () => {
    const make = (): tf.Tensor2D => ops.linear(tf.ones([64, 64]), tf.ones([64, 64]));
    const original = make();
    const read = original.dataSync();
    const part = tf.slice(original, [1, 0], [32, 64]);
    const clone = original.clone();
    original.dispose();
    for (let i = 0; i < 8; i++) ops.linear(tf.zeros([64, 64]), tf.ones([64, 64]));
    expect(read.every((x) => x === 64)).toBe(true);
    expect(part.dataSync().every((x) => x === 64)).toBe(true);
    expect(clone.dataSync().every((x) => x === 64)).toBe(true);
  });

  it('leaves a gradient to whoever was given it, when it goes into another backward pass', () => {
    const [x, weight] = [
      tf.tensor2d(normal('x', 4, 8).values, [4, 8]),
      tf.tensor2d(normal('w', 8, 8).values, [8, 8]),
    ];
    const once = (h: tf.Tensor): tf.Tensor2D => ops.linear(h as tf.Tensor2D, weight);
    const twice = tf.grad((h) => once(once(h)));
    const inner = tf.grad(once)(x);
    const before = inner.dataSync();
    const first = twice(x, inner).dataSync();
    expect(inner.dataSync()).toEqual(before);
    expect(twice(x, inner).dataSync()).toEqual(first);

    // The same gradient for both operands of an operation.
    const sum = tf.customGrad((a, b) => ({
      value: tf.add(a as tf.Tensor, b as tf.Tensor),
      gradFunc: (dy) => [dy, dy],
    }));
    const ours = tf.grad((h) => once(sum(once(h), once(h))))(x);
    const plain = tf.grad((h) => once(tf.add(once(h), once(h))))(x);
    expect(ours.dataSync()).toEqual(plain.dataSync());
  });

  it('frees the gradient of an activation when the node that made it is done', () => {
    const weight = tf.tensor2d(normal('w', 8, 8).values, [8, 8]);
    const once = (h: tf.Tensor): tf.Tensor2D => ops.linear(h as tf.Tensor2D, weight);
    let most = 0;
    const count = tf.customGrad((h) => ({
      value: tf.add(h as tf.Tensor, 0),
      gradFunc(dy) {
        most = tf.memory().numTensors;
        return tf.add(dy, 0);
      },
    }));
    const atStart = (depth: number): number => {
      const x = tf.tensor2d(normal('x', 4, 8).values, [4, 8]);
      const before = tf.memory().numTensors;
      tf.grad((h) => {
        let y = count(h);
        for (let i = 0; i < depth; i++) y = once(y);
        return y;
      })(x).dispose();
      return most - before;
    };
    expect(atStart(9)).toBe(atStart(3));
  });

  it('leaves no tensor behind after a training step', () => {
    const weight = tf.variable(tf.tensor2d(normal('w', 20, 16).values, [20, 16]));
    const norm = tf.variable(tf.tensor1d(normal('n', 16).values));
    const moments = [weight, norm].map((x) => [
      tf.variable(tf.zerosLike(x)),
      tf.variable(tf.zerosLike(x)),
    ]);
    const ids = integers('ids', 12, 20);
    const dims = { heads: 2, kvHeads: 2, headDim: 8 };
    const counts: number[] = [];
    const losses: number[] = [];
    for (let step = 1; step <= 4; step++) {
      const { value, grads } = tf.variableGrads(() => {
        const x = ops.embedding(weight as tf.Variable<tf.Rank.R2>, ids);
        const h = ops.rmsNorm(x, norm as tf.Variable<tf.Rank.R1>, 1e-6);
        const y = tf.add(
          x,
          ops.causalAttention(h, h, h, Int32Array.of(0, 5, 12), dims),
        ) as tf.Tensor2D;
        return tf.neg<tf.Scalar>(
          tf.mean<tf.Scalar>(ops.tokenLogprobs(y, weight as tf.Variable<tf.Rank.R2>, ids).logprobs),
        );
      });
      [weight, norm].forEach((variable, i) =>
        ops.adamwStep(variable, grads[variable.name], moments[i][0], moments[i][1], {
          learningRate: 0.01,
          beta1: 0.9,
          beta2: 0.99,
          epsilon: 1e-8,
          weightDecay: 0,
          step,
        }),
      );
      losses.push(value.dataSync()[0]);
      tf.dispose([value, grads]);
      counts.push(tf.memory().numTensors);
    }
    expect(new Set(counts).size).toBe(1);
    expect(losses[3]).toBeLessThan(losses[0]);
  });
});
