import { describe, expect, it } from 'vitest';
import type { Problem, RewardResult } from '../../src/records.js';
import {
  compileOnly,
  scoreRollouts,
  testsPassedFraction,
  type RewardFunction,
} from '../../src/rewards/index.js';
import { exampleRollout, exampleVerdict } from '../rollouts/example-rollout.js';

function constant(name: string, weight: number, scores: (number | null)[]): RewardFunction {
  return {
    name,
    weight,
    score: () =>
      scores.map((score): RewardResult => ({ name: '', weight: 0, score, spans: [], log: {} })),
  };
}

const two = [exampleRollout(), exampleRollout({ sample: 1 })];

describe('scoreRollouts', () => {
  it('sums weight times score over the functions that gave one, null when none did', async () => {
    const scored = await scoreRollouts(two, [
      constant('a', 2, [0.5, null]),
      constant('b', 0.5, [1, null]),
    ]);
    expect(scored.map(({ reward }) => reward)).toEqual([1.5, null]);
    expect(scored[0].rewards).toMatchObject([
      { name: 'a', weight: 2, score: 0.5 },
      { name: 'b', weight: 0.5, score: 1 },
    ]);
    const partly = await scoreRollouts(two, [
      constant('a', 2, [0, 0]),
      constant('b', 1, [null, 1]),
    ]);
    expect(partly.map(({ reward }) => reward)).toEqual([0, 1]);
  });

  it('leaves the rollouts it was given as they were, and waits for asynchronous scores', async () => {
    const later: RewardFunction = {
      name: 'later',
      weight: 1,
      score: async (rollouts) =>
        rollouts.map(() => ({ name: 'later', weight: 1, score: 1, spans: [], log: {} })),
    };
    const [scored] = await scoreRollouts(two, [later]);
    expect(scored.reward).toBe(1);
    expect(two[0].reward).toBeUndefined();
  });

  it('takes plain numbers, null and parts of a result; the weight is 1 unless given', async () => {
    const plain: RewardFunction = { name: 'plain', score: () => [0.5, null] };
    const parts: RewardFunction = {
      name: 'parts',
      score: () => [{ score: 1, log: { seen: true } }, { score: null }],
    };
    const [first, second] = await scoreRollouts(two, [plain, parts]);
    expect(first.rewards).toEqual([
      { name: 'plain', weight: 1, score: 0.5, spans: [], log: {} },
      { name: 'parts', weight: 1, score: 1, spans: [], log: { seen: true } },
    ]);
    expect(first.reward).toBe(1.5);
    expect(second.reward).toBeNull();
  });

  it('hands a reward the problem of a rollout, or says which one is missing', async () => {
    const reads: RewardFunction = {
      name: 'reads',
      needsProblems: true,
      score: (rollouts, { problem }) => rollouts.map((rollout) => problem(rollout).prompt.length),
    };
    const problem: Problem = {
      ...{ id: two[0].problemId, task: 't', split: 's', prompt: 'four', language: 'cpp' },
      columns: {},
    };
    const [scored] = await scoreRollouts(two, [reads], [problem]);
    expect(scored.reward).toBe(4);
    await expect(scoreRollouts(two, [reads])).rejects.toThrow(
      /expected the problem .* of the rollout .*not among the 0 problems given/,
    );
  });

  it('throws, naming the function, on a span that is not a byte range', async () => {
    const odd: RewardFunction = {
      name: 'odd',
      score: () =>
        two.map(() => ({ score: 0, spans: [{ start: 3, end: 1.5, value: 1, label: '' }] })),
    };
    await expect(scoreRollouts(two, [odd])).rejects.toThrow(/function odd: .*got 3 to 1\.5/);
  });

  it('throws, naming the function, on a wrong length', async () => {
    await expect(scoreRollouts(two, [constant('short', 1, [1])])).rejects.toThrow(
      /function short: expected 2 results, one per rollout, got 1/,
    );
  });

  it('throws, naming the function, on a score that is not a number, and on equal names', async () => {
    await expect(scoreRollouts(two, [constant('odd', 1, [1, NaN])])).rejects.toThrow(
      /function odd: .*run\/1\/0\/1, got NaN/,
    );
    const spans = [{ start: 3, end: 4, value: Infinity, label: 'far' }];
    const endless: RewardFunction = {
      name: 'endless',
      weight: 1,
      score: (rollouts) =>
        rollouts.map(() => ({ name: 'endless', weight: 1, score: 1, spans, log: {} })),
    };
    await expect(scoreRollouts(two, [endless])).rejects.toThrow(
      /function endless: .*spans.*run\/1\/0\/0, got Infinity at byte 3/,
    );
    const twins = [constant('a', 1, [1, 1]), constant('a', 1, [1, 1])];
    await expect(scoreRollouts(two, twins)).rejects.toThrow(/"a" twice/);
    await expect(scoreRollouts(two, [])).rejects.toThrow(/at least one reward/);
  });
});

describe('the simple companions', () => {
  const judged = [
    exampleVerdict('wrong_answer', { testsPassed: 1 }),
    exampleVerdict('clean'),
    exampleVerdict('compile_error'),
    exampleVerdict('sandbox_error'),
  ].map((verdict, sample) => exampleRollout({ sample, verdict }));

  it('testsPassedFraction is the share of tests passed', async () => {
    const scored = await scoreRollouts(judged, [testsPassedFraction()]);
    expect(scored.map(({ reward }) => reward)).toEqual([0.25, 1, 0, null]);
  });

  it('compileOnly is 1 for everything that compiles', async () => {
    const scored = await scoreRollouts(judged, [compileOnly({ weight: 2 })]);
    expect(scored.map(({ reward }) => reward)).toEqual([2, 2, 0, null]);
  });
});
