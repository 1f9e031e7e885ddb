import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { expect } from 'vitest';
import {
  grpoLoss,
  type AdvantageOptions,
  type GrpoLossInputs,
  type GrpoLossOptions,
  type ImportanceSamplingOptions,
} from '../../src/algorithms/index.js';

type Matrix = number[][];

/** The file that test/golden/policy-gradient/make.py wrote by running TRL and verl. */
export interface Golden {
  versions: Record<string, string>;
  verlCommit: string;
  fixtures: Record<
    string,
    Record<
      | 'logprobs'
      | 'oldLogprobs'
      | 'refLogprobs'
      | 'samplingLogprobs'
      | 'entropies'
      | 'advantages'
      | 'completionMask',
      Matrix
    >
  >;
  losses: LossCase[];
  advantages: {
    source: string;
    names: string[];
    options: AdvantageOptions;
    rewards: (number | null)[];
    groups: number[];
    tokenCounts: number[];
    advantages: number[];
  }[];
  tokenReturns: {
    gamma: number;
    mask: Matrix;
    tokenRewards: Matrix;
    advantages: Matrix;
  }[];
  objectives: {
    names: string[];
    rewards: (number | null)[][];
    weights: number[];
    groups: number[];
    advantages: number[];
  }[];
  corrections: {
    names: string[];
    options: ImportanceSamplingOptions;
    oldLogprobs: Matrix;
    samplingLogprobs: (number | null)[][];
    ratio: Matrix;
  }[];
  klEstimates: { names: string[]; fixture: string; values: Matrix; dLogprobs: Matrix }[];
  overlong: { maxLength: number; cache: number; lengths: number[]; values: number[] }[];
  /** Where ours is meant to differ. */
  differences: {
    rlooMaskedRow: LossCase;
    rlooGroupOfOne: { rewards: number[]; groups: number[]; loop: number[]; vectorized: number[] };
    flatGroup: { rewards: number[]; groups: number[]; advantages: number[] };
    verlClamps: { logprobs: Matrix; refLogprobs: Matrix; k3: Matrix };
  };
  trlDefaults: Record<string, unknown>;
}

export interface LossCase {
  source: string;
  names: string[];
  fixture: string;
  options: GrpoLossOptions;
  /** The old logprobs were not given: ratio 1. */
  withoutOld?: boolean;
  importanceSamplingRatio?: Matrix;
  loss: number;
  dLogprobs: Matrix;
  dEntropies?: Matrix;
}

export const golden = JSON.parse(
  readFileSync(path.join(import.meta.dirname, '../golden/policy-gradient/golden.json'), 'utf8'),
) as Golden;

/** Loss and gradients of ours on the inputs of a case. */
export function ours(
  { fixture, options, withoutOld, importanceSamplingRatio }: LossCase,
  change: Partial<GrpoLossInputs> = {},
): { loss: number; dLogprobs: number[]; dEntropies: number[] } {
  return tf.tidy(() => {
    const { logprobs, entropies, ...others } = tensorsOf(fixture);
    const inputs = {
      ...others,
      oldLogprobs: withoutOld ? undefined : others.oldLogprobs,
      samplingLogprobs: withoutOld ? undefined : others.samplingLogprobs,
      importanceSamplingRatio: importanceSamplingRatio && tf.tensor2d(importanceSamplingRatio),
      ...change,
    };
    // Entropies keep their gradient from ending with the logprobs'.
    const { value, grads } = tf.valueAndGrads((x, e) => {
      const { loss } = grpoLoss(
        { ...inputs, logprobs: x as tf.Tensor2D, entropies: e as tf.Tensor2D },
        options,
      );
      return tf.add(loss, tf.mul(tf.sum(e), 0));
    })([change.logprobs ?? logprobs, entropies]);
    return {
      loss: value.dataSync()[0],
      dLogprobs: Array.from(grads[0].dataSync()),
      dEntropies: Array.from(grads[1].dataSync()),
    };
  });
}

export function tensorsOf(fixture: string): Record<keyof Golden['fixtures'][string], tf.Tensor2D> {
  const entries = Object.entries(golden.fixtures[fixture]);
  return Object.fromEntries(
    entries.map(([name, values]) => [name, tf.tensor2d(values, undefined, 'float32')]),
  ) as Record<keyof Golden['fixtures'][string], tf.Tensor2D>;
}

/** Every number within 1e-5 of the expected one, relative to the largest of them. */
export function expectClose(
  actual: readonly number[],
  expected: readonly number[],
  what: string,
): void {
  expect(actual.length, what).toBe(expected.length);
  const scale = Math.max(...expected.map(Math.abs));
  actual.forEach((value, i) => {
    const error = Math.abs(value - expected[i]);
    expect(error, `${what}: ${value} at ${i}, expected ${expected[i]}`).toBeLessThanOrEqual(
      1e-5 * Math.max(Math.abs(expected[i]), 0.1 * scale),
    );
  });
}
