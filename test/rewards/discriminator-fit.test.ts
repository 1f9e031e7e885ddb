import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/algorithms/index.js';
import type { TextFeatures } from '../../src/rewards/index.js';
import {
  auc,
  calibrateDiscriminator,
  discriminatorDecision,
  discriminatorProbability,
  fitDiscriminator,
  tokenShares,
  type LabelledText,
} from '../../src/rewards/index.js';
import { minimise } from '../../src/rewards/discriminator/lbfgs.js';
import {
  balancedWeights,
  logisticLoss,
  sigmoid,
  softplus,
} from '../../src/rewards/discriminator/logistic.js';
import { planted } from './planted-texts.js';

interface Golden {
  logistic: {
    rows: number[][];
    labels: boolean[];
    l2: number;
    coefficients: number[];
    intercept: number;
  }[];
}
const golden = JSON.parse(
  readFileSync(path.join(import.meta.dirname, '../golden/discriminator/golden.json'), 'utf8'),
) as Golden;

const sparse = (row: readonly number[]): TextFeatures => {
  const buckets = row.flatMap((value, i) => (value === 0 ? [] : [i]));
  return { buckets: Uint32Array.from(buckets), values: Float64Array.from(buckets, (i) => row[i]) };
};

describe('logisticLoss', () => {
  it('has the gradient that finite differences show', () => {
    const random = createRandom(3);
    const rows = Array.from({ length: 9 }, () =>
      sparse(Array.from({ length: 5 }, () => (random.next() < 0.5 ? 0 : random.normal()))),
    );
    const labels = rows.map((_, i) => i % 3 === 0);
    const data = { rows, labels, weights: rows.map(() => 0.5 + random.next()) };
    const at = Float64Array.from({ length: 6 }, () => random.normal());
    const gradient = new Float64Array(6);
    logisticLoss(data, 0.3, at, gradient);
    const ignored = new Float64Array(6);
    const h = 1e-6;
    at.forEach((value, j) => {
      const moved = (by: number): number =>
        logisticLoss(data, 0.3, at.with(j, value + by), ignored);
      expect(gradient[j]).toBeCloseTo((moved(h) - moved(-h)) / (2 * h), 8);
    });
  });

  it('is ln 2 at zero, and finite where decisions are huge', () => {
    const data = { rows: [sparse([1]), sparse([-1])], labels: [true, false], weights: [1, 3] };
    expect(logisticLoss(data, 0, new Float64Array(2), new Float64Array(2))).toBeCloseTo(Math.LN2);
    const gradient = new Float64Array(2);
    expect(logisticLoss(data, 0, Float64Array.of(-1e6, 0), gradient)).toBeCloseTo(1e6);
    expect(gradient[0]).toBeCloseTo(-1);
    expect([sigmoid(-1e4), sigmoid(1e4), softplus(-1e4)]).toEqual([0, 1, 0]);
  });

  it('is minimised where scikit-learn minimises it', () => {
    for (const { rows, labels, l2, coefficients, intercept } of golden.logistic) {
      const data = { rows: rows.map(sparse), labels, weights: balancedWeights(labels) };
      const { at, converged } = minimise(
        (parameters, gradient) => logisticLoss(data, l2, parameters, gradient),
        new Float64Array(rows[0].length + 1),
        { tolerance: 1e-9 },
      );
      expect(converged).toBe(true);
      [...coefficients, intercept].forEach((value, j) => expect(at[j]).toBeCloseTo(value, 6));
    }
  });
});

describe('minimise', () => {
  it('finds the minimum of a narrow valley', () => {
    const { at, converged, steps } = minimise(
      (x, gradient) => {
        gradient[0] = -2 * (1 - x[0]) - 400 * x[0] * (x[1] - x[0] ** 2);
        gradient[1] = 200 * (x[1] - x[0] ** 2);
        return (1 - x[0]) ** 2 + 100 * (x[1] - x[0] ** 2) ** 2;
      },
      Float64Array.of(-1.2, 1),
    );
    expect(converged).toBe(true);
    expect(steps).toBeLessThan(80);
    expect([at[0], at[1]]).toEqual([expect.closeTo(1, 5), expect.closeTo(1, 5)]);
  });

  it('says when its steps were not enough', () => {
    const slope = (x: Float64Array, gradient: Float64Array): number => {
      gradient[0] = 2 * (x[0] - 5);
      return (x[0] - 5) ** 2;
    };
    expect(minimise(slope, Float64Array.of(0), { maxSteps: 1 })).toMatchObject({
      steps: 1,
      converged: false,
    });
  });
});

describe('fitDiscriminator', () => {
  it('tells texts with a habit from texts without, on texts it has not seen', () => {
    const { model, converged } = fitDiscriminator(planted(200, 'train'), { language: 'cpp' });
    expect(converged).toBe(true);
    const test = planted(200, 'test');
    expect(aucOn(model, test)).toBeGreaterThan(0.95);
    const shuffled = createRandom(1).shuffle(test.map(({ isReference }) => isReference));
    const mixed = test.map(({ text }, i) => ({ text, isReference: shuffled[i] }));
    expect(Math.abs(aucOn(model, mixed) - 0.5)).toBeLessThan(0.15);
  });

  it('gives the same bits for the same texts, and both classes the same weight', () => {
    const texts = planted(60, 'train');
    const options = { language: 'cpp', hashBits: 12 } as const;
    const [once, again] = [0, 1].map(() => fitDiscriminator(texts, options));
    expect(again).toEqual(once);
    const many = texts.filter(({ isReference }) => !isReference);
    const { model } = fitDiscriminator([...texts, ...many, ...many], options);
    model.weights.forEach((weight, bucket) => {
      expect(weight).toBeCloseTo(once.model.weights[bucket], 3);
    });
  });

  it('says no to one class, to no penalty, to an n-gram of nothing', () => {
    const texts = planted(6, 'train');
    const references = texts.filter(({ isReference }) => isReference);
    expect(() => fitDiscriminator(references, { language: 'cpp' })).toThrow(
      'got 3 references and 0 other texts',
    );
    expect(() => fitDiscriminator(texts, { language: 'cpp', l2: 0 })).toThrow('l2 above 0');
    expect(() => fitDiscriminator(texts, { language: 'cpp', nGram: 0 })).toThrow('nGram');
  });

  it('gives the same probability to a text padded with comments', () => {
    const { model: fitted } = fitDiscriminator(planted(60, 'train'), { language: 'cpp' });
    const model = calibrateDiscriminator(fitted, planted(60, 'calibration'));
    const [{ text }] = planted(2, 'test');
    const padded = `// ${'good clean reference code '.repeat(50)}\n${text.replaceAll('\n', '\n\n  /* as the reference does it */ ')}`;
    expect(discriminatorProbability(model, padded)).toBe(discriminatorProbability(model, text));
    expect(model.calibration).not.toEqual(fitted.calibration);
  });
});

describe('tokenShares', () => {
  it('adds up to the decision, for binary values and for counts', () => {
    for (const values of ['binary', 'count'] as const) {
      const { model } = fitDiscriminator(planted(60, 'train'), { language: 'cpp', values });
      for (const { text } of planted(4, 'test')) {
        const sum = tokenShares(model, text).reduce((total, { share }) => total + share, 0);
        expect(sum + model.bias).toBeCloseTo(discriminatorDecision(model, text), 10);
      }
    }
  });
});

function aucOn(
  model: Parameters<typeof discriminatorDecision>[0],
  texts: readonly LabelledText[],
): number {
  return auc(
    texts.map(({ text }) => discriminatorDecision(model, text)),
    texts.map(({ isReference }) => isReference),
  );
}
