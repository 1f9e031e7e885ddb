import { expect, it } from 'vitest';
import { learningRateAt, type LrSchedulerType } from '../../src/training/index.js';

// transformers' get_scheduler (optimization.py), lr 1, 10 updates, warmup_ratio 0.2: the formula of
// get_{linear,cosine}_schedule_with_warmup at last_epoch 0 … 9.
const expected: [LrSchedulerType, number[]][] = [
  ['constant', [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]],
  ['constant_with_warmup', [0, 0.5, 1, 1, 1, 1, 1, 1, 1, 1]],
  ['linear', [0, 0.5, 1, 0.875, 0.75, 0.625, 0.5, 0.375, 0.25, 0.125]],
  ['cosine', [0, 0.5, 1, 0.96194, 0.853553, 0.691342, 0.5, 0.308658, 0.146447, 0.03806]],
];

it.each(expected)('%s follows transformers', (lrSchedulerType, rates) => {
  rates.forEach((rate, i) => {
    const schedule = { learningRate: 1, lrSchedulerType, warmupRatio: 0.2 };
    expect(learningRateAt(i + 1, 10, schedule)).toBeCloseTo(rate, 6);
  });
});

it('counts updates from 1', () => {
  expect(learningRateAt(1, 10, { learningRate: 1 })).toBe(1);
  expect(() => learningRateAt(0, 10, { learningRate: 1 })).toThrow(/1 for the first, got 0/);
});
