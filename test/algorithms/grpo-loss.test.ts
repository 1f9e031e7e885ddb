import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  grpoLoss,
  grpoTokenLoss,
  type GrpoLossInputs,
  type GrpoLossOptions,
  type GrpoLossType,
} from '../../src/algorithms/index.js';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

/** Two completions of 3 and 1 tokens; log ratios [[.1, -.3, .5], [.4]], advantages .7 and -.7. */
function goldenInputs(): GrpoLossInputs & { oldLogprobs: tf.Tensor2D } {
  const old = [
    [-1, -0.7, -1.5],
    [-0.9, -9, -9],
  ];
  const ratios = [
    [0.1, -0.3, 0.5],
    [0.4, 3, -3],
  ];
  return {
    logprobs: tf.tensor2d(old.map((row, b) => row.map((value, t) => value + ratios[b][t]))),
    oldLogprobs: tf.tensor2d(old),
    advantages: tf.tensor2d([[0.7], [-0.7]]),
    completionMask: tf.tensor2d([
      [1, 1, 1],
      [1, 0, 0],
    ]),
  };
}

function lossOf(inputs: GrpoLossInputs, options: GrpoLossOptions): number {
  return tf.tidy(() => grpoLoss(inputs, options).loss.dataSync()[0]);
}

describe('grpoLoss', () => {
  // Golden values: TRL's formulas (grpo_trainer.py:3083-3150) run in numpy float64.
  it('has TRL’s per-token losses', () => {
    const { tokenLoss } = grpoTokenLoss(goldenInputs(), { epsilon: 0.2 });
    const expected = [-0.77362, -0.518573, -0.84, 1.044277, 0, 0];
    tokenLoss.dataSync().forEach((value, i) => expect(value).toBeCloseTo(expected[i], 5));
  });

  it.each<[GrpoLossType, number | undefined, number]>([
    ['grpo', undefined, 0.166773],
    ['bnpo', undefined, -0.271979],
    ['dapo', undefined, -0.271979],
    ['dr_grpo', undefined, -0.067995],
  ])('aggregates as TRL’s loss_type %s', (lossType, epsilonHigh, expected) => {
    const options = { epsilon: 0.2, epsilonHigh, lossType, maxCompletionLength: 8 };
    expect(lossOf(goldenInputs(), options)).toBeCloseTo(expected, 5);
  });

  it('clips from above at epsilonHigh alone', () => {
    const options = { epsilon: 0.2, epsilonHigh: 0.28, lossType: 'dapo' } as const;
    expect(lossOf(goldenInputs(), options)).toBeCloseTo(-0.285979, 4);
  });

  it('reports the shares of tokens clipped on each side', () => {
    const result = grpoLoss(
      {
        ...goldenInputs(),
        advantages: tf.tensor2d([
          [0.7, -0.7, 0.7],
          [-0.7, -0.7, -0.7],
        ]),
      },
      { epsilon: 0.2 },
    );
    // exp(-.3) < .8 with A < 0; exp(.5) > 1.2 with A > 0; exp(.4) > 1.2 has A < 0 and is not clipped.
    expect(result.clipLow.dataSync()[0]).toBeCloseTo(1 / 4, 6);
    expect(result.clipHigh.dataSync()[0]).toBeCloseTo(1 / 4, 6);
    expect(Array.from(result.clippedTokens.dataSync())).toEqual([2, 0]);
  });

  it('has the gradient that finite differences give, for every loss type, with a KL term', () => {
    const inputs = goldenInputs();
    const refLogprobs = tf.tensor2d([
      [-1.3, -0.6, -1.2],
      [-0.2, 0, 0],
    ]);
    for (const lossType of ['grpo', 'bnpo', 'dapo', 'dr_grpo'] as const) {
      const options = { epsilon: 0.2, epsilonHigh: 0.28, beta: 0.1, lossType };
      const loss = (logprobs: tf.Tensor2D): tf.Scalar =>
        grpoLoss({ ...inputs, logprobs, refLogprobs }, options).loss;
      const gradient = tf
        .grad((x) => loss(x as tf.Tensor2D))(inputs.logprobs)
        .dataSync();
      const base = Array.from(inputs.logprobs.dataSync());
      const step = 1e-2;
      const at = (i: number, change: number): number => {
        const moved = base.map((value, j) => (j === i ? value + change : value));
        return loss(tf.tensor2d(moved, [2, 3])).dataSync()[0];
      };
      base.forEach((_, i) => {
        const difference = (at(i, step) - at(i, -step)) / (2 * step);
        expect(gradient[i]).toBeCloseTo(difference, 3);
      });
    }
  });

  it('without old logprobs has ratio 1 and the policy gradient -A / tokens', () => {
    const inputs = { ...goldenInputs(), oldLogprobs: undefined };
    expect(lossOf(inputs, { lossType: 'dapo' })).toBeCloseTo(-(3 * 0.7 - 0.7) / 4, 6);
    const gradient = tf.grad(
      (logprobs) => grpoLoss({ ...inputs, logprobs: logprobs as tf.Tensor2D }).loss,
    )(inputs.logprobs);
    const expected = [-0.7 / 4, -0.7 / 4, -0.7 / 4, 0.7 / 4, 0, 0];
    gradient.dataSync().forEach((value, i) => expect(value).toBeCloseTo(expected[i], 6));
  });

  it('has no gradient where every advantage is 0', () => {
    const inputs = { ...goldenInputs(), advantages: tf.zeros<tf.Rank.R2>([2, 1]) };
    const gradient = tf.grad((x) => grpoLoss({ ...inputs, logprobs: x as tf.Tensor2D }).loss)(
      inputs.logprobs,
    );
    expect(Array.from(gradient.dataSync()).every((value) => value === 0)).toBe(true);
  });

  it('takes one advantage per token, and equals the scalar to the bit where they agree', () => {
    const inputs = goldenInputs();
    const perToken = {
      ...inputs,
      advantages: tf.tensor2d([
        [0.7, 0.7, 0.7],
        [-0.7, -0.7, -0.7],
      ]),
    };
    for (const lossType of ['grpo', 'bnpo', 'dapo', 'dr_grpo'] as const) {
      expect(lossOf(perToken, { lossType })).toBe(lossOf(inputs, { lossType }));
    }
  });

  it('ignores masked positions, whatever they hold', () => {
    const inputs = goldenInputs();
    const poison = (values: tf.Tensor2D): tf.Tensor2D =>
      tf.tensor2d(
        Array.from(values.dataSync()).map((value, i) => (i > 3 ? NaN : value)),
        [2, 3],
      );
    const poisoned = {
      ...inputs,
      logprobs: poison(inputs.logprobs),
      oldLogprobs: poison(inputs.oldLogprobs),
    };
    expect(lossOf(poisoned, {})).toBe(lossOf(inputs, {}));
    const gradient = tf
      .grad((x) => grpoLoss({ ...poisoned, logprobs: x as tf.Tensor2D }).loss)(poisoned.logprobs)
      .dataSync();
    expect(Array.from(gradient).every(Number.isFinite)).toBe(true);
  });

  it('gives 0, never NaN, when everything is masked', () => {
    const inputs = { ...goldenInputs(), completionMask: tf.zeros<tf.Rank.R2>([2, 3]) };
    const refLogprobs = inputs.oldLogprobs;
    for (const lossType of ['grpo', 'bnpo', 'dapo', 'dr_grpo'] as const) {
      const result = grpoLoss({ ...inputs, refLogprobs }, { lossType, beta: 0.1 });
      for (const value of [result.loss, result.kl, result.clipLow, result.clipHigh]) {
        expect(Math.abs(value.dataSync()[0])).toBe(0);
      }
    }
  });

  it('adds up over parts of a batch when given the totals of the whole', () => {
    const whole = goldenInputs();
    const rows = (from: number): GrpoLossInputs => ({
      logprobs: tf.slice(whole.logprobs, [from, 0], [1, 3]),
      oldLogprobs: tf.slice(whole.oldLogprobs, [from, 0], [1, 3]),
      advantages: tf.slice(whole.advantages, [from, 0], [1, 1]),
      completionMask: tf.slice(whole.completionMask, [from, 0], [1, 3]),
    });
    for (const lossType of ['grpo', 'bnpo', 'dapo', 'dr_grpo'] as const) {
      const options = { lossType, tokensInBatch: 4, sequencesInBatch: 2, maxCompletionLength: 8 };
      const parts = lossOf(rows(0), options) + lossOf(rows(1), options);
      expect(parts).toBeCloseTo(lossOf(whole, { lossType, maxCompletionLength: 8 }), 6);
    }
  });

  it('leaves no tensor behind but its results', () => {
    const inputs = goldenInputs();
    const before = tf.memory().numTensors;
    const result = grpoLoss(inputs);
    expect(tf.memory().numTensors).toBe(before + 5);
    tf.dispose([result.loss, result.clipLow, result.clipHigh, result.clippedTokens, result.kl]);
  });

  it('names both shapes when they disagree, and asks for the reference when beta is set', () => {
    const inputs = goldenInputs();
    expect(() => grpoLoss({ ...inputs, advantages: tf.zeros([3, 1]) })).toThrow(
      /advantages to match logprobs \[2, 3\], got \[3, 1\]/,
    );
    expect(() => grpoLoss(inputs, { beta: 0.1 })).toThrow(/refLogprobs/);
  });
});
