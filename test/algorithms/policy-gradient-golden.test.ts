import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  advantageEstimators,
  estimateAdvantages,
  grpoLossTypes,
  importanceSamplingLevels,
  importanceSamplingModes,
  importanceSamplingRatio,
  klEstimate,
  klEstimators,
  multiObjectiveAggregations,
  normalizeThenSum,
  softOverlongPunishment,
  tokenSchemeAdvantages,
} from '../../src/algorithms/index.js';
import { expectClose, golden, ours, tensorsOf, type LossCase } from './policy-gradient-golden.js';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const withOptions = [
  'delta',
  'clipRatioC',
  'useBiasCorrectionKl',
  'offPolicyMaskThreshold',
  'topEntropyQuantile',
  'entropyCoef',
  'importanceSamplingRatio',
] as const;

/** Loss cases by each name that they are for: the loss type, the level, and the options they set. */
function casesOf(name: string): LossCase[] {
  return golden.losses.filter(({ names, options }) => {
    const { lossType = 'dapo', importanceSamplingLevel = 'token' } = options;
    return names.includes(name) || lossType === name || importanceSamplingLevel === name;
  });
}

describe('grpoLoss has the values and gradients of TRL 1.13 and verl', () => {
  it.each([...grpoLossTypes, ...importanceSamplingLevels, ...withOptions])('%s', (name) => {
    const cases = casesOf(name);
    expect(cases.length).toBeGreaterThanOrEqual(5);
    for (const record of cases) {
      const what = `${record.source} ${record.fixture} ${JSON.stringify(record.options)}`;
      const { loss, dLogprobs, dEntropies } = ours(record);
      const gradient = record.dLogprobs.flat();
      expectClose(dLogprobs, gradient, `${what} gradient`);
      // The terms of a loss cancel: its accuracy is that of the largest of them.
      const terms = Math.max(Math.abs(record.loss), ...gradient.map(Math.abs));
      expect(Math.abs(loss - record.loss), `${what} ${loss} ${record.loss}`).toBeLessThanOrEqual(
        1e-5 * terms,
      );
      if (record.dEntropies) expectClose(dEntropies, record.dEntropies.flat(), `${what} entropies`);
    }
  });

  it('leaves no tensor behind', () => {
    const { numTensors } = tf.memory();
    for (const record of golden.losses.slice(0, 40)) ours(record);
    expect(tf.memory().numTensors).toBe(numTensors);
  });
});

describe('advantages are those of TRL and verl', () => {
  it.each([...advantageEstimators, 'group', 'batch', 'none'])('%s', (name) => {
    const cases = golden.advantages.filter(
      ({ names, options }) => names.includes(name) || options.scaleRewards === name,
    );
    expect(cases.length).toBeGreaterThanOrEqual(5);
    for (const record of cases) {
      const { rewards, groups, tokenCounts, options } = record;
      const actual = estimateAdvantages(rewards, groups, { ...options, tokenCounts });
      const what = `${record.source} ${JSON.stringify(options)} ${JSON.stringify(rewards)}`;
      expectClose(actual, withoutNoise(actual, record.advantages), what);
    }
  });

  it('REINFORCE++ on token rewards, discounted, is return_to_go with its estimator', () => {
    expect(golden.tokenReturns.length).toBeGreaterThanOrEqual(5);
    for (const { gamma, mask, tokenRewards, advantages } of golden.tokenReturns) {
      const { tokens } = tokenSchemeAdvantages(
        tokenRewards.map((row, b) => ({
          reward: 0,
          mask: mask[b],
          blame: row.map(() => 0),
          steps: row.map((reward, token) => ({ token, reward })),
        })),
        tokenRewards.map(() => 0),
        { name: 'return_to_go', gamma },
        { estimator: 'reinforce_plus_plus' },
      );
      expectClose(tokens.flat(), advantages.flat(), `gamma ${gamma}`);
    }
  });

  it.each(multiObjectiveAggregations)('%s', (name) => {
    const cases = golden.objectives.filter(({ names }) => names.includes(name));
    expect(cases.length).toBeGreaterThanOrEqual(5);
    for (const { rewards, weights, groups, advantages } of cases) {
      const actual =
        name === 'normalize_then_sum'
          ? normalizeThenSum(rewards, weights, groups)
          : estimateAdvantages(
              rewards.map((row) => weightedSum(row, weights)),
              groups,
            );
      expectClose(actual, withoutNoise(actual, advantages), JSON.stringify(rewards));
    }
  });
});

describe('where ours differs on purpose', () => {
  const { flatGroup, rlooGroupOfOne, rlooMaskedRow, verlClamps } = golden.differences;

  it('a flat group gets exactly 0; TRL’s float32 leaves noise over 1e-4', () => {
    const actual = estimateAdvantages(flatGroup.rewards, flatGroup.groups);
    expect(flatGroup.advantages[0]).toBeGreaterThan(1e-4);
    expect(actual.slice(0, 7)).toEqual([0, 0, 0, 0, 0, 0, 0]);
    expectClose(actual, withoutNoise(actual, flatGroup.advantages), 'the others');
  });

  it('rloo gives a group of one 0, as TRL and one of verl’s two; the other keeps its score', () => {
    const { rewards, groups, loop, vectorized } = rlooGroupOfOne;
    const actual = estimateAdvantages(rewards, groups, { estimator: 'rloo' });
    expect(actual).toEqual(vectorized);
    expect(actual).not.toEqual(loop);
  });

  it('sequence_sum adds nothing for a completion without tokens; TRL’s RLOO adds its advantage', () => {
    const { loss, dLogprobs } = ours(rlooMaskedRow);
    expectClose(dLogprobs, rlooMaskedRow.dLogprobs.flat(), 'gradient');
    const { advantages } = golden.fixtures[rlooMaskedRow.fixture];
    expect(loss - rlooMaskedRow.loss).toBeCloseTo(advantages[1][0] / advantages.length, 6);
  });

  it('k3 is not held below 10 as verl’s is', () => {
    const at = (rows: number[][]): tf.Tensor2D => tf.tensor2d(rows);
    const [far, near] = klEstimate(
      at(verlClamps.logprobs),
      at(verlClamps.refLogprobs),
      'k3',
    ).dataSync();
    expect(verlClamps.k3[0][0]).toBe(10);
    expect(far).toBeGreaterThan(1e12);
    expect(near).toBeCloseTo(verlClamps.k3[0][1], 5);
  });

  it('no option left out is TRL’s default, but for useBiasCorrectionKl and the length of dr_grpo', () => {
    const { maxCompletionLength, epsilonHigh, useBiasCorrectionKl, ...defaults } =
      golden.trlDefaults;
    expect({ maxCompletionLength, epsilonHigh, useBiasCorrectionKl }).toEqual({
      maxCompletionLength: 512,
      epsilonHigh: null,
      useBiasCorrectionKl: true,
    });
    const given = Object.fromEntries(
      Object.entries(defaults).filter(([, value]) => value !== null),
    );
    for (const lossType of ['dapo', 'sapo', 'vespo'] as const) {
      const record = { ...golden.losses[0], fixture: 'far', options: { lossType } };
      const spelled = { ...record, options: { ...given, lossType } };
      expect(ours(record)).toEqual(ours(spelled));
    }
  });
});

it.each(importanceSamplingModes)('importanceSamplingRatio is TRL’s with mode %s', (name) => {
  const cases = golden.corrections.filter(({ names }) => names.includes(name));
  expect(cases.length).toBeGreaterThanOrEqual(5);
  for (const { options, oldLogprobs, samplingLogprobs, ratio } of cases) {
    const width = Math.max(...oldLogprobs.map((row) => row.length));
    const filled = (rows: readonly (readonly (number | null)[])[]): tf.Tensor2D =>
      tf.tensor2d(rows.map((row) => Array.from({ length: width }, (_, t) => row[t] ?? NaN)));
    const actual = importanceSamplingRatio(
      filled(oldLogprobs),
      filled(samplingLogprobs),
      tf.tensor2d(
        oldLogprobs.map((row) => Array.from({ length: width }, (_, t) => (t < row.length ? 1 : 0))),
      ),
      options,
    );
    expect(actual.shape).toEqual([ratio.length, ratio[0].length]);
    expectClose(Array.from(actual.dataSync()), ratio.flat(), JSON.stringify(options));
  }
});

it.each(klEstimators)('klEstimate is verl’s with %s', (name) => {
  const cases = golden.klEstimates.filter(({ names }) => names.includes(name));
  expect(cases.length).toBeGreaterThanOrEqual(5);
  for (const { fixture, values, dLogprobs } of cases) {
    const { logprobs, refLogprobs } = tensorsOf(fixture);
    const { value, grad } = tf.valueAndGrad((x) => klEstimate(x, refLogprobs, name))(logprobs);
    expectClose(Array.from(value.dataSync()), values.flat(), `${name} ${fixture}`);
    expectClose(Array.from(grad.dataSync()), dLogprobs.flat(), `${name} ${fixture} gradient`);
  }
});

it('softOverlongPunishment is TRL’s', () => {
  expect(golden.overlong.length).toBeGreaterThanOrEqual(5);
  for (const { maxLength, cache, lengths, values } of golden.overlong) {
    const actual = lengths.map((length) => softOverlongPunishment(length, maxLength, cache));
    expectClose(actual, values, `${maxLength}, ${cache}`);
  }
});

/** What the library gave, with its rounding noise on flat groups (at most 1e-3) as the 0 it stands for. */
function withoutNoise(actual: readonly number[], expected: readonly number[]): number[] {
  return expected.map((value, i) => (actual[i] === 0 && Math.abs(value) < 1e-3 ? 0 : value));
}

function weightedSum(row: readonly (number | null)[], weights: readonly number[]): number | null {
  if (row.every((reward) => reward === null)) return null;
  return row.reduce<number>((sum, reward, k) => sum + weights[k] * (reward ?? 0), 0);
}
