import { expect } from 'vitest';
import { createRandom } from '../../src/algorithms/random.js';
import * as composite from '../../src/tensor/composite.js';
import { tf, selectBackend, type BackendName } from '../../src/tensor/index.js';
import * as native from '../../src/tensor/native/index.js';
import { isAddonBuilt } from '../../src/tensor/native/addon.js';

/** Says once why native tests are skipped. */
export const nativeBuilt = isAddonBuilt();
if (!nativeBuilt) {
  console.warn(
    'native kernels are not built (node kernels/native/build.mjs): their tests are skipped',
  );
}

/** The operations under test, as the oracle and as the fused kernels. */
export type Operations = Pick<
  typeof composite,
  'embedding' | 'rmsNorm' | 'rotary' | 'causalAttention' | 'swiglu'
> & {
  linear: typeof native.linear;
  tokenLogprobs: typeof native.tokenLogprobs;
};

export interface Values {
  shape: number[];
  values: Float32Array;
}

/** Standard normal numbers from a seed. */
export function normal(seed: number | string, ...shape: number[]): Values {
  const random = createRandom(seed);
  const length = shape.reduce((a, b) => a * b, 1);
  return { shape, values: Float32Array.from({ length }, () => random.normal()) };
}

export function integers(seed: number | string, length: number, limit: number): Int32Array {
  const random = createRandom(seed);
  return Int32Array.from({ length }, () => random.int(limit));
}

export type Computation = (operations: Operations, inputs: tf.Tensor[]) => tf.Tensor[];

export interface Outcome {
  outputs: Float32Array[];
  /** Of Σ outputs · fixed random weights, for each input. */
  gradients: Float32Array[];
}

/** Outputs and gradients of a computation on one backend. */
export async function evaluate(
  backend: BackendName,
  inputs: Values[],
  compute: Computation,
): Promise<Outcome> {
  await selectBackend(backend, { threads: 2 });
  const operations: Operations = backend === 'native' ? native : composite;
  return tf.tidy(() => {
    const tensors = inputs.map(({ shape, values }) => tf.tensor(values.slice(), shape));
    const read = (xs: tf.Tensor[]): Float32Array[] =>
      xs.map((x) => x.dataSync<'float32'>().slice());
    const gradients = tf.grads((...xs: tf.Tensor[]) => weighted(compute(operations, xs)))(tensors);
    return { outputs: read(compute(operations, tensors)), gradients: read(gradients) };
  });
}

/** Σ outputs · fixed random weights: a scalar whose gradient reaches every element. */
export function weighted(outputs: tf.Tensor[]): tf.Scalar {
  const terms = outputs.map((output, i) => {
    const { values } = normal(`weights ${i}`, output.size);
    return tf.sum(tf.mul(output, tf.tensor(values, output.shape)));
  });
  return tf.addN(terms) as tf.Scalar;
}

/** |a − b| ≤ tolerance · (1 + |b|), element by element. */
export function expectClose(
  came: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
  what = 'values',
): void {
  expect(came.length, `${what}: length`).toBe(expected.length);
  for (let i = 0; i < came.length; i++) {
    const allowed = tolerance * (1 + Math.abs(expected[i]));
    if (!(Math.abs(came[i] - expected[i]) <= allowed)) {
      expect.fail(`${what}[${i}]: expected ${expected[i]} ± ${allowed}, got ${came[i]}`);
    }
  }
}

/**
 * Gradients of the composite against central differences, step 1e-2. float32 sums leave about 1e-3
 * of noise in a difference, hence the tolerance of 1e-2.
 */
export async function expectGradientsByDifferences(
  inputs: Values[],
  compute: Computation,
): Promise<void> {
  const { gradients } = await evaluate('cpu', inputs, compute);
  const step = 1e-2;
  inputs.forEach((input, which) => {
    const differences = input.values.map((_, i) => {
      const at = (shift: number): number =>
        tf.tidy(() => {
          const tensors = inputs.map(({ shape, values }, j) => {
            const copy = values.slice();
            if (j === which) copy[i] += shift;
            return tf.tensor(copy, shape);
          });
          return weighted(compute(composite, tensors)).dataSync()[0];
        });
      return (at(step) - at(-step)) / (2 * step);
    });
    expectClose(gradients[which], differences, 1e-2, `gradient ${which}`);
  });
}

/** Cosines and sines for positions 0..maxPositions − 1, base 100 so that small tables vary. */
export function rotaryTable(headDim: number, maxPositions: number) {
  const half = headDim / 2;
  const table = (f: (angle: number) => number): Float32Array =>
    Float32Array.from({ length: maxPositions * half }, (_, i) =>
      f(Math.floor(i / half) / 100 ** ((i % half) / half)),
    );
  return { cos: table(Math.cos), sin: table(Math.sin), headDim, maxPositions };
}
