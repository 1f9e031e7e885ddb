import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeJsonl, writeParquet } from '../../../src/datasets/index.js';
import { importRollouts } from '../../../src/experiments/import/index.js';
import { rescoreRun } from '../../../src/experiments/index.js';
import type { Problem } from '../../../src/records.js';
import { readRollouts } from '../../../src/rollouts/index.js';
import { openTask } from '../../../src/tasks/index.js';

let root: string;
let problems: Problem[];
const at = (...parts: string[]): string => path.join(root, ...parts);

beforeAll(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), 'rlsf-import-'));
  problems = (await openTask('maths')).problems({ split: 'train', n: 2, seed: 0 });
  await mkdir(at('completions'));
  const row = (step: number, i: number, reward: number | null, advantage: number): object => ({
    step,
    prompt: problems[i].prompt,
    completion: reward === 1 ? problems[i].reference : '#### 0',
    symbolic_reward: reward,
    advantage,
    note: `row ${step}`,
  });
  // Two files, the second step's first by name without numbers read as numbers.
  writeParquet(at('completions', 'completions_00010.parquet'), [
    row(10, 0, 1, 0),
    row(10, 1, null, 0),
  ]);
  writeParquet(at('completions', 'completions_00002.parquet'), [
    row(2, 0, 1, 0.7),
    row(2, 0, 0, -0.7),
  ]);
});

afterAll(() => rm(root, { recursive: true, force: true }));

test('TRL’s completions become rollouts that can be judged and scored again', async () => {
  const done = await importRollouts(at('completions'), { out: at('trl'), task: 'maths' });
  expect(done).toMatchObject({ format: 'trl', rollouts: 4, steps: 2, matched: 4 });
  const rollouts = [...readRollouts(done.file)];
  expect(rollouts.map(({ id }) => id)).toEqual([
    'trl/2/0/0',
    'trl/2/0/1',
    'trl/10/0/0',
    'trl/10/1/0',
  ]);
  expect(rollouts[0]).toMatchObject({
    problemId: problems[0].id,
    task: 'maths',
    reward: 1,
    advantages: { scheme: 'scalar', sequence: 0.7 },
    columns: { note: 'row 2' },
  });
  expect(rollouts[3].reward).toBeNull();
  const { difference } = await rescoreRun(at('trl'), { rejudge: true, set: ['judge.workers=1'] });
  const scores = difference.points.map(({ rewardAfter }) => rewardAfter);
  expect(scores[0]).toBe(1);
  expect(scores[1]).toBeLessThan(1);
  expect(scores[2]).toBe(1);
});

test('verl’s dumps are read by the id that our export gave them', async () => {
  const rows = problems.map((problem, i) => ({
    input: `<|im_start|>user\n${problem.prompt as string}<|im_end|>`,
    output: `${problem.reference}<|im_end|>`,
    gts: problem.id,
    score: i,
    step: 1,
    outcome: 'clean',
    completion: problem.reference,
  }));
  writeJsonl(at('1.jsonl'), rows);
  const done = await importRollouts(at('1.jsonl'), { out: at('verl'), task: 'maths' });
  expect(done).toMatchObject({ format: 'verl', rollouts: 2, matched: 2 });
  const [first] = readRollouts(done.file);
  expect(first).toMatchObject({
    problemId: problems[0].id,
    completion: problems[0].reference,
    reward: 0,
    columns: { outcome: 'clean' },
  });
});

test('without a task they are looked at only; with a wrong one they are refused', async () => {
  const done = await importRollouts(at('1.jsonl'), { out: at('bare') });
  expect(done.matched).toBe(0);
  writeJsonl(at('other.jsonl'), [{ input: 'x', output: 'y', score: 1, step: 0 }]);
  await expect(
    importRollouts(at('other.jsonl'), { out: at('wrong'), task: 'maths' }),
  ).rejects.toThrow('no prompt is one of the task maths');
  writeJsonl(at('odd.jsonl'), [{ text: 'x' }]);
  await expect(importRollouts(at('odd.jsonl'), { out: at('wrong') })).rejects.toThrow(
    'expected the columns of TRL',
  );
  expect(existsSync(at('wrong'))).toBe(false);
});
