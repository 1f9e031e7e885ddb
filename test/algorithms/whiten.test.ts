import { describe, expect, it } from 'vitest';
import { maskedWhiten } from '../../src/algorithms/index.js';
import { expectRows, golden } from './ppo-golden.js';

describe('maskedWhiten', () => {
  it.each(golden.whiten.map((one, i) => [`${one.source} ${i}`, one] as const))(
    'gives the values of %s',
    (_, { values, mask, shiftMean, whitened }) => {
      // verl's mean divides by n + 1e-8: values that are all equal come out as 7e-6 there, here as 0.
      const isFlat = values.flat().every((value) => value === values[0][0]);
      expectRows(maskedWhiten(values, mask, { shiftMean }), whitened, mask, isFlat ? 1e-5 : 1e-8);
    },
  );

  it('has at least five such runs with and without shiftMean', () => {
    for (const shiftMean of [true, false]) {
      const runs = golden.whiten.filter((one) => one.shiftMean === shiftMean);
      expect(runs.length).toBeGreaterThanOrEqual(5);
    }
  });

  it('gives 0 where nothing counts, and where nothing differs', () => {
    expect(maskedWhiten([[1, 2], [3]], [[0, 0], [0]])).toEqual([[0, 0], [0]]);
    expect(maskedWhiten([[1, 0.1], [0.1]], [[0, 1], [1]])).toEqual([[0, 0], [0]]);
    expect(maskedWhiten([[7, NaN]], [[1, 0]], { shiftMean: false })).toEqual([[7, 0]]);
    expect(maskedWhiten([], [])).toEqual([]);
  });

  it('leaves mean 0 and variance 1, or the mean as it was', () => {
    const [values, mask] = [
      [[1, 5, 2], [9]],
      [[1, 1, 0], [1]],
    ];
    const whitened = maskedWhiten(values, mask);
    const counted = [whitened[0][0], whitened[0][1], whitened[1][0]];
    expect(counted.reduce((sum, value) => sum + value, 0)).toBeCloseTo(0, 9);
    expect(counted.reduce((sum, value) => sum + value ** 2, 0) / 2).toBeCloseTo(1, 7);
    const shifted = maskedWhiten(values, mask, { shiftMean: false });
    expect((shifted[0][0] + shifted[0][1] + shifted[1][0]) / 3).toBeCloseTo(5, 9);
  });
});
