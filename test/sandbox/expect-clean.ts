import { expect } from 'vitest';
import { createJudgePool } from '../../src/sandbox/index.js';
import type { Verdict } from '../../src/records.js';
import { underLoad } from './busy.js';
import { cleanPrograms } from './clean-programs.js';

/** Judges clean programs on a machine that is busy with four times its cores in other work. */
export async function expectCleanUnderLoad(count: number, lastMs: number): Promise<Verdict[]> {
  const jobs = cleanPrograms(count);
  expect(jobs.length).toBe(count);
  // No verdict of an earlier run is at hand.
  const pool = await createJudgePool();
  try {
    const verdicts = await underLoad(() => pool.judge(jobs), { lastMs });
    const wrong = verdicts.flatMap(({ outcome, diagnostics, fromCache }, i) =>
      outcome === 'clean' && !fromCache
        ? []
        : [{ program: jobs[i].completion, outcome, fromCache, diagnostics }],
    );
    expect(wrong).toEqual([]);
    return verdicts;
  } finally {
    await pool.close();
  }
}
