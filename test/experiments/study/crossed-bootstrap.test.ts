import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../src/algorithms/index.js';
import { bootstrapInterval } from '../../../src/evaluation/index.js';
import { crossedBootstrap } from '../../../src/experiments/study/crossed-bootstrap.js';
import { studentInterval, studentQuantile } from '../../../src/experiments/study/student.js';

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
