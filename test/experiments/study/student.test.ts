import { describe, expect, it } from 'vitest';
import { studentInterval, studentQuantile } from '../../../src/experiments/study/student.js';

describe('studentInterval', () => {
  it('has the quantiles of the tables', () => {
    const table: [degrees: number, at975: number, at95: number][] = [
      [1, 12.7062, 6.3138],
      [2, 4.3027, 2.92],
      [3, 3.1824, 2.3534],
      [4, 2.7764, 2.1318],
      [9, 2.2622, 1.8331],
      [30, 2.0423, 1.6973],
    ];
    for (const [degrees, at975, at95] of table) {
      expect(studentQuantile(0.975, degrees)).toBeCloseTo(at975, 4);
      expect(studentQuantile(0.95, degrees)).toBeCloseTo(at95, 4);
    }
  });

  it('is the mean ± t · s / √n', () => {
    const { value, low, high } = studentInterval([1, 2, 3]);
    expect(value).toBe(2);
    expect(high - 2).toBeCloseTo(4.302653 / Math.sqrt(3), 5);
    expect(2 - low).toBeCloseTo(4.302653 / Math.sqrt(3), 5);
    expect(studentInterval([0.4])).toEqual({ value: 0.4, low: NaN, high: NaN });
  });
});
