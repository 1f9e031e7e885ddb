import { describe, expect, it } from 'vitest';
import {
  cpoLoss,
  dpoLoss,
  ktoLoss,
  ktoReferencePoint,
  orpoLoss,
  preferenceWeights,
  sequenceLogps,
  sharedLengthWeights,
  wpoWeights,
  type DpoLossInputs,
  type DpoLossOptions,
} from '../../src/algorithms/index.js';
import { log1mexp, logSigmoid, sigmoid } from '../../src/algorithms/sigmoid.js';
import { tf } from '../../src/tensor/index.js';
import { mismatchedIndices } from '../../src/training/kto-pairing.js';
import { readGolden } from './preference-golden.js';

const one = (value: number): tf.Tensor1D => tf.tensor1d([value]);
const numberOf = (tensor: tf.Tensor): number => tensor.dataSync()[0];

/** Policy -20 and -25, reference -22 and -24, 10 and 12 tokens: a difference of 3. */
function example(): DpoLossInputs {
  return {
    ...{ chosenLogps: one(-20), rejectedLogps: one(-25) },
    ...{ refChosenLogps: one(-22), refRejectedLogps: one(-24) },
    ...{ chosenLengths: one(10), rejectedLengths: one(12) },
  };
}

describe('preference losses by hand', () => {
  it.each<[DpoLossOptions, number]>([
    [{ lossType: 'sigmoid' }, 0.554355],
    [{ lossType: 'hinge' }, 0.7],
    [{ lossType: 'ipo_sum' }, 4],
    [{ lossType: 'ipo' }, 22.246944],
    [{ lossType: 'cdpo', labelSmoothing: 0.1 }, 0.584355],
    [{ lossType: 'robust', labelSmoothing: 0.1 }, 0.516855],
  ])('DPO with %o is %f', (options, expected) => {
    expect(numberOf(dpoLoss(example(), options).loss)).toBeCloseTo(expected, 5);
  });

  it('KTO is λ(1 − σ(±β(r − z0)))', () => {
    const lossOf = (ratio: number, label: boolean, kl = 0.3): number =>
      numberOf(ktoLoss({ logps: one(ratio), refLogps: one(0), labels: [label], kl }).loss);
    expect(lossOf(2, true)).toBeCloseTo(0.457602, 5);
    expect(lossOf(-1, false)).toBeCloseTo(0.467546, 5);
    expect(ktoReferencePoint([-1, -2], [-4, -1])).toBe(1);
    expect(ktoReferencePoint([-4], [-1])).toBe(0);
    expect(ktoReferencePoint([], [])).toBe(0);
  });

  it('add up over parts of a batch when given the totals of the whole', () => {
    const logps = [-4, -7, -2.5];
    const part = (from: number, to: number): DpoLossInputs => {
      const of = (values: number[]): tf.Tensor1D => tf.tensor1d(values.slice(from, to));
      return {
        ...{ chosenLogps: of(logps), rejectedLogps: of([-3, -9, -6]) },
        ...{ refChosenLogps: of([-5, -6, -2]), refRejectedLogps: of([-3, -8, -7]) },
        ...{ chosenLengths: of([4, 1, 2]), rejectedLengths: of([2, 5, 3]) },
      };
    };
    const options: DpoLossOptions = {
      lossType: ['ipo', 'sft', 'apo_zero'],
      lossWeights: [1, 0.5, 2],
    };
    const shares = { ...options, pairsInBatch: 3, chosenTokensInBatch: 7 };
    const whole = numberOf(dpoLoss(part(0, 3), options).loss);
    const sum = [part(0, 2), part(2, 3)].reduce((s, p) => s + numberOf(dpoLoss(p, shares).loss), 0);
    expect(sum).toBeCloseTo(whole, 4);
  });

  it('leave nothing behind but their results', () => {
    const inputs = example();
    const before = tf.memory().numTensors;
    tf.dispose(Object.values(dpoLoss(inputs, { lossType: ['ipo', 'aot', 'discopop', 'sft'] })));
    const { chosenLogps, rejectedLogps, chosenLengths, rejectedLengths } = inputs;
    const free = {
      ...{ chosenLogps, rejectedLogps },
      chosenLengths: chosenLengths ?? chosenLogps,
      rejectedLengths: rejectedLengths ?? rejectedLogps,
    };
    tf.dispose(Object.values(cpoLoss(free, { lossType: 'simpo', alpha: 0.1 })));
    const sequence = {
      chosenSequenceLogps: chosenLogps,
      chosenSequenceLengths: free.chosenLengths,
    };
    tf.dispose(Object.values(orpoLoss({ ...free, ...sequence })));
    const kto = { logps: chosenLogps, refLogps: rejectedLogps, labels: [true], kl: 0 };
    tf.dispose(Object.values(ktoLoss(kto)));
    expect(tf.memory().numTensors).toBe(before);
  });

  it('stay finite at margins that no float32 exponent holds', () => {
    for (const lossType of ['sigmoid', 'discopop', 'apo_zero', 'nca_pair', 'robust'] as const) {
      for (const margin of [-300, 300]) {
        const inputs = { ...example(), chosenLogps: one(-20 + margin) };
        const options: DpoLossOptions = { lossType, beta: 1 };
        const lossOf = (x: tf.Tensor): tf.Scalar =>
          dpoLoss({ ...inputs, chosenLogps: x as tf.Tensor1D }, options).loss;
        const { value, grad } = tf.valueAndGrad(lossOf)(inputs.chosenLogps);
        expect([numberOf(value), numberOf(grad)].every(Number.isFinite), lossType).toBe(true);
      }
    }
    const { value, grad } = tf.valueAndGrad((x) => log1mexp(x))(tf.tensor1d([0, -1e-9, -1, -200]));
    expect(Array.from(value.dataSync()).every(Number.isFinite)).toBe(true);
    expect(grad.dataSync()[0]).toBe(0);
    expect(grad.dataSync()[2]).toBeCloseTo(-1 / (Math.E - 1), 6);
    const slope = tf.grad((x) => sigmoid(x))(one(30));
    expect(numberOf(slope) / Math.exp(-30)).toBeCloseTo(1, 4);
    expect(numberOf(tf.grad((x) => tf.tidy(() => logSigmoid(tf.mul(x, 1))))(one(0)))).toBe(0.5);
  });

  it('name both shapes when they disagree', () => {
    expect(() => dpoLoss({ ...example(), rejectedLogps: tf.zeros([2]) })).toThrow(
      /rejectedLogps to match chosenLogps \[1\], got \[2\]/,
    );
    expect(() => dpoLoss({ ...example(), chosenLengths: undefined }, { lossType: 'ipo' })).toThrow(
      /chosenLengths and rejectedLengths/,
    );
    expect(() => ktoLoss({ logps: one(0), refLogps: one(0), labels: [true] })).toThrow(/z0/);
  });
});

describe('token weights', () => {
  it('of the rejected side are 1 on what is wrong; without a located finding it is the plain loss', () => {
    expect(preferenceWeights([0, 1, 0.5, 0], 'rejected')).toEqual([0, 1, 1, 0]);
    expect(preferenceWeights([0, 1, 0.5, 0], 'rejected', { cleanWeight: 0.2 })).toEqual([
      0.2, 1, 1, 0.2,
    ]);
    expect(preferenceWeights([0, 0, 0], 'rejected')).toEqual([1, 1, 1]);
    expect(preferenceWeights([0, 1, 0], 'chosen')).toEqual([1, 1, 1]);
    expect(preferenceWeights([0, 1], 'rejected', { cleanWeight: 1 })).toEqual([1, 1]);
    expect(preferenceWeights([], 'rejected')).toEqual([]);
    expect(() => preferenceWeights([1], 'rejected', { cleanWeight: 2 })).toThrow(/at most 1/);
  });

  it('beyond the shared length are ldAlpha', () => {
    expect(sharedLengthWeights(4, 2, 0.3)).toEqual([1, 1, 0.3, 0.3]);
    expect(sharedLengthWeights(2, 4, 0.3)).toEqual([1, 1]);
  });

  it('of 1 give the plain sum to the bit, and of 0 hide a token whatever it holds', () => {
    const logprobs = tf.tensor2d([[-0.1, -2.7, -1.3e-3]]);
    expect(numberOf(sequenceLogps(logprobs, tf.ones([1, 3])))).toBe(numberOf(tf.sum(logprobs)));
    const poisoned = tf.tensor2d([[-0.5, NaN, -Infinity]]);
    const weights = tf.tensor2d([[0.5, 0, 0]]);
    const { value, grad } = tf.valueAndGrad((x) =>
      tf.sum(sequenceLogps(x as tf.Tensor2D, weights)),
    )(poisoned);
    expect(numberOf(value)).toBe(-0.25);
    expect(Array.from(grad.dataSync())).toEqual([0.5, 0, 0]);
  });

  it('of WPO need no vocabulary: they are the ones of its logits', () => {
    const logits = [
      [0.3, -1, 2],
      [1, 1.5, -0.5],
    ];
    const logSumExp = (values: number[]): number =>
      Math.log(values.reduce((sum, value) => sum + Math.exp(value), 0));
    const row = (temperature: number): tf.Tensor2D =>
      tf.tensor2d([
        logits.map((z) => z[1] / temperature - logSumExp(z.map((x) => x / temperature))),
      ]);
    const aligned = logits.map((z) => {
      const logProbs = z.map((x) => x - logSumExp(z));
      return logProbs[1] - logSumExp(logProbs.map((x) => 2 * x));
    });
    const expected = Math.exp((aligned[0] + aligned[1]) / 2);
    expect(numberOf(wpoWeights(row(1), row(0.5), tf.ones([1, 2])))).toBeCloseTo(expected, 6);
  });
});

it('KTO’s rotation is the one that TRL’s data set has', () => {
  for (const { name, input } of readGolden().kto) {
    if (!input.klIds) continue;
    const rows = input.promptIds.map((promptIds) => ({ promptIds }));
    const partners = mismatchedIndices(rows, 'rotation');
    if (name.includes('truncated')) continue; // TRL rotates first and drops afterwards
    expect(partners.map((partner) => input.completionIds[partner ?? -1])).toEqual(input.klIds);
  }
});
