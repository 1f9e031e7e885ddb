import { describe, expect, it } from 'vitest';
import { createJudgePool, judgeJob } from '../../src/sandbox/index.js';
import { openTask } from '../../src/tasks/index.js';
import { testData } from '../data.js';
import { blamed, gallery, javaJob, javaTiers, noJava, sumTests } from './java-programs.js';

const found = (await javaTiers()).filter(({ reason }) => reason === null);

describe('verdicts on Java', () => {
  it('are the same in any company, order and tier', async () => {
    const told = new Map<string, string>();
    for (const { tier } of [...found, ...found]) {
      const isFirst = told.size === 0;
      const names = isFirst ? Object.keys(gallery) : Object.keys(gallery).reverse();
      const pool = await createJudgePool({
        cacheFolder: null,
        isolation: tier,
        batchSize: isFirst ? 8 : 1,
      });
      const verdicts = await pool.judge(
        names.map((name) => javaJob(sumTests, gallery[name].completion)),
      );
      await pool.close();
      for (const [i, name] of names.entries()) {
        const { outcome, diagnostics, tests } = verdicts[i];
        const text = JSON.stringify([outcome, diagnostics, tests]);
        expect([name, text]).toEqual([name, told.get(name) ?? text]);
        told.set(name, text);
      }
    }
  });
});

const counts = { humaneval: 158, mbpp: 236 };

describe.each(Object.entries(counts))('the problems of %s in Java', (split, count) => {
  // 31 of the 267 of MBPP are no Java, whatever is put in: `Pair<Long, Long, Long>`, `Pair<>`.
  const path = noJava === null ? testData('multipl-e') : null;
  it.skipIf(path === null)('compile beside the stand-in for org.javatuples', async () => {
    const body = 'throw new UnsupportedOperationException();';
    const task = await openTask('multipl-e', { path: path ?? '', language: 'java' });
    const problems = task.problems({ split, seed: 0 });
    const pool = await createJudgePool({ cacheFolder: null });
    const verdicts = await pool.judge(problems.map((problem) => judgeJob(problem, body)));
    await pool.close();
    const thrown = verdicts.filter(
      ({ outcome, diagnostics }) =>
        outcome === 'runtime_error' && blamed(body, diagnostics[0]) === body,
    );
    expect(thrown).toHaveLength(count);
  });
});
