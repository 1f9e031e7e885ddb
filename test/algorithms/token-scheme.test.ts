import { expect, it } from 'vitest';
import { applyTokenScheme } from '../../src/algorithms/index.js';

it('scalar gives every token the advantage of its completion', () => {
  expect(applyTokenScheme([0, 1, 0], 0.7, { name: 'scalar' })).toEqual([0.7, 0.7, 0.7]);
});

it('span_penalty lowers only the tokens under a finding', () => {
  const advantages = applyTokenScheme([0, 1, 1, 0], 0.7, { name: 'span_penalty', lambda: 0.5 });
  expect(advantages).toEqual([0.7, 0.7 - 0.5, 0.7 - 0.5, 0.7]);
});

it('span_penalty with lambda 0, or without a located finding, is scalar to the bit', () => {
  for (const advantage of [0.863479, -0.772587, 0, -0, 1e-40]) {
    const scalar = applyTokenScheme([0, 1, 1], advantage, { name: 'scalar' });
    const noPenalty = applyTokenScheme([0, 1, 1], advantage, { name: 'span_penalty', lambda: 0 });
    const noFinding = applyTokenScheme([0, 0, 0], advantage, { name: 'span_penalty', lambda: 3 });
    scalar.forEach((value, t) => {
      expect(Object.is(noPenalty[t], value)).toBe(true);
      expect(Object.is(noFinding[t], value)).toBe(true);
    });
  }
});

it('refuses a negative lambda', () => {
  expect(() => applyTokenScheme([1], 1, { name: 'span_penalty', lambda: -1 })).toThrow(/got -1/);
});
