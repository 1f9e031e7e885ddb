import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { rewardStatistics } from '../../src/algorithms/index.js';
import { promptAccuracy } from '../../src/plots/index.js';
import type { Rollout } from '../../src/records.js';
import { openRolloutIndex, readRollouts, type RolloutIndex } from '../../src/rollouts/index.js';
import { exampleRollout, exampleVerdict } from './example-rollout.js';
import { realLog, realRollouts } from './real-log.js';

let folder: string;
let index: RolloutIndex | null = null;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'rlsf-statistics-'));
});

afterEach(() => {
  index?.close();
  index = null;
  rmSync(folder, { recursive: true });
});

async function open(text: string, segmentBytes?: number): Promise<RolloutIndex> {
  writeFileSync(path.join(folder, 'rollouts.jsonl'), text);
  index = await openRolloutIndex(folder, { segmentBytes });
  return index;
}

const text = (rollouts: readonly Rollout[]): string =>
  rollouts.map((rollout) => `${JSON.stringify(rollout)}\n`).join('');

it('per-prompt accuracy is that of the records, problems in order of first appearance', async () => {
  const opened = await open(realLog(), 150_000);
  const table = await opened.promptAccuracy();
  expect(table).toEqual(promptAccuracy(readRollouts(path.join(folder, 'rollouts.jsonl'))));
  expect(table.problemIds.length).toBeGreaterThan(4);
  expect(await opened.promptAccuracy({ run: 'another' })).toEqual(promptAccuracy([]));
});

it('per-prompt accuracy leaves out what nobody could judge', async () => {
  const rollouts = (['sandbox_error', 'clean', 'timeout', undefined] as const).map(
    (outcome, sample) =>
      exampleRollout({ sample, ...(outcome ? { verdict: exampleVerdict(outcome) } : {}) }),
  );
  const opened = await open(text([...rollouts, exampleRollout({ group: 1 })]));
  expect(await opened.promptAccuracy()).toEqual({
    ...{ problemIds: ['problem-0'], steps: [1], accuracy: [[0.5]], counts: [[2]] },
  });
  expect(await opened.outcomeCounts()).toEqual({
    steps: [1],
    outcomes: ['clean', 'timeout', 'sandbox_error'],
    counts: [[1], [1], [1]],
  });
});

it('outcomes per step are those of the records', async () => {
  const { steps, outcomes, counts } = await (await open(realLog())).outcomeCounts();
  expect(steps).toEqual([1, 5, 9]);
  expect(counts.flat().reduce((sum, n) => sum + n)).toBe(96);
  outcomes.forEach((outcome, row) =>
    steps.forEach((step, column) => {
      const there = realRollouts().filter(
        (rollout) => rollout.step === step && rollout.verdict!.outcome === outcome,
      );
      expect(counts[row][column]).toBe(there.length);
    }),
  );
});

it('groups and steps have the means, deviations and shares that the training logs', async () => {
  const { groups, steps } = await (await open(realLog())).groupStatistics();
  expect(groups).toHaveLength(12);
  for (const group of groups) {
    const rewards = realRollouts()
      .filter((rollout) => rollout.step === group.step && rollout.group === group.group)
      .map(({ reward }) => reward!);
    const mean = rewards.reduce((sum, reward) => sum + reward, 0) / rewards.length;
    const squares = rewards.reduce((sum, reward) => sum + (reward - mean) ** 2, 0);
    expect(group).toMatchObject({ run: 'tour', rollouts: 8, scored: 8 });
    expect(group.mean).toBeCloseTo(mean, 12);
    expect(group.std).toBeCloseTo(Math.sqrt(squares / 7), 12);
    expect(group.zeroVariance).toBe(new Set(rewards).size === 1);
  }
  for (const step of steps) {
    const rollouts = realRollouts().filter((rollout) => rollout.step === step.step);
    const expected = rewardStatistics(
      rollouts.map(({ reward }) => reward ?? null),
      rollouts.map(({ group }) => group),
      { scaleRewards: 'group' },
    );
    expect(step.reward).toBeCloseTo(expected.reward, 12);
    expect(step.rewardStd).toBeCloseTo(expected.rewardStd, 12);
    expect(step.fracRewardZeroStd).toBe(expected.fracRewardZeroStd);
  }
});

it('a group without scores has none, one with a single score or equal ones has no spread', async () => {
  const rewards = [
    [null, null],
    [0.5, null],
    [0.1, 0.1, 0.1],
    [0, 1],
  ];
  const rollouts = rewards.flatMap((group, number) =>
    group.map((reward, sample) => exampleRollout({ group: number, sample, reward })),
  );
  const { groups, steps } = await (await open(text(rollouts))).groupStatistics();
  expect(groups.map(({ mean, std, zeroVariance }) => [mean, std, zeroVariance])).toEqual([
    [null, null, true],
    [0.5, 0, true],
    [expect.closeTo(0.1, 12), 0, true],
    [0.5, Math.SQRT1_2, false],
  ]);
  expect(groups.map(({ scored }) => scored)).toEqual([0, 1, 3, 2]);
  const expected = rewardStatistics(
    rollouts.map(({ reward }) => reward ?? null),
    rollouts.map(({ group }) => group),
    { scaleRewards: 'group' },
  );
  expect(steps).toHaveLength(1);
  expect(steps[0].reward).toBeCloseTo(expected.reward, 12);
  expect(steps[0].rewardStd).toBeCloseTo(expected.rewardStd, 12);
  expect(steps[0].fracRewardZeroStd).toBe(0.75);
});
