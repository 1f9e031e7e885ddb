import { beforeEach, describe, expect, it } from 'vitest';
import {
  adamwStep,
  globalNorm,
  selectBackend,
  tf,
  type AdamwSettings,
} from '../../src/tensor/index.js';
import { expectClose, nativeBuilt, normal } from './support.js';

const settings: AdamwSettings = {
  learningRate: 0.01,
  beta1: 0.9,
  beta2: 0.95,
  epsilon: 1e-8,
  weightDecay: 0.1,
  step: 1,
};

/** torch.optim.AdamW's single-tensor update, written out in double precision. */
function reference(
  p: number[],
  m: number[],
  v: number[],
  g: ArrayLike<number>,
  s: AdamwSettings,
): void {
  for (let i = 0; i < p.length; i++) {
    p[i] *= 1 - s.learningRate * s.weightDecay;
    m[i] += (g[i] - m[i]) * (1 - s.beta1);
    v[i] = v[i] * s.beta2 + g[i] * g[i] * (1 - s.beta2);
    const denominator = Math.sqrt(v[i]) / Math.sqrt(1 - s.beta2 ** s.step) + s.epsilon;
    p[i] -= (s.learningRate / (1 - s.beta1 ** s.step)) * (m[i] / denominator);
  }
}

describe.each(['cpu', 'native'] as const)('on %s', (backend) => {
  beforeEach(async (context) => {
    if (backend === 'native' && !nativeBuilt) context.skip();
    await selectBackend(backend);
  });

  it.each([[3], [40, 70]])(
    'adamwStep follows the written-out update over five steps (%i …)',
    (...shape) => {
      const start = normal('p', ...shape);
      const p = Array.from(start.values);
      const [m, v] = [p.map(() => 0), p.map(() => 0)];
      const variable = tf.variable(tf.tensor(start.values, shape));
      const moments = [tf.variable(tf.zeros(shape)), tf.variable(tf.zeros(shape))];
      for (let step = 1; step <= 5; step++) {
        const g = normal(`g${step}`, ...shape).values;
        reference(p, m, v, g, { ...settings, step });
        adamwStep(variable, tf.tensor(g, shape), moments[0], moments[1], { ...settings, step });
      }
      expectClose(variable.dataSync(), p, 1e-5, 'p');
      expectClose(moments[0].dataSync(), m, 1e-5, 'm');
      expectClose(moments[1].dataSync(), v, 1e-5, 'v');
    },
  );

  it('adamwStep changes neither the array a variable was made from nor clones and values read before', () => {
    const given = new Float32Array(2000).fill(1);
    const variable = tf.variable(tf.tensor1d(given));
    const moments = [tf.variable(tf.zeros([2000])), tf.variable(tf.zeros([2000]))];
    adamwStep(variable, tf.ones([2000]), moments[0], moments[1], settings);
    expect(given.every((x) => x === 1)).toBe(true);
    const read = variable.dataSync();
    const clone = variable.clone();
    const before = read[7];
    adamwStep(variable, tf.ones([2000]), moments[0], moments[1], { ...settings, step: 2 });
    expect(read[7]).toBe(before);
    expect(clone.dataSync()[7]).toBe(before);
    expect(variable.dataSync()[7]).toBeLessThan(before);
  });

  it('globalNorm is the length of all gradients laid end to end', () => {
    expect(
      globalNorm([
        tf.tensor1d([3]),
        tf.tensor2d([
          [0, 4],
          [0, 12],
        ]),
      ]),
    ).toBe(13);
    const parts = [normal('a', 300, 170), normal('b', 5)];
    const sum = parts.reduce((total, { values }) => values.reduce((t, x) => t + x * x, total), 0);
    const came = globalNorm(parts.map(({ values, shape }) => tf.tensor(values, shape)));
    expect(Math.abs(came - Math.sqrt(sum))).toBeLessThan(1e-9 * sum);
    expect(globalNorm([])).toBe(0);
  });
});
