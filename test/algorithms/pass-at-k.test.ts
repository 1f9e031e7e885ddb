import { expect, it } from 'vitest';
import { passAtK } from '../../src/algorithms/index.js';

// openai/human-eval evaluation.py, run in numpy float64.
it.each([
  [10, 3, 1, 0.3],
  [10, 3, 5, 0.916667],
  [10, 0, 5, 0],
  [5, 1, 5, 1],
  [200, 13, 100, 0.999919],
])('passAtK(n = %i, c = %i, k = %i) is human-eval’s %f', (n, c, k, expected) => {
  expect(passAtK(n, c, k)).toBeCloseTo(expected, 6);
});

it('passAtK is unbiased where the plug-in is low', () => {
  expect(1 - (1 - 3 / 10) ** 5).toBeCloseTo(0.83193, 5);
  expect(passAtK(10, 3, 5)).toBeGreaterThan(0.9);
});

it('passAtK refuses fewer samples than k', () => {
  expect(() => passAtK(4, 1, 5)).toThrow(/n = 4, c = 1, k = 5/);
  expect(() => passAtK(4, 5, 1)).toThrow(/c = 5/);
});
