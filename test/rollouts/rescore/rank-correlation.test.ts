import { describe, expect, it } from 'vitest';
import { rankCorrelation } from '../../../src/rollouts/index.js';

describe('rankCorrelation', () => {
  it('is scipy.stats.spearmanr, ties sharing their mean rank', () => {
    // scipy 1.17.1, spearmanr(a, b).statistic.
    expect(rankCorrelation([1, 2, 3, 4, 5], [5, 6, 7, 8, 7])).toBeCloseTo(0.8207826816681233, 12);
    expect(rankCorrelation([0.1, 0.1, 0.2], [2, 1, 0])).toBeCloseTo(-0.8660254037844387, 12);
    const [a, b] = [
      [3, 1, 4, 1, 5, 9, 2, 6],
      [2, 7, 1, 8, 2, 8, 1, 8],
    ];
    expect(rankCorrelation(a, b)).toBeCloseTo(0.19885368120992467, 12);
  });

  it('is 1 for any rising change of scale and -1 for the reverse', () => {
    const a = [0.3, -1, 2, 2, 7];
    expect(rankCorrelation(a, a.map(Math.exp))).toBeCloseTo(1, 12);
    expect(
      rankCorrelation(
        a,
        a.map((x) => -x),
      ),
    ).toBeCloseTo(-1, 12);
  });

  it('has nothing to say of a constant column or of fewer than two values', () => {
    expect(rankCorrelation([1, 1, 1], [1, 2, 3])).toBeNull();
    expect(rankCorrelation([1], [2])).toBeNull();
    expect(rankCorrelation([], [])).toBeNull();
  });
});
