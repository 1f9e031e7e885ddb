import { isDeepStrictEqual } from 'node:util';
import { expect } from 'vitest';
import type { Verdict } from '../../src/records.js';
import { createJudgePool } from '../../src/sandbox/index.js';
import type { JudgeJob } from '../../src/sandbox/index.js';
import { comparable } from './mutants.js';

/** Judges the jobs in batches, and one at a time by a compiler of their own: the verdicts must be the same. */
export async function expectEqual(jobs: JudgeJob[]): Promise<void> {
  const batches = await createJudgePool();
  const alone = await createJudgePool({ batchSize: 1, compileServer: false });
  try {
    const together = await batches.judge(jobs);
    const apart = await alone.judge(jobs);
    const told = (verdicts: readonly Verdict[], i: number): Record<string, unknown> => ({
      source: jobs[i].completion,
      ...comparable(verdicts[i]),
    });
    const different = jobs.flatMap((_, i) =>
      isDeepStrictEqual(told(together, i), told(apart, i)) ? [] : [i],
    );
    expect(different.map((i) => told(together, i))).toEqual(different.map((i) => told(apart, i)));
    // All kinds of outcomes take part, else the comparison says little.
    expect(new Set(together.map(({ outcome }) => outcome)).size).toBeGreaterThanOrEqual(5);
  } finally {
    await Promise.all([batches.close(), alone.close()]);
  }
}
