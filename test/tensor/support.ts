import { expect } from 'vitest';
import { createRandom } from '../../src/algorithms/random.js';
import * as composite from '../../src/tensor/composite.js';
import { tf, selectBackend, type BackendName } from '../../src/tensor/index.js';
import * as native from '../../src/tensor/native/index.js';
import { isAddonBuilt } from '../../src/tensor/native/addon.js';
import { nativeBackend } from '../../src/tensor/native/backend.js';

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
  await use(backend);
  return tf.tidy(() => {
    const tensors = inputs.map(({ shape, values }) => tf.tensor(values.slice(), shape));
    const gradients = tf.grads((...xs: tf.Tensor[]) => weighted(compute(operationsNow(), xs)))(
      tensors,
    );
    return {
      outputs: compute(operationsNow(), tensors).map(read),
      gradients: gradients.map(read),
    };
  });
}

async function use(backend: BackendName): Promise<void> {
  await selectBackend(backend, { threads: 2 });
  if (backend === 'native') spoilPool();
}

function operationsNow(): Operations {
  return native.isNative() ? native : composite;
}

function read(tensor: tf.Tensor): Float32Array {
  return tensor.dataSync<'float32'>().slice();
}

/** Fills the pool's idle memory with NaN: what a kernel does not write, or reads before, shows. */
function spoilPool(): void {
  const { pool } = nativeBackend();
  const arrays: Float32Array[] = [];
  for (let bytes = 4096; bytes <= 1 << 19; bytes *= 2) {
    for (const part of [1, 1.25, 1.5, 1.75]) {
      for (let i = 0; i < 3; i++) arrays.push(pool.take((bytes * part) / 4).fill(NaN));
    }
  }
  for (const array of arrays) pool.retain(array);
  for (const array of arrays) pool.release(array);
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
 * Each element of the gradients against a central difference of Σ outputs · weights, summed in
 * double precision. Step 4e-3: outputs in float32 leave about 1e-5 of noise in a difference, the
 * third derivative about as much; the tolerance is 1e-3.
 */
export async function expectGradientsByDifferences(
  inputs: Values[],
  compute: Computation,
  backend: BackendName = 'cpu',
): Promise<void> {
  const { gradients } = await evaluate(backend, inputs, compute);
  inputs.forEach(({ values }, which) => {
    const differences = Array.from(values, (_, i) => {
      const direction = new Float32Array(values.length);
      direction[i] = 1;
      return differenceAlong(inputs, compute, which, direction, 4e-3);
    });
    expectClose(gradients[which], differences, 1e-3, `gradient ${which}`);
  });
}

/**
 * The same for inputs too large to go through: the gradient along one random direction per input,
 * with step 1e-3. A direction's slope is about as large as the gradient is long, of which the
 * difference may be off by 1e-3.
 */
export async function expectSlopesByDifferences(
  inputs: Values[],
  compute: Computation,
  backend: BackendName,
): Promise<void> {
  const { gradients } = await evaluate(backend, inputs, compute);
  inputs.forEach(({ values }, which) => {
    const direction = normal(`direction ${which}`, values.length).values;
    const slope = gradients[which].reduce((sum, x, i) => sum + x * direction[i], 0);
    const difference = differenceAlong(inputs, compute, which, direction, 1e-3);
    const allowed = 1e-3 * (1 + Math.sqrt(gradients[which].reduce((sum, x) => sum + x * x, 0)));
    expect(Math.abs(slope - difference), `gradient ${which}`).toBeLessThanOrEqual(allowed);
  });
}

/** (f(x + step · direction) − f(x − step · direction)) / (2 · step) of one input, f in double precision. */
function differenceAlong(
  inputs: Values[],
  compute: Computation,
  which: number,
  direction: Float32Array,
  step: number,
): number {
  const at = (shift: number): number =>
    tf.tidy(() => {
      const tensors = inputs.map(({ shape, values }, j) =>
        tf.tensor(
          j === which ? values.map((x, i) => x + shift * direction[i]) : values.slice(),
          shape,
        ),
      );
      return compute(operationsNow(), tensors)
        .map((output, i) => {
          const { values } = normal(`weights ${i}`, output.size);
          return read(output).reduce((sum, y, j) => sum + y * values[j], 0);
        })
        .reduce((a, b) => a + b);
    });
  return (at(step) - at(-step)) / (2 * step);
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
