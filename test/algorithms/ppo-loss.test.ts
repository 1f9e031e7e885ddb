import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  adaptiveKlCoef,
  maskedMean,
  ppoPolicyLoss,
  ppoValueLoss,
} from '../../src/algorithms/index.js';
import { expectClose, golden } from './ppo-golden.js';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

function valueOf(scalar: tf.Scalar): number {
  return scalar.dataSync()[0];
}

/** Relative to the largest entry: float32 has its rounding on sums, the reference ran in float64. */
function expectGradient(actual: tf.Tensor, expected: number[][]): void {
  const largest = Math.max(...expected.flat().map(Math.abs));
  const values = actual.dataSync();
  expected.flat().forEach((value, i) => {
    expect(Math.abs(values[i] - value)).toBeLessThanOrEqual(1e-5 * largest + 1e-9);
  });
}

function expectNear(actual: number, expected: number): void {
  expect(Math.abs(actual - expected)).toBeLessThanOrEqual(1e-5 * Math.abs(expected) + 2e-7);
}

describe('ppoPolicyLoss', () => {
  it.each(golden.policyLoss.map((one, i) => [`${one.source} ${i}`, one] as const))(
    'has the loss, the clip fraction and the gradient of %s',
    (_, one) =>
      tf.tidy(() => {
        const [oldLogprobs, advantages, completionMask] = [
          one.oldLogprobs,
          one.advantages,
          one.mask,
        ].map((rows) => tf.tensor2d(rows));
        const of = (logprobs: tf.Tensor): ReturnType<typeof ppoPolicyLoss> =>
          ppoPolicyLoss(
            { logprobs: logprobs as tf.Tensor2D, oldLogprobs, advantages, completionMask },
            one.options,
          );
        const logprobs = tf.tensor2d(one.logprobs);
        const result = of(logprobs);
        expectNear(valueOf(result.loss), one.loss);
        expectNear(valueOf(result.clipFraction), one.clipFraction);
        if (one.approxKl !== undefined) expectNear(valueOf(result.approxKl), one.approxKl);
        expectGradient(tf.grad((x) => of(x).loss)(logprobs), one.gradient);
      }),
  );

  it('has at least five such runs of each kind: TRL’s, and verl’s with a dual clip', () => {
    for (const source of ['trl', 'verl'] as const) {
      const runs = golden.policyLoss.filter((one) => one.source === source);
      expect(runs.length, source).toBeGreaterThanOrEqual(5);
      expect(runs.some(({ clipFraction }) => clipFraction > 0)).toBe(true);
    }
    const dual = golden.policyLoss.filter(({ options }) => options.dualClip !== undefined);
    expect(dual.length).toBeGreaterThanOrEqual(5);
    // The dual clip did something in at least one of them.
    const without = dual.filter(({ options, loss, ...one }) => {
      const [logprobs, oldLogprobs, advantages, completionMask] = [
        one.logprobs,
        one.oldLogprobs,
        one.advantages,
        one.mask,
      ].map((rows) => tf.tensor2d(rows));
      const { cliprange, cliprangeHigh } = options;
      const plain = ppoPolicyLoss(
        { logprobs, oldLogprobs, advantages, completionMask },
        { cliprange, cliprangeHigh },
      );
      return Math.abs(valueOf(plain.loss) - loss) > 1e-3;
    });
    expect(without.length).toBeGreaterThan(0);
  });

  const inputs = (): Parameters<typeof ppoPolicyLoss>[0] => ({
    logprobs: tf.tensor2d([
      [-0.9, -1, -1],
      [-1.4, NaN, NaN],
    ]),
    oldLogprobs: tf.tensor2d([
      [-1, -0.7, -1.5],
      [-1.8, NaN, 9],
    ]),
    advantages: tf.tensor2d([
      [0.7, 0.7, 0.7],
      [-0.7, NaN, 3],
    ]),
    completionMask: tf.tensor2d([
      [1, 1, 1],
      [1, 0, 0],
    ]),
  });

  it('is the mean of the golden per-token losses, whatever stands at masked positions', () => {
    const { loss, ratio } = ppoPolicyLoss(inputs());
    expect(valueOf(loss)).toBeCloseTo((-0.77362 - 0.518573 - 0.84 + 1.044277) / 4, 6);
    const ratios = [0.1, -0.3, 0.5, 0.4].map(Math.exp);
    expect(valueOf(ratio)).toBeCloseTo(ratios.reduce((sum, one) => sum + one, 0) / 4, 6);
    const gradient = tf.grad(
      (x) => ppoPolicyLoss({ ...inputs(), logprobs: x as tf.Tensor2D }).loss,
    )(inputs().logprobs);
    const values = Array.from(gradient.dataSync());
    expect(values.every(Number.isFinite)).toBe(true);
    expect(values.slice(4).map(Math.abs)).toEqual([0, 0]);
  });

  it('adds up over parts when they are told the tokens of the whole', () => {
    const whole = ppoPolicyLoss(inputs());
    const parts = [0, 1].map((b) => {
      const { logprobs, oldLogprobs, advantages, completionMask } = inputs();
      const row = (values: tf.Tensor2D): tf.Tensor2D => tf.slice(values, [b, 0], [1, 3]);
      return ppoPolicyLoss(
        {
          logprobs: row(logprobs),
          oldLogprobs: row(oldLogprobs),
          advantages: row(advantages),
          completionMask: row(completionMask),
        },
        { tokensInBatch: 4 },
      );
    });
    for (const figure of ['loss', 'clipFraction', 'approxKl', 'ratio'] as const) {
      const sum = valueOf(parts[0][figure]) + valueOf(parts[1][figure]);
      expect(sum).toBeCloseTo(valueOf(whole[figure]), 6);
    }
  });

  it('is 0 with everything masked or no advantage, and keeps no tensor', () => {
    const given = inputs();
    const nothing = { ...given, completionMask: tf.zeros<tf.Rank.R2>([2, 3]) };
    expect(valueOf(ppoPolicyLoss(nothing).loss)).toBe(0);
    const { numTensors } = tf.memory();
    tf.dispose(Object.values(ppoPolicyLoss(given)));
    expect(tf.memory().numTensors).toBe(numTensors);
  });

  it('names shapes that disagree, and a dual clip that is none', () => {
    const advantages = tf.zeros<tf.Rank.R2>([2, 1]);
    expect(() => ppoPolicyLoss({ ...inputs(), advantages })).toThrow(
      /advantages to match logprobs \[2, 3\], got \[2, 1\]/,
    );
    expect(() => ppoPolicyLoss(inputs(), { dualClip: 1 })).toThrow(/dualClip above 1, got 1/);
  });
});

describe('ppoValueLoss', () => {
  it.each(golden.valueLoss.map((one, i) => [`${one.source} ${i}`, one] as const))(
    'has the loss, the clip fraction and the gradient of %s',
    (_, one) =>
      tf.tidy(() => {
        const [oldValues, returns, completionMask] = [one.oldValues, one.returns, one.mask].map(
          (rows) => tf.tensor2d(rows),
        );
        const of = (values: tf.Tensor): ReturnType<typeof ppoValueLoss> =>
          ppoValueLoss(
            { values: values as tf.Tensor2D, oldValues, returns, completionMask },
            one.options,
          );
        const values = tf.tensor2d(one.values);
        expectNear(valueOf(of(values).loss), one.loss);
        expectNear(valueOf(of(values).clipFraction), one.clipFraction);
        expectGradient(tf.grad((x) => of(x).loss)(values), one.gradient);
      }),
  );

  it('has at least five such runs of each reference, some of them clipped', () => {
    for (const source of ['trl', 'verl'] as const) {
      const runs = golden.valueLoss.filter((one) => one.source === source);
      expect(runs.length, source).toBeGreaterThanOrEqual(5);
      expect(runs.some(({ clipFraction }) => clipFraction > 0)).toBe(true);
    }
  });

  it('has the golden value of one completion', () => {
    const { loss } = ppoValueLoss({
      values: tf.tensor2d([[0.9, 0.1, 0.6, 0.8]]),
      oldValues: tf.tensor2d([[0.5, 0.4, 0.6, 0.8]]),
      returns: tf.tensor2d([[0.846975, 0.8705, 0.99, 1.0]]),
      completionMask: tf.ones<tf.Rank.R2>([1, 4]),
    });
    expect(valueOf(loss)).toBeCloseTo(0.100921, 6);
  });

  it('has the gradient that finite differences give', () => {
    const others = {
      oldValues: tf.tensor2d([[0.5, 0.4, 0.6]]),
      returns: tf.tensor2d([[0.8, 0.9, 0.1]]),
      completionMask: tf.tensor2d([[1, 1, 1]]),
    };
    const loss = (values: tf.Tensor2D): tf.Scalar => ppoValueLoss({ values, ...others }).loss;
    const base = [0.95, 0.1, 0.65];
    const gradient = tf
      .grad((x) => loss(x as tf.Tensor2D))(tf.tensor2d([base]))
      .dataSync();
    base.forEach((_, i) => {
      const at = (change: number): number =>
        valueOf(loss(tf.tensor2d([base.map((value, j) => value + (i === j ? change : 0))])));
      expect(gradient[i]).toBeCloseTo((at(1e-2) - at(-1e-2)) / 2e-2, 3);
    });
  });
});

describe('maskedMean', () => {
  it('is verl’s token mean with its gradient, in at least five runs', () => {
    expect(golden.tokenMean.length).toBeGreaterThanOrEqual(5);
    for (const one of golden.tokenMean) {
      const [values, mask] = [tf.tensor2d(one.values), tf.tensor2d(one.mask)];
      expectNear(valueOf(maskedMean(values, mask)), one.mean);
      expectGradient(tf.grad((x) => maskedMean(x as tf.Tensor2D, mask))(values), one.gradient);
    }
  });
});

describe('adaptiveKlCoef', () => {
  it('is verl’s controller, in at least five runs', () => {
    expect(golden.klController.length).toBeGreaterThanOrEqual(5);
    for (const { klCoef, kl, samples, target, horizon, next } of golden.klController) {
      expectClose(adaptiveKlCoef(klCoef, kl, samples, { target, horizon }), next);
    }
  });

  it('refuses a target that is none', () => {
    expect(() => adaptiveKlCoef(0.1, 1, 8, { target: 0, horizon: 100 })).toThrow(/target.*above 0/);
  });
});
