import { spawnSync } from 'node:child_process';
import { afterAll, describe, expect, it } from 'vitest';
import { benchReward, type RewardBenchReport } from '../../../src/evaluation/index.js';
import { sanitizerCurriculum } from '../../../src/rewards/index.js';
import { createJudgePool, type JudgePool } from '../../../src/sandbox/index.js';
import { badRewards, cppProblems, openBad } from './bad-rewards.js';

const compiler = spawnSync('g++', ['--version']).status === 0;

/** Verdicts are kept by a pool: what several rewards share is judged once. */
const pools = new Map<string, Promise<JudgePool>>();

function poolFor(flags: string[]): Promise<JudgePool> {
  const key = flags.join();
  const known = pools.get(key) ?? createJudgePool({ languages: ['cpp'], workers: 2, flags });
  pools.set(key, known);
  return known;
}

const failing = ({ checks }: RewardBenchReport): string[] =>
  checks.filter(({ status }) => status === 'fail').map(({ name }) => name);

describe.skipIf(!compiler)('the reward bench with a real judge (needs g++)', () => {
  afterAll(async () => {
    for (const pool of pools.values()) await (await pool).close();
  });

  for (const bad of badRewards)
    it(`catches ${bad.file}, ${bad.fault}, by ${bad.caughtBy} and nothing else`, async () => {
      const report = await benchReward({
        rewards: await openBad(bad),
        problems: bad.problems,
        judge: await poolFor(bad.flags),
      });
      expect(failing(report)).toEqual([bad.caughtBy]);
      expect(report.passed).toBe(false);
      expect(report.checks.find(({ name }) => name === bad.caughtBy)?.summary).toMatch(
        saying[bad.file],
      );
    }, 180_000);

  it('finds nothing to fail in the shipped default', async () => {
    const report = await benchReward({
      rewards: [sanitizerCurriculum()],
      problems: cppProblems,
      judge: await poolFor([]),
    });
    expect(failing(report)).toEqual([]);
    expect(report.passed).toBe(true);
    // Nothing passes by being skipped.
    expect(report.checks.filter(({ status }) => status === 'skip')).toEqual([]);
    const mutants = report.checks.find(({ name }) => name === 'mutants')!;
    expect(mutants.numbers.verified).toBeGreaterThan(30);
    const hacks = report.specimens.filter(({ kind }) => kind === 'hack');
    expect(new Set(hacks.map(({ name }) => name)).size).toBeGreaterThan(17);
  }, 180_000);
});

/** What the check says of the fault. */
const saying: Record<string, RegExp> = {
  'werror.ts': /unreachable: warning; what was written for warning is compile_error/,
  'clean-token-pay.ts': /spans pay for length/,
  'prefix-match.ts': /output_prefix/,
  'exit-status.ts': /early_exit/,
  'line-below.ts': /spans lie one line below the findings in \d+ of \d+/,
};
