import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  grpoLoss,
  grpoLossTypes,
  grpoTokenLoss,
  importanceSamplingLevels,
  importanceSamplingRatio,
  topEntropyThreshold,
  type GrpoLossInputs,
  type GrpoLossOptions,
} from '../../src/algorithms/index.js';
import { ours, tensorsOf, type LossCase } from './policy-gradient-golden.js';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

/** Every loss type and level, each option, and all of them together. */
const settings: GrpoLossOptions[] = [
  ...grpoLossTypes.map((lossType) => ({ lossType, epsilonHigh: 0.3, beta: 0.1 })),
  ...importanceSamplingLevels.map((importanceSamplingLevel) => ({ importanceSamplingLevel })),
  { delta: 1.3, clipRatioC: 2, lossType: 'bnpo' },
  { beta: 0.1, klEstimator: 'k1', useBiasCorrectionKl: true },
  { beta: 0.1, klEstimator: 'k2' },
  { offPolicyMaskThreshold: 0.01, lossType: 'luspo', importanceSamplingLevel: 'sequence' },
  { topEntropyQuantile: 0.5, entropyCoef: 0.02, lossType: 'sapo' },
];

function caseOf(fixture: string, options: GrpoLossOptions): LossCase {
  return { source: '', names: [], fixture, options, loss: NaN, dLogprobs: [] };
}

describe('grpoLoss with any option', () => {
  it.each(settings)('ignores masked positions, whatever they hold: %j', (options) => {
    for (const fixture of ['truncated and flat', 'far', 'per token, far']) {
      const inputs = tensorsOf(fixture);
      const mask = inputs.completionMask.dataSync();
      const poisoned = Object.fromEntries(
        Object.entries(inputs)
          .filter(([name, tensor]) => name !== 'completionMask' && tensor.size === mask.length)
          .map(([name, tensor]) => {
            const values = Array.from(tensor.dataSync(), (value, i) => (mask[i] ? value : NaN));
            return [name, tf.tensor2d(values, inputs.completionMask.shape)];
          }),
      );
      const clean = ours(caseOf(fixture, options));
      const poison = ours(caseOf(fixture, options), poisoned);
      expect(poison.loss).toBe(clean.loss);
      expect(clean.loss).not.toBe(0);
      poison.dLogprobs.forEach((value, i) => {
        if (mask[i]) expect(value).toBe(clean.dLogprobs[i]);
        else expect(Math.abs(value)).toBe(0);
      });
      tf.dispose([inputs, poisoned] as unknown as tf.TensorContainer);
    }
  });

  it.each(settings)('gives 0 when everything is masked: %j', (options) => {
    const completionMask = tf.zeros<tf.Rank.R2>([4, 6]);
    const { loss, dLogprobs } = ours(caseOf('ragged', options), { completionMask });
    expect(Math.abs(loss)).toBe(0);
    expect(dLogprobs.every((value) => value === 0)).toBe(true);
  });

  it.each(settings)('adds up over parts of a batch given the totals: %j', (options) => {
    const inputs = tensorsOf('far');
    const [rows, width] = inputs.completionMask.shape;
    const threshold = topEntropyThreshold(
      Array.from(inputs.entropies.dataSync()).filter(
        (_, i) => inputs.completionMask.dataSync()[i] === 1,
      ),
      options.topEntropyQuantile ?? 1,
    );
    const tokens = inputs.completionMask.sum().dataSync()[0];
    const trained = tf.tidy(
      () => grpoTokenLoss(inputs, options).trained.sum().dataSync()[0] as number,
    );
    const whole = lossOf(inputs, options);
    let parts = 0;
    for (const [from, count] of [
      [0, 2],
      [2, 3],
      [5, 1],
    ] as const) {
      // prettier-ignore
      const part = Object.fromEntries(
        Object.entries(inputs).map(([name, tensor]) => [
          name,
          tf.slice(tensor, [from, 0], [count, tensor.shape[1]]),
        ]),
      ) as unknown as GrpoLossInputs;
      parts += lossOf(part, {
        ...options,
        tokensInBatch: tokens,
        sequencesInBatch: rows,
        maxCompletionLength: width,
        entropyThreshold: threshold,
        entropyTokensInBatch: trained,
      });
    }
    expect(parts).toBeCloseTo(whole, 5);
  });

  it('takes equal advantages of all tokens for one of the completion, to the bit', () => {
    const inputs = tensorsOf('far');
    const spread = tf.add<tf.Tensor2D>(inputs.advantages, tf.zerosLike(inputs.logprobs));
    for (const options of settings) {
      const scalar = ours(caseOf('far', options));
      expect(ours(caseOf('far', options), { advantages: spread })).toEqual(scalar);
    }
  });
});

describe('the levels of the importance ratio', () => {
  it('agree at the token level where nothing has moved', () => {
    for (const importanceSamplingLevel of importanceSamplingLevels) {
      const { ratio } = grpoTokenLoss(
        { ...tensorsOf('ragged'), oldLogprobs: undefined },
        { importanceSamplingLevel },
      );
      expect(new Set(ratio.dataSync())).toEqual(new Set([1]));
    }
  });

  it('sequence_token moves a token by its own advantage, sequence all tokens by their mean', () => {
    const inputs = {
      logprobs: tf.tensor2d([[-1, -2]]),
      oldLogprobs: tf.tensor2d([[-1.1, -1.9]]),
      advantages: tf.tensor2d([[1, -1]]),
      completionMask: tf.ones<tf.Rank.R2>([1, 2]),
    };
    const gradient = (importanceSamplingLevel: 'sequence' | 'sequence_token'): number[] =>
      Array.from(
        tf
          .grad(
            (x) =>
              grpoLoss(
                { ...inputs, logprobs: x as tf.Tensor2D },
                { lossType: 'grpo', importanceSamplingLevel },
              ).loss,
          )(inputs.logprobs)
          .dataSync(),
      );
    gradient('sequence').forEach((value) => expect(value).toBeCloseTo(0, 6));
    const [first, second] = gradient('sequence_token');
    expect(first).toBeCloseTo(-0.5, 6);
    expect(second).toBeCloseTo(0.5, 6);
  });
});

describe('grpoLoss asks', () => {
  const inputs = (): GrpoLossInputs => ({ ...tensorsOf('ragged'), entropies: undefined });

  it.each<[GrpoLossOptions, RegExp]>([
    [{ lossType: 'cispo' }, /epsilonHigh with lossType cispo.*Pass e\.g\. 5/],
    [{ entropyCoef: 0.1 }, /entropies \[B, T\] because entropyCoef is 0\.1/],
    [{ topEntropyQuantile: 0.2 }, /entropies \[B, T\].*topEntropyQuantile 0\.2/],
    [{ topEntropyQuantile: 1.2 }, /topEntropyQuantile from 0 to 1, got 1\.2/],
    [{ clipRatioC: 1 }, /clipRatioC above 1, got 1/],
    [{ delta: 0 }, /delta above 0/],
    [{ epsilon: -0.1 }, /epsilon to be at least 0, got -0\.1/],
    [{ lossType: 'ppo' } as unknown as GrpoLossOptions, /lossType grpo, bnpo.*got "ppo"/],
    [
      { importanceSamplingLevel: 'word' } as unknown as GrpoLossOptions,
      /importanceSamplingLevel token, sequence.*got "word"/,
    ],
  ])('for what %j needs', (options, message) => {
    expect(() => grpoLoss(inputs(), options)).toThrow(message);
  });

  it('for weights per token with vespo, and names the shapes of others', () => {
    const ratio = tf.ones<tf.Rank.R2>([4, 1]);
    expect(() =>
      grpoLoss({ ...inputs(), importanceSamplingRatio: ratio }, { lossType: 'vespo' }),
    ).toThrow(/\[B, T\] with lossType vespo.*got \[4, 1\]/);
    expect(() => grpoLoss({ ...inputs(), importanceSamplingRatio: tf.ones([3, 1]) }, {})).toThrow(
      /importanceSamplingRatio to match logprobs \[4, 6\], got \[3, 1\]/,
    );
    expect(() =>
      importanceSamplingRatio(tf.zeros([1, 2]), tf.zeros([1, 2]), tf.ones([1, 2]), {
        mode: 'word' as unknown as 'token_mask',
      }),
    ).toThrow(/the mode token_truncate.*got "word"/);
  });
});

it('topEntropyThreshold lies between neighbours, and nothing passes where there are no tokens', () => {
  expect(topEntropyThreshold([3, 1, 2], 0.5)).toBe(2);
  expect(topEntropyThreshold([3, 1, 2, 4], 0.5)).toBe(2.5);
  expect(topEntropyThreshold([1, 2], 0)).toBe(2);
  expect(topEntropyThreshold([], 0.5)).toBe(Infinity);
});

function lossOf(inputs: GrpoLossInputs, options: GrpoLossOptions): number {
  return tf.tidy(() => grpoLoss(inputs, options).loss.dataSync()[0]);
}
