import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../src/algorithms/index.js';
import {
  bootstrapInterval,
  crossedBootstrap,
  crossedStatistics,
} from '../../../src/evaluation/index.js';

const options = (seed: string) => ({ random: createRandom(seed), resamples: 4000 });

describe('crossedBootstrap', () => {
  it('has no width where all cells are alike', () => {
    const cells = [
      [0.25, 0.25, 0.25],
      [0.25, 0.25, 0.25],
    ];
    expect(crossedBootstrap(cells, options('a'))).toEqual({ value: 0.25, low: 0.25, high: 0.25 });
  });

  it('is the bootstrap over problems where there is one seed', () => {
    const values = Array.from({ length: 50 }, (_, i) => Number(i % 3 === 0));
    const crossed = crossedBootstrap([values], options('one'));
    const plain = bootstrapInterval(values, options('other'));
    expect(crossed.value).toBe(plain.value);
    expect(crossed.low).toBeCloseTo(plain.low, 1);
    expect(crossed.high).toBeCloseTo(plain.high, 1);
  });

  it('with problems alike varies by seed alone, by all outcomes of drawing two', () => {
    // Means 0, 0.5 and 1 with chances 1/4, 1/2, 1/4: the middle half of them is 0 to 1 at the quartiles.
    const cells = [Array<number>(10).fill(0), Array<number>(10).fill(1)];
    const wide = crossedBootstrap(cells, options('seeds'));
    expect(wide).toEqual({ value: 0.5, low: 0, high: 1 });
    const narrow = crossedBootstrap(cells, { ...options('seeds'), confidence: 0.4 });
    expect(narrow).toEqual({ value: 0.5, low: 0.5, high: 0.5 });
  });

  it('adds the variances of seeds and problems where their effects add up', () => {
    const random = createRandom('effects');
    const [seeds, problems] = [12, 150];
    const ofSeed = Array.from({ length: seeds }, () => 0.3 * random.normal());
    const ofProblem = Array.from({ length: problems }, () => random.normal());
    const cells = ofSeed.map((seed) => ofProblem.map((problem) => seed + problem));
    const spread = (values: number[]): number => {
      const mean = values.reduce((a, b) => a + b, 0) / values.length;
      return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    };
    const deviation = Math.sqrt(spread(ofSeed) / seeds + spread(ofProblem) / problems);
    const { low, high } = crossedBootstrap(cells, options('sum'));
    expect((high - low) / (2 * 1.96 * deviation)).toBeCloseTo(1, 1);
    // Problems alone would have given a narrower one.
    expect(high - low).toBeGreaterThan(2 * 1.96 * Math.sqrt(spread(ofProblem) / problems) * 1.2);
  });

  it('leaves out cells that are not known, and is NaN where none is', () => {
    const cells = [
      [1, null, 0],
      [1, 0.5, null],
    ];
    expect(crossedBootstrap(cells, options('holes')).value).toBe(0.625);
    expect(crossedBootstrap([[null]], options('none'))).toEqual({
      value: NaN,
      low: NaN,
      high: NaN,
    });
  });

  it('refuses rows of different length', () => {
    expect(() => crossedBootstrap([[1, 2], [1]], options('ragged'))).toThrow(
      /expected 2 problems for every seed, got 1/,
    );
  });
});

describe('crossedStatistics', () => {
  it('draws the same problems in all tables: equal tables have a difference without width', () => {
    const cells = [Array.from({ length: 40 }, (_, i) => Number(i % 3 === 0))];
    const [mean, difference] = crossedStatistics(
      [cells, cells],
      ([a, b]) => [a, b - a],
      options('same'),
    );
    expect(mean.high - mean.low).toBeGreaterThan(0.1);
    expect(difference).toEqual({ value: 0, low: 0, high: 0 });
  });

  it('leaves a cell that one table does not know out of all of them', () => {
    const [a, b] = crossedStatistics([[[1, 0, 1]], [[0, null, 1]]], (means) => means, options('b'));
    expect([a.value, b.value]).toEqual([1, 0.5]);
  });

  it('refuses tables of different seeds', () => {
    expect(() => crossedStatistics([[[1]], [[1], [0]]], (means) => means, options('c'))).toThrow(
      /expected 1 seeds in every table, got 2/,
    );
  });
});
