import { describe, expect, it } from 'vitest';
import { createJudgePool } from '../../src/sandbox/index.js';
import { expectEqual } from './expect-equal.js';
import { comparable, mutants } from './mutants.js';

describe('judging in batches', () => {
  it('gives every program the verdict that it gets alone', async () => {
    await expectEqual(mutants().filter((_, i) => i % 4 === 0));
  });

  it('gives a program with cases of its own the verdict that it gets with shared ones', async () => {
    const jobs = mutants();
    const first = [...new Map(jobs.map((one) => [one.tests?.prefix, one])).values()];
    const shared = await createJudgePool({ cacheFolder: null });
    const own = await createJudgePool({ cacheFolder: null });
    try {
      const together = await shared.judge([
        ...first,
        ...Array.from({ length: 11 }, (_, i) => '\n'.repeat(i + 1)).flatMap((end) =>
          first.map((one) => ({ ...one, completion: one.completion + end })),
        ),
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
