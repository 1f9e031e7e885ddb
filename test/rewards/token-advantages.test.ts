import { expect, it } from 'vitest';
import type { RewardSpan } from '../../src/records.js';
import { findingWeights, tokenAdvantages } from '../../src/rewards/index.js';
import { exampleRollout } from '../rollouts/example-rollout.js';

function withSpans(spans: RewardSpan[], weight = 1, reward: number | null = 0.2) {
  return exampleRollout({
    rewards: [{ name: 'r', weight, score: 0.2, spans, log: {} }],
    reward,
  });
}

const onC: RewardSpan = { start: 2, end: 3, value: -1, label: 'leak' };

it('blames the tokens that a finding touches, never the end token', () => {
  expect(findingWeights(withSpans([onC]))).toEqual([0, 1, 0]);
  expect(findingWeights(withSpans([{ ...onC, start: 1 }]))).toEqual([1, 1, 0]);
});

it('counts overlapping findings once, the strongest, and praise not at all', () => {
  const spans = [onC, { ...onC, value: -2 }, { ...onC, start: 0, end: 1, value: 3 }];
  expect(findingWeights(withSpans(spans))).toEqual([0, 2, 0]);
});

it('only records the spans of a reward with weight 0', () => {
  expect(findingWeights(withSpans([onC], 0))).toEqual([0, 0, 0]);
});

it('span_penalty lowers exactly those tokens', () => {
  const scheme = { name: 'span_penalty', lambda: 0.5 } as const;
  expect(tokenAdvantages(withSpans([onC]), 0.25, scheme)).toEqual([0.25, -0.25, 0.25]);
});

it('span_penalty with lambda 0 is scalar to the bit', () => {
  const rollout = withSpans([onC]);
  const penalty = tokenAdvantages(rollout, 0.1 + 0.2, { name: 'span_penalty', lambda: 0 });
  expect(penalty).toEqual(tokenAdvantages(rollout, 0.1 + 0.2, { name: 'scalar' }));
});

it('an unscorable rollout gets 0 everywhere, its findings included', () => {
  const scheme = { name: 'span_penalty', lambda: 1 } as const;
  expect(tokenAdvantages(withSpans([onC], 1, null), 0, scheme)).toEqual([0, 0, 0]);
});
