import { describe, expect, it } from 'vitest';
import { createJudgePool } from '../../src/sandbox/index.js';
import type { JudgeJob } from '../../src/sandbox/index.js';
import { comparable, mutants } from './mutants.js';

describe('judging in batches', () => {
  it('gives every program the verdict that it gets alone', async () => {
    await expectEqual(mutants().filter((_, i) => i % 3 === 0));
  });

  it('gives a program with cases of its own the verdict that it gets with shared ones', async () => {
    const jobs = mutants();
    const first = [...new Map(jobs.map((one) => [one.tests.prefix, one])).values()];
    const shared = await createJudgePool({ cacheFolder: null });
    const own = await createJudgePool({ cacheFolder: null });
    try {
      const together = await shared.judge([
        ...first,
        ...first.map((one) => ({ ...one, completion: `${one.completion}\n` })),
      ]);
      const apart = await own.judge(first);
      const cases = together.map(
        ({ stages }) => stages[0].command.filter((word) => /^[0-9a-f]{16}\.o$/.test(word)).length,
      );
      expect(cases.some((count) => count > 0)).toBe(true);
      expect(together.slice(0, first.length).map(comparable)).toEqual(apart.map(comparable));
    } finally {
      await Promise.all([shared.close(), own.close()]);
    }
  });
});

export async function expectEqual(jobs: JudgeJob[]): Promise<void> {
  const batches = await createJudgePool({ cacheFolder: null });
  const alone = await createJudgePool({ cacheFolder: null, batchSize: 1 });
  try {
    const together = await batches.judge(jobs);
    const apart = await alone.judge(jobs);
    for (const [i, verdict] of together.entries())
      expect({ source: jobs[i].completion, ...comparable(verdict) }).toEqual({
        source: jobs[i].completion,
        ...comparable(apart[i]),
      });
    // All kinds of outcomes take part, else the comparison says little.
    expect(new Set(together.map(({ outcome }) => outcome)).size).toBeGreaterThanOrEqual(5);
  } finally {
    await Promise.all([batches.close(), alone.close()]);
  }
}
