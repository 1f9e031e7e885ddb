import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { collectCandidates, type CollectCandidatesInput } from '../../src/datasets/index.js';
import type { Policy } from '../../src/policy/index.js';
import { testsPassedFraction } from '../../src/rewards/index.js';
import { createJudgePool, type JudgePool } from '../../src/sandbox/index.js';
import { tinyPolicy, useOneThread } from '../training/tiny-policy.js';
import { candidatesInput, sums } from './candidates-input.js';

let policy: Policy;
let judge: JudgePool;
let root: string;
beforeAll(async () => {
  await useOneThread();
  policy = await tinyPolicy(1);
  judge = await createJudgePool({ languages: ['text'] });
  root = mkdtempSync(path.join(tmpdir(), 'rlsf-candidates-'));
});
afterAll(async () => {
  policy.dispose();
  await judge.close();
  rmSync(root, { recursive: true });
});

const input = (name: string, changes: Partial<CollectCandidatesInput> = {}) => ({
  ...candidatesInput(policy, judge, path.join(root, name)),
  ...changes,
});

describe('collectCandidates', () => {
  it('draws the completions of every problem and annotates each with its verdict', async () => {
    const progress: number[] = [];
    const { rollouts, resumed, candidatesFile, annotatedFile } = await collectCandidates(
      input('whole', {
        rewards: [testsPassedFraction()],
        onProgress: ({ problems }) => progress.push(problems),
      }),
    );
    expect(rollouts.map(({ problemId, sample }) => `${problemId}/${sample}`)).toEqual(
      sums.flatMap(({ id }) => [0, 1, 2].map((sample) => `${id}/${sample}`)),
    );
    expect(rollouts.every(({ verdict, reward }) => verdict && reward !== undefined)).toBe(true);
    expect(resumed).toBe(0);
    expect(progress).toEqual([2, 4, 6, 8, 10, 11]);
    const lines = (file: string): unknown[] =>
      readFileSync(file, 'utf8').trim().split('\n').map((line) => JSON.parse(line) as unknown); // prettier-ignore
    expect(lines(annotatedFile)).toEqual(rollouts);
    expect(lines(candidatesFile)).toEqual(
      rollouts.map(({ verdict: _v, rewards: _r, reward: _n, ...drawn }) => drawn),
    );
  });

  it('goes on after an end at any line of either file, and ends with the same records', async () => {
    const { rollouts } = await collectCandidates(input('straight'));
    for (const [drawn, judged] of [
      [33, 7],
      [20, 20],
      [8, 3],
      [5.5, 2.5],
      [0, 0],
    ]) {
      const name = `cut-${drawn}`;
      cpSync(path.join(root, 'straight'), path.join(root, name), { recursive: true });
      cut(path.join(root, name, 'candidates.jsonl'), drawn);
      cut(path.join(root, name, 'candidates_annotated.jsonl'), judged);
      const again = await collectCandidates(input(name));
      expect(again.resumed).toBe(Math.floor(judged));
      expect(again.rollouts).toEqual(rollouts);
    }
  });

  it('adds problems at the end and further completions without drawing the others anew', async () => {
    const few = await collectCandidates(
      input('grown', { problems: sums.slice(0, 3), numGenerations: 2 }),
    );
    const all = await collectCandidates(input('grown'));
    expect(all.resumed).toBe(few.rollouts.length);
    expect(all.rollouts).toEqual((await collectCandidates(input('straight'))).rollouts);
  });

  it('refuses a folder with candidates of something else, and keeps them', async () => {
    await collectCandidates(input('taken', { problems: sums.slice(0, 2) }));
    const file = path.join(root, 'taken/candidates.jsonl');
    const before = readFileSync(file);
    const other = await tinyPolicy(2);
    const settings = { ...input('taken').settings, temperature: 0.5 };
    for (const [changes, message] of [
      [{ policy: other }, /the policy is another: there revision/],
      [{ settings }, /the sampling settings are others/],
      [
        { problems: sums.slice(3) },
        /the problems or chunkSize are others \(problem 0\): there sum-0, here sum-3/,
      ],
      [
        { rewards: [testsPassedFraction()] },
        /the rewards are others: there none, here tests_passed × 1/,
      ],
      [{ run: 'mine' }, /the run is another/],
      [{ problems: [sums[0], sums[0]] }, /got sum-0 twice/],
      [{ numGenerations: 0 }, /numGenerations/],
    ] as const)
      // prettier-ignore
      await expect(collectCandidates(input('taken', changes))).rejects.toThrow(message);
    other.dispose();
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  it('ends between two chunks where it is aborted, with what it has', async () => {
    const controller = new AbortController();
    const stopped = collectCandidates(
      input('stopped', {
        signal: controller.signal,
        onProgress: ({ problems }) => problems >= 4 && controller.abort(new Error('enough')),
      }),
    );
    await expect(stopped).rejects.toThrow('enough');
    expect((await collectCandidates(input('stopped'))).resumed).toBe(12);
  });
});

/** Keeps so many lines; half a line is one that was being written. */
function cut(file: string, lines: number): void {
  const all = readFileSync(file, 'utf8').split('\n');
  const whole = all.slice(0, Math.floor(lines)).map((line) => `${line}\n`);
  const torn = lines % 1 === 0 ? '' : all[Math.floor(lines)].slice(0, 40);
  writeFileSync(file, whole.join('') + torn);
}
