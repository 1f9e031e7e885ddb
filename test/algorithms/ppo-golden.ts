import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';
import type { MaskedTokens, PpoKlEstimator, ScorePosition } from '../../src/algorithms/index.js';

interface Experience {
  source: 'trl' | 'verl';
  options: {
    klCoef: number;
    klEstimator: PpoKlEstimator;
    scorePosition: ScorePosition;
    missingEosPenalty: number | null;
    whitenRewards: boolean;
    gamma: number;
    lam: number;
  };
  logprobs: number[][];
  refLogprobs: number[][];
  values: number[][];
  scores: number[];
  ended: boolean[];
  mask: number[][];
  /** Where rewards and values count: with the score on the first pad, that pad too. */
  valueMask: number[][];
  kl: number[][];
  rewards: number[][];
  /** Whitened. */
  advantages: number[][];
  returns: number[][];
}

interface Golden {
  experience: Experience[];
  gae: {
    maskedTokens: MaskedTokens;
    gamma: number;
    lam: number;
    rewards: number[][];
    values: number[][];
    mask: number[][];
    returns: number[][];
  }[];
  whiten: {
    source: 'trl' | 'verl';
    shiftMean: boolean;
    values: number[][];
    mask: number[][];
    whitened: number[][];
  }[];
  policyLoss: {
    source: 'trl' | 'verl';
    options: { cliprange: number; cliprangeHigh?: number; dualClip?: number };
    logprobs: number[][];
    oldLogprobs: number[][];
    advantages: number[][];
    mask: number[][];
    loss: number;
    clipFraction: number;
    approxKl?: number;
    gradient: number[][];
  }[];
  valueLoss: {
    source: 'trl' | 'verl';
    options: { cliprangeValue: number };
    values: number[][];
    oldValues: number[][];
    returns: number[][];
    mask: number[][];
    loss: number;
    clipFraction: number;
    gradient: number[][];
  }[];
  tokenMean: { values: number[][]; mask: number[][]; mean: number; gradient: number[][] }[];
  klController: {
    klCoef: number;
    kl: number;
    samples: number;
    target: number;
    horizon: number;
    next: number;
  }[];
}

/** What TRL's and verl's own code gave; test/golden/ppo/make.py ran it. */
export const golden = JSON.parse(
  readFileSync(path.join(import.meta.dirname, '../golden/ppo/golden.json'), 'utf8'),
) as Golden;

/** Equal to 1e-5 relative, with an absolute floor for what should be 0; where the mask is 1. */
export function expectRows(
  actual: readonly (readonly number[])[],
  expected: readonly (readonly number[])[],
  mask: readonly (readonly number[])[],
  floor = 1e-8,
): void {
  expected.forEach((row, b) =>
    row.forEach((value, t) => {
      if (mask[b][t] === 1) expectClose(actual[b][t], value, floor);
    }),
  );
}

export function expectClose(actual: number, expected: number, floor = 1e-8): void {
  expect(Math.abs(actual - expected)).toBeLessThanOrEqual(1e-5 * Math.abs(expected) + floor);
}
