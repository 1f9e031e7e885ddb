import { beforeAll, describe, expect, it } from 'vitest';
import { checkpoint, linear, rmsNorm, selectBackend, swiglu, tf } from '../../src/tensor/index.js';
import { availableBackends } from '../policy/backends.js';
import { normal } from './support.js';

interface Layer {
  norm: tf.Variable<tf.Rank.R1>;
  gate: tf.Variable<tf.Rank.R2>;
  a: tf.Variable<tf.Rank.R2>;
  b: tf.Variable<tf.Rank.R2>;
  down: tf.Variable<tf.Rank.R2>;
}

const width = 8;
const inner = 128;

function variable(seed: string, ...shape: number[]): tf.Variable {
  return tf.tidy(() => tf.variable(tf.tensor(normal(seed, ...shape).values, shape)));
}

function makeLayers(count: number): Layer[] {
  return Array.from({ length: count }, (_, i) => ({
    norm: variable(`norm ${i}`, width) as Layer['norm'],
    gate: variable(`gate ${i}`, inner, width) as Layer['gate'],
    a: variable(`a ${i}`, 2, width) as Layer['a'],
    b: variable(`b ${i}`, inner, 2) as Layer['b'],
    down: variable(`down ${i}`, width, inner) as Layer['down'],
  }));
}

function layerOutput(x: tf.Tensor2D, { norm, gate, a, b, down }: Layer): tf.Tensor2D {
  const h = rmsNorm(x, norm, 1e-6);
  const wide = linear(h, gate, null, { a, b, scale: 0.5 });
  return tf.add(x, linear(swiglu(wide, tf.tanh(wide)), down));
}

type Stack = (x: tf.Tensor2D, layers: Layer[]) => tf.Tensor2D;

const plain: Stack = (x, layers) => layers.reduce(layerOutput, x);

/** All but the frozen `gate`. */
const trainedOf = ({ norm, a, b, down }: Layer): tf.Variable[] => [norm, a, b, down];

const checkpointed: Stack = (x, layers) =>
  layers.reduce(
    (input, layer) =>
      checkpoint(
        (kept) => layerOutput(kept as tf.Tensor2D, layer),
        [input],
        [input, ...trainedOf(layer)],
      ),
    x,
  );

/** Two layers under one checkpoint, each under its own. */
const nested: Stack = (x, layers) =>
  checkpoint(
    (kept) => checkpointed(kept as tf.Tensor2D, layers),
    [x],
    [x, ...layers.flatMap(trainedOf)],
  );

/** The loss and the gradients of the start and of every trained variable, as numbers. */
function evaluate(stack: Stack, layers: Layer[], start: tf.Variable): Float32Array[] {
  return tf.tidy(() => {
    const targets = [start, ...layers.flatMap(trainedOf)];
    const { value, grads } = tf.variableGrads(
      () => tf.sum(tf.square(stack(start as tf.Variable<tf.Rank.R2>, layers))) as tf.Scalar,
      targets,
    );
    const read = (x: tf.Tensor): Float32Array => x.dataSync<'float32'>().slice();
    return [value, ...targets.map(({ name }) => grads[name])].map(read);
  });
}

function countOf(kernels: { name: string }[], name: string): number {
  return kernels.filter((kernel) => kernel.name === name).length;
}

for (const backend of await availableBackends()) {
  describe(`a checkpoint on ${backend}`, () => {
    let layers: Layer[];
    let start: tf.Variable;
    beforeAll(async () => {
      await selectBackend(backend, { threads: 2 });
      layers = makeLayers(4);
      start = variable('x', 16, width);
      return () => tf.dispose([start, ...layers.flatMap((layer) => Object.values(layer))]);
    });

    it('changes no bit of the value and of the gradients, nor does one inside another', () => {
      const expected = evaluate(plain, layers, start);
      expect(expected.every((values) => values.some((x) => x !== 0))).toBe(true);
      expect(evaluate(checkpointed, layers, start)).toEqual(expected);
      expect(evaluate(nested, layers, start)).toEqual(expected);
    });

    it('keeps its inputs only, and frees in the backward pass what it computes again', () => {
      const bytes = { plain: 0, checkpointed: 0 };
      const again: number[] = []; // tensors, whenever a layer is about to run again
      const watched: Stack = (x, all) =>
        all.reduce((input, layer) => {
          let runs = 0;
          const run = (kept: tf.Tensor): tf.Tensor2D => {
            if (++runs === 2) again.push(tf.memory().numTensors);
            return layerOutput(kept as tf.Tensor2D, layer);
          };
          return checkpoint(run, [input], [input, ...trainedOf(layer)]);
        }, x);
      for (const [name, stack] of [
        ['plain', plain],
        ['checkpointed', watched],
      ] as const) {
        const counting: Stack = (x, all) => {
          const before = tf.memory().numBytes;
          const output = tf.tidy(() => stack(x, all));
          bytes[name] = tf.memory().numBytes - before;
          return output;
        };
        evaluate(counting, layers, start);
      }
      const activation = 4 * 16 * inner; // one wide activation of one layer
      expect(bytes.plain).toBeGreaterThan(layers.length * 3 * activation);
      expect(bytes.checkpointed).toBeLessThan(activation);
      expect(again).toHaveLength(layers.length);
      // A layer leaves the gradients of its four variables and of its input, which is gone itself.
      again.slice(1).forEach((tensors, i) => expect(tensors - again[i]).toBe(4 + 1 - 1));
    });

    it('computes no gradient for what is not trained', async () => {
      const x = tf.tensor2d(normal('x', 4, 5).values, [4, 5]);
      const w = tf.variable(tf.tensor2d(normal('w', 5, 3).values, [5, 3]));
      const tail = tf.variable(tf.scalar(2));
      const products = async (trained: tf.Tensor[]): Promise<number> => {
        const { kernels } = await tf.profile(() =>
          tf.tidy(() => {
            const loss = (): tf.Scalar => {
              const y = checkpoint((input) => tf.matMul(input, w).mul(tail), [x], trained);
              return y.sum().asScalar();
            };
            return tf.variableGrads(loss, [tail, w]).value;
          }),
        );
        return countOf(kernels, 'BatchMatMul');
      };
      expect(await products([tail])).toBe(2); // forward, and again
      expect(await products([tail, w])).toBe(3);
      expect(await products([x, tail, w])).toBe(4);
      tf.dispose([x, w, tail]);
    });

    it('gives a zero gradient to what it was told of and did not use', () => {
      const other = tf.variable(tf.tensor1d([1, 2]));
      const { value, grads } = tf.variableGrads(
        () => checkpoint((x) => x.square().sum().asScalar(), [start], [start, other]),
        [start, other],
      );
      expect([...grads[other.name].dataSync()]).toEqual([0, 0]);
      tf.dispose([value, grads, other]);
    });

    it('runs once where no gradient is asked for, and leaves no tensor behind', () => {
      const before = tf.memory().numTensors;
      let runs = 0;
      const count = (x: tf.Tensor): tf.Tensor => {
        runs++;
        return x.square();
      };
      checkpoint(count, [start], [start]).dispose();
      expect(runs).toBe(1);
      expect(tf.memory().numTensors).toBe(before);
      evaluate(checkpointed, layers, start);
      evaluate(nested, layers, start);
      expect(tf.memory().numTensors).toBe(before);
    });

    it.each([1, 2])('passes on an error of run number %i, and the next pass is right', (bad) => {
      const expected = evaluate(checkpointed, layers, start);
      let runs = 0;
      const failing: Stack = (x, all) =>
        checkpoint(
          (kept) => {
            if (++runs === bad) throw new Error('no such luck');
            return plain(kept as tf.Tensor2D, all);
          },
          [x],
          [x],
        );
      expect(() => evaluate(failing, layers, start)).toThrow('no such luck');
      expect(runs).toBe(bad);
      expect(evaluate(checkpointed, layers, start)).toEqual(expected);
    });
  });
}
