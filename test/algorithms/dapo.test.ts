import { expect, it } from 'vitest';
import {
  estimateAdvantages,
  informativeGroups,
  softOverlongPunishment,
} from '../../src/algorithms/index.js';

it('informativeGroups keeps the groups with two scorable rewards that differ', () => {
  const rewards = [1, 0, 0.5, 0.5, null, 1, null, null, 0.2, null, 0.3, 0.3];
  const groups = [7, 7, 3, 3, 5, 5, 1, 1, 9, 9, 9, 2];
  expect(informativeGroups(rewards, groups)).toEqual([7, 9]);
});

it('what it drops has no advantage, and what it keeps has some', () => {
  const rewards = [1, 0, 0.5, 0.5, null, 1];
  const groups = [0, 0, 1, 1, 2, 2];
  const kept = informativeGroups(rewards, groups);
  estimateAdvantages(rewards, groups).forEach((advantage, i) => {
    expect(advantage !== 0).toBe(kept.includes(groups[i]));
  });
});

it('softOverlongPunishment is 0, then a line, then -1', () => {
  const at = (length: number): number => softOverlongPunishment(length, 100, 20);
  expect([0, 80, 85, 100, 101, 500].map(at)).toEqual([0, 0, -0.25, -1, -1, -1]);
});

it('softOverlongPunishment refuses a cache that is longer than the completion', () => {
  expect(() => softOverlongPunishment(5, 10, 11)).toThrow(/maxLength 10 and cache 11/);
});
