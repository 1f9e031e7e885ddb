import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../src/algorithms/index.js';
import { holmAdjusted, mcnemarExact, signFlipTest } from '../../../src/evaluation/index.js';

interface Golden {
  mcnemar: { gained: number; lost: number; p: number }[];
  flips: { numerators: number[]; p: number }[];
  holm: { p: number[]; adjusted: number[] }[];
}

const golden = JSON.parse(
  readFileSync(path.resolve(import.meta.dirname, '../../golden/evaluation/golden.json'), 'utf8'),
) as Golden;
const random = createRandom('flips');

describe('mcnemarExact', () => {
  it.each(golden.mcnemar)('gives the p of statsmodels for $gained against $lost', (example) => {
    const { p } = mcnemarExact(example.gained, example.lost);
    expect(p / example.p).toBeCloseTo(1, 9);
  });

  it('stays a number where 2^-n is none', () => {
    expect(mcnemarExact(1500, 1500).p).toBe(1);
    expect(mcnemarExact(2000, 1000).p).toBeGreaterThan(0);
    expect(mcnemarExact(2000, 1000).p).toBeLessThan(1e-70);
  });
});

describe('signFlipTest', () => {
  it.each(golden.flips)('gives the p of scipy for $numerators', ({ numerators, p }) => {
    const test = signFlipTest(numerators, { random });
    expect(test.name).toBe('sign flips, exact');
    expect(test.p).toBeCloseTo(p, 12);
  });

  it('is McNemar’s test where every difference is one problem', () => {
    const numerators = [...Array<number>(19).fill(1), ...Array<number>(7).fill(-1), 0, 0, 0];
    expect(signFlipTest(numerators, { random }).p).toBeCloseTo(mcnemarExact(19, 7).p, 12);
  });

  it('does not depend on the unit or the sign', () => {
    const { p } = signFlipTest([1, 2, -1, 3, 0, 1], { random });
    expect(signFlipTest([12, 24, -12, 36, 0, 12], { random }).p).toBe(p);
    expect(signFlipTest([-1, -2, 1, -3, 0, -1], { random }).p).toBe(p);
  });

  it('comes close to the exact p by drawing, and says that it drew', () => {
    const numerators = Array.from({ length: 30 }, (_, i) => (i % 3 === 0 ? -1 : 1));
    const exact = signFlipTest(numerators, { random });
    const drawn = signFlipTest(numerators, { random, most: 0 });
    expect(drawn.name).toBe('sign flips, drawn');
    expect(Math.abs(drawn.p - exact.p)).toBeLessThan(4 * Math.sqrt(exact.p / 99999));
    expect(signFlipTest([0.1, 0.2, Math.PI], { random }).name).toBe('sign flips, drawn');
  });

  it('draws a p that is never 0', () => {
    const numerators = Array<number>(200).fill(1);
    expect(signFlipTest(numerators, { random, most: 0, draws: 999 }).p).toBe(1 / 1000);
  });

  it('is 1 where nothing differs', () => {
    expect(signFlipTest([0, 0], { random }).p).toBe(1);
    expect(signFlipTest([], { random }).p).toBe(1);
  });
});

describe('holmAdjusted', () => {
  it.each(golden.holm)('adjusts $p as statsmodels does', ({ p, adjusted }) => {
    holmAdjusted(p).forEach((value, at) => expect(value).toBeCloseTo(adjusted[at], 12));
  });
});
