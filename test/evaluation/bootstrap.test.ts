import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/algorithms/random.js';
import { bootstrapInterval, pairedBootstrap } from '../../src/evaluation/bootstrap.js';

describe('bootstrapInterval', () => {
  it('is a point when all problems agree', () => {
    expect(bootstrapInterval([0.4, 0.4, 0.4], { random: createRandom(1) })).toEqual({
      value: expect.closeTo(0.4, 12),
      low: expect.closeTo(0.4, 12),
      high: expect.closeTo(0.4, 12),
    });
  });

  it('comes close to the normal interval of a share over many problems', () => {
    const values = Array.from({ length: 400 }, (_, i) => (i % 4 === 0 ? 1 : 0));
    const { value, low, high } = bootstrapInterval(values, { random: createRandom(2) });
    const half = 1.96 * Math.sqrt((0.25 * 0.75) / 400); // 0.0424
    expect(value).toBe(0.25);
    expect(low).toBeCloseTo(0.25 - half, 2);
    expect(high).toBeCloseTo(0.25 + half, 2);
  });

  it('gives the exact distribution of two problems: 0, ½, 1 with ¼, ½, ¼', () => {
    const interval = bootstrapInterval([0, 1], { random: createRandom(3), confidence: 0.4 });
    expect(interval).toEqual({ value: 0.5, low: 0.5, high: 0.5 });
    expect(bootstrapInterval([0, 1], { random: createRandom(3) })).toMatchObject({
      low: 0,
      high: 1,
    });
  });

  it('is the same again for the same seed', () => {
    const values = [0, 1, 1, 0, 0.5];
    const draw = () => bootstrapInterval(values, { random: createRandom(4), resamples: 500 });
    expect(draw()).toEqual(draw());
  });

  it('has no value without problems', () => {
    expect(bootstrapInterval([], { random: createRandom(5), resamples: 100 }).value).toBeNaN();
  });
});

describe('pairedBootstrap', () => {
  it('is far narrower than two intervals apart when problems differ more than the change', () => {
    const before = Array.from({ length: 100 }, (_, i) => i / 100);
    const after = before.map((value) => value + 0.05);
    const { value, low, high } = pairedBootstrap(before, after, { random: createRandom(6) });
    expect(value).toBeCloseTo(0.05, 10);
    expect(low).toBeCloseTo(0.05, 10);
    expect(high).toBeCloseTo(0.05, 10);
  });

  it('holds 0 when gains and losses cancel', () => {
    const before = Array.from({ length: 60 }, (_, i) => i % 2);
    const after = before.map((value) => 1 - value);
    const { low, high } = pairedBootstrap(before, after, { random: createRandom(7) });
    expect(low).toBeLessThan(0);
    expect(high).toBeGreaterThan(0);
  });

  it('refuses lists of different length', () => {
    expect(() => pairedBootstrap([1], [], { random: createRandom(8) })).toThrow(
      /Match the problems/,
    );
  });
});
