import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { auc, calibrationErrors, fitPlatt, plattProbability } from '../../src/rewards/index.js';

interface Golden {
  auc: { scores: number[]; labels: boolean[]; counts: number[]; auc: number }[];
  platt: { decisions: number[]; labels: boolean[]; weights: number[]; a: number; b: number }[];
  errors: {
    probabilities: number[];
    labels: boolean[];
    weights: number[];
    bins: number;
    ece: number;
    brier: number;
  }[];
}
const golden = JSON.parse(
  readFileSync(path.join(import.meta.dirname, '../golden/discriminator/golden.json'), 'utf8'),
) as Golden;

describe('auc', () => {
  it('counts pairs, ties as halves', () => {
    // Pairs: 3 > 1, 3 > 2, 2 > 1 right, 2 = 2 half: 3.5 of 4.
    expect(auc([3, 2, 1, 2], [true, true, false, false])).toBe(0.875);
    expect(auc([5, 5, 5], [true, false, false])).toBe(0.5);
    expect(auc([0, 1], [true, false])).toBe(0);
    expect(auc([1, 2], [true, true])).toBeNaN();
  });

  it('is scikit-learn’s, ties and repeated texts included', () => {
    for (const { scores, labels, counts, auc: expected } of golden.auc)
      expect(auc(scores, labels, counts)).toBeCloseTo(expected, 12);
  });
});

describe('fitPlatt', () => {
  it('is scikit-learn’s, with weights and without', () => {
    for (const { decisions, labels, weights, a, b } of golden.platt) {
      const fitted = fitPlatt(decisions, labels, weights);
      expect(fitted.a).toBeCloseTo(a, 6);
      expect(fitted.b).toBeCloseTo(b, 6);
    }
  });

  it('never says 0 or 1, even of classes that lie apart', () => {
    const fitted = fitPlatt([-3, -2, 2, 3], [false, false, true, true]);
    // Targets of two texts each: 3/4 and 1/4.
    expect(plattProbability(fitted, 2.5)).toBeGreaterThan(0.7);
    expect(plattProbability(fitted, 2.5)).toBeLessThan(0.8);
    expect(plattProbability(fitted, -2.5)).toBeCloseTo(1 - plattProbability(fitted, 2.5), 6);
  });

  it('turns a score that points the wrong way round', () => {
    const { a } = fitPlatt([3, 2, -2, -3], [false, false, true, true]);
    expect(a).toBeGreaterThan(0);
  });

  it('keeps the base rate where the decisions say nothing', () => {
    const fitted = fitPlatt([1, 1, 1, 1], [true, false, false, false]);
    // Targets 2/3 once, 1/5 three times: mean 19/60.
    expect(plattProbability(fitted, 1)).toBeCloseTo(19 / 60, 8);
  });
});

describe('calibrationErrors', () => {
  it('is what a hand counts', () => {
    // Bin 0.0–0.5: 0.2, 0.4 said, 1 of 2 came; 0.5–1.0: 0.9 and 1, both came.
    const { ece, brier, bins } = calibrationErrors(
      [0.2, 0.4, 0.9, 1],
      [false, true, true, true],
      [1, 1, 1, 1],
      2,
    );
    expect(ece).toBeCloseTo(0.5 * 0.2 + 0.5 * 0.05, 12);
    expect(brier).toBeCloseTo((0.04 + 0.36 + 0.01) / 4, 12);
    expect(bins.map(({ texts }) => texts)).toEqual([2, 2]);
    expect(bins[0].probability).toBeCloseTo(0.3, 12);
    expect(bins[0].references).toBe(0.5);
  });

  it('is numpy’s and scikit-learn’s, with weights and without', () => {
    for (const { probabilities, labels, weights, bins, ece, brier } of golden.errors) {
      const errors = calibrationErrors(probabilities, labels, weights, bins);
      expect(errors.ece).toBeCloseTo(ece, 12);
      expect(errors.brier).toBeCloseTo(brier, 12);
    }
  });

  it('leaves empty bins empty', () => {
    const { bins } = calibrationErrors([0.95], [true]);
    expect(bins).toHaveLength(10);
    expect(bins[0]).toEqual({
      from: 0,
      to: 0.1,
      texts: 0,
      weight: 0,
      probability: null,
      references: null,
    });
  });
});
