import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { collectCandidates, type Candidates } from '../../src/datasets/index.js';
import { createJudgePool } from '../../src/sandbox/index.js';
import { tinyPolicy, useOneThread } from '../training/tiny-policy.js';
import { candidatesInput, sums } from './candidates-input.js';

it('a collection killed at several moments ends with the records of one that was not', async () => {
  const root = mkdtempSync(path.join(tmpdir(), 'rlsf-killed-'));
  const folder = path.join(root, 'killed');
  const annotated = path.join(folder, 'candidates_annotated.jsonl');
  const size = (): number => (existsSync(annotated) ? readFileSync(annotated).length : 0);
  let kills = 0;
  for (const delayMs of [0, 35, 70]) {
    const before = size();
    const child = spawn(
      process.execPath,
      ['--import', 'tsx', path.join(import.meta.dirname, 'candidates-child.ts'), folder],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const ended = once(child, 'exit');
    const deadline = Date.now() + 60_000;
    while (size() === before && child.exitCode === null && Date.now() < deadline)
      await setTimeout(5);
    await setTimeout(delayMs);
    child.kill('SIGKILL');
    const [, signal] = (await ended) as [number | null, string | null];
    if (signal === 'SIGKILL') kills++;
  }
  expect(kills).toBe(3);
  await useOneThread();
  const policy = await tinyPolicy(1);
  const judge = await createJudgePool({ languages: ['text'] });
  const resumed = await collectCandidates(candidatesInput(policy, judge, folder));
  expect(resumed.resumed).toBeGreaterThan(0);
  expect(resumed.resumed).toBeLessThan(3 * sums.length);
  const straight = await collectCandidates(
    candidatesInput(policy, judge, path.join(root, 'straight')),
  );
  // Whether a verdict was at hand already is the one thing that a kill may change.
  const records = ({ rollouts }: Candidates): unknown[] =>
    rollouts.map(({ verdict, ...rollout }) => ({
      ...rollout,
      verdict: { ...verdict, fromCache: false },
    }));
  expect(records(resumed)).toEqual(records(straight));
  policy.dispose();
  await judge.close();
  rmSync(root, { recursive: true });
}, 240_000);
