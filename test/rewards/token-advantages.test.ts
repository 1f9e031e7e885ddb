import { expect, it } from 'vitest';
import type { RewardSpan } from '../../src/records.js';
import { findingWeights, spanRewards, tokenFeedback } from '../../src/rewards/index.js';
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

it('rewards and blames once per span, at its last token, times the weight of the reward', () => {
  const spans = [onC, { ...onC, start: 0, value: -2 }, { ...onC, start: 0, end: 1, value: 3 }];
  expect(spanRewards(withSpans(spans, 0.5))).toEqual([
    { token: 1, reward: -0.5 },
    { token: 1, reward: -1 },
    { token: 0, reward: 1.5 },
  ]);
  expect(spanRewards(withSpans(spans, 0))).toEqual([]);
  expect(spanRewards(withSpans([{ ...onC, value: 0 }]))).toEqual([]);
});

it('gives the token schemes the reward, the sampled tokens, the blame and the steps', () => {
  expect(tokenFeedback(withSpans([onC]))).toEqual({
    reward: 0.2,
    mask: exampleRollout().completionMask,
    blame: [0, 1, 0],
    steps: [{ token: 1, reward: -1 }],
  });
  expect(tokenFeedback(withSpans([onC], 1, null)).reward).toBeNull();
});
