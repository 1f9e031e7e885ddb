import { describe, expect, it } from 'vitest';
import { createJudgePool } from '../../src/sandbox/index.js';
import { javaRows } from './java-completions.js';
import { blamed, gallery, javaJob, javaTiers, sumTests } from './java-programs.js';

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

const files = { 'multipl-e/humaneval-java.jsonl.gz': 158, 'multipl-e/mbpp-java_dev.jsonl.gz': 236 };

describe.each(Object.entries(files))('the problems of %s', (file, count) => {
  const rows = javaRows<{ prompt: string; tests: string }>(file);
  // 31 of the 267 of MBPP are no Java, whatever is put in: `Pair<Long, Long, Long>`, `Pair<>`.
  it.skipIf(rows === null)('compile beside the stand-in for org.javatuples', async () => {
    const body = 'throw new UnsupportedOperationException();';
    const pool = await createJudgePool({ cacheFolder: null });
    const verdicts = await pool.judge(
      (rows ?? []).map(({ prompt, tests }) =>
        javaJob(
          { prefix: prompt, suffix: `\n${tests}`, cases: [{ stdin: '', expected: null }] },
          body,
        ),
      ),
    );
    await pool.close();
    const thrown = verdicts.filter(
      ({ outcome, diagnostics }) =>
        outcome === 'runtime_error' && blamed(body, diagnostics[0]) === body,
    );
    expect(thrown).toHaveLength(count);
  });
});
