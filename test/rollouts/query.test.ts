import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Rollout } from '../../src/records.js';
import { openRolloutIndex } from '../../src/rollouts/index.js';
import { exampleRollout, exampleVerdict } from './example-rollout.js';
import { realLog, realRollouts } from './real-log.js';

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'rlsf-index-test-'));
  file = path.join(folder, 'rollouts.jsonl');
});

afterEach(() => rmSync(folder, { recursive: true }));

function lines(rollouts: readonly Rollout[]): string {
  return rollouts.map((rollout) => `${JSON.stringify(rollout)}\n`).join('');
}

function batch(step: number, n = 4): Rollout[] {
  return Array.from({ length: n }, (_, sample) => exampleRollout({ step, sample }));
}

describe('the tables', () => {
  it('hold what the records of a real run hold', async () => {
    writeFileSync(file, realLog());
    const index = await openRolloutIndex(folder, { segmentBytes: 100_000 });
    const rows = await index.query('SELECT * FROM rollouts ORDER BY log_line');
    expect(rows).toHaveLength(96);
    realRollouts().forEach((rollout, i) => {
      const verdict = rollout.verdict!;
      expect(rows[i]).toMatchObject({
        log_file: file,
        log_line: i + 1,
        id: rollout.id,
        step: rollout.step,
        problem_id: rollout.problemId,
        group_index: rollout.group,
        sample: rollout.sample,
        outcome: verdict.outcome,
        reward: rollout.reward,
        advantage: rollout.advantages!.sequence,
        tests_passed: verdict.testsPassed,
        tests_total: verdict.testsTotal,
        errors: verdict.diagnostics.filter(({ severity }) => severity === 'error').length,
        completion_tokens: rollout.completionIds.length,
        finish_reason: rollout.finishReason,
        from_cache: verdict.fromCache,
        completion: rollout.completion,
        prompt: rollout.prompt,
      });
      expect(JSON.parse(rows[i]['columns'] as string)).toEqual(rollout.columns);
    });
    const rewards = await index.query('SELECT id, name, weight, score FROM rewards');
    const expected = realRollouts().flatMap(({ id, rewards: results }) =>
      results!.map(({ name, weight, score }) => ({ id, name, weight, score })),
    );
    expect(rewards).toEqual(expected);
    const diagnostics = await index.query(
      'SELECT id, diagnostic_index i, tool, kind, span_start, reason FROM diagnostics ORDER BY ALL',
    );
    const findings = realRollouts().flatMap(({ id, verdict }) =>
      verdict!.diagnostics.map(({ tool, kind, span }, i) => ({
        ...{ id, i, tool, kind },
        span_start: span.precision === 'none' ? null : span.start,
        reason: span.precision === 'none' ? span.reason : null,
      })),
    );
    expect(diagnostics).toHaveLength(findings.length);
    expect(findings.length).toBeGreaterThan(50);
    expect(diagnostics).toEqual(expect.arrayContaining(findings));
    index.close();
  });

  it('have nulls for what a record lacks, and are there for an empty log', async () => {
    writeFileSync(file, '');
    const none = await openRolloutIndex(file);
    expect(await none.query('SELECT * FROM rollouts')).toEqual([]);
    expect(await none.query('SELECT count(*) n FROM diagnostics')).toEqual([{ n: 0 }]);
    none.close();
    writeFileSync(file, lines(batch(1, 1)));
    const one = await openRolloutIndex(file);
    expect(
      await one.query('SELECT outcome, reward, errors, judge_ms, advantage FROM rollouts'),
    ).toEqual([{ outcome: null, reward: null, errors: null, judge_ms: null, advantage: null }]);
    expect(await one.query('FROM metrics')).toEqual([]);
    one.close();
  });

  it('tell several logs apart, and hold the metrics beside them', async () => {
    for (const run of ['a', 'b']) {
      mkdirSync(path.join(folder, run));
      const rollouts = batch(1).map((rollout) => ({ ...rollout, run, id: `${run}/1/0/0` }));
      writeFileSync(path.join(folder, run, 'rollouts.jsonl'), lines(rollouts));
    }
    const metrics = path.join(folder, 'b', 'metrics.jsonl');
    writeFileSync(metrics, '{"step":1,"loss":0.5}\n{"step":2,"rewards/x/mean":1}\n{"step":3,"lo');
    const index = await openRolloutIndex([path.join(folder, 'a'), path.join(folder, 'b')]);
    expect(
      await index.query('SELECT run, count(*) n FROM rollouts GROUP BY run ORDER BY run'),
    ).toEqual([
      { run: 'a', n: 4 },
      { run: 'b', n: 4 },
    ]);
    expect(await index.query('SELECT run, step, loss, "rewards/x/mean" m FROM metrics')).toEqual([
      { run: 'b', step: 1, loss: 0.5, m: null },
      { run: 'b', step: 2, loss: null, m: 1 },
    ]);
    index.close();
  });
});

describe('a query', () => {
  it('reads only: no file, no change, no setting, one statement', async () => {
    writeFileSync(file, lines(batch(1)));
    const index = await openRolloutIndex(file);
    const target = path.join(folder, 'out.csv');
    for (const sql of [
      `SELECT * FROM read_text('${file}')`,
      `SELECT * FROM '${file}'`,
      `SELECT * FROM glob('${folder}/*')`,
      `COPY (SELECT 1) TO '${target}'`,
      `ATTACH '${path.join(folder, 'x.duckdb')}' AS x`,
      'CREATE TABLE t (i INTEGER)',
      'DELETE FROM metrics',
      'DROP VIEW rollouts',
      'SET enable_external_access = true',
      'SET threads = 1',
      'LOAD httpfs',
      'INSTALL httpfs',
      'SELECT 1; SELECT 2',
      ' -- nothing',
    ])
      await expect(index.query(sql), sql).rejects.toThrow(/^query: /);
    expect(readdirSync(folder).sort()).toEqual(['rollouts.index', 'rollouts.jsonl']);
    expect(await index.query('SELECT count(*) n FROM rollouts')).toEqual([{ n: 4 }]);
    index.close();
  });

  it('says in a line what is wrong with it, where, and which names are near', async () => {
    writeFileSync(file, lines(batch(1)));
    const index = await openRolloutIndex(file);
    await expect(index.query('SELECT problmId FROM rollouts')).rejects.toThrow(
      /^query: there is no column problmId\. Near it: problem_id.*\nLINE 1: SELECT problmId FROM rollouts\n +\^$/,
    );
    await expect(index.query('SELECT 1 FROM rolouts')).rejects.toThrow(
      /no table rolouts\. The tables are rollouts, rewards, diagnostics and metrics/,
    );
    await expect(index.query('SELEC 1')).rejects.toThrow(/^query: syntax error at or near "SELEC"/);
    await expect(index.query('SELECT step + id + completion FROM rollouts')).rejects.toThrow(
      /^query: .{1,400}$/s,
    );
    await expect(index.query('SELECT ?')).rejects.toThrow(/expected 1 parameters/);
    index.close();
  });

  it('takes parameters, a limit and a signal, and gives plain values', async () => {
    writeFileSync(file, lines([...batch(1), ...batch(2)]));
    const index = await openRolloutIndex(file);
    expect(
      await index.query('SELECT id FROM rollouts WHERE step = ? AND sample = ?', [2, 3]),
    ).toEqual([{ id: 'run/2/0/3' }]);
    expect(await index.select('FROM range(5)', { limit: 2 })).toEqual({
      columns: [{ name: 'range', type: 'BIGINT' }],
      rows: [[0], [1]],
      hasMore: true,
    });
    const [values] = await index.query(
      "SELECT 2::HUGEINT ** 70 d, 9007199254740993 big, [1, NULL] l, {a: 1} s, DATE '2020-01-02' t, 1.5::DECIMAL(5, 2) m",
    );
    expect(values).toEqual({
      ...{ d: 2 ** 70, big: '9007199254740993', l: [1, null], s: { a: 1 } },
      ...{ t: '2020-01-02', m: 1.5 },
    });
    const stopped = new AbortController();
    const endless = index.select(
      'SELECT sum(a.range * b.range) FROM range(1000000) a, range(1000000) b',
      {
        signal: stopped.signal,
      },
    );
    setTimeout(() => stopped.abort(), 50);
    await expect(endless).rejects.toThrow(/abort/i);
    expect(await index.query('SELECT 1 one')).toEqual([{ one: 1 }]);
    index.close();
  });

  it('is what loads DuckDB: importing the library does not', () => {
    const script = `
      import { openRolloutIndex } from ${JSON.stringify(path.resolve('src/rollouts/index.ts'))};
      const loaded = () => process.report.getReport().sharedObjects.some((file) => /duckdb/.test(file));
      const before = loaded();
      (await openRolloutIndex(process.argv[1])).close();
      console.log(JSON.stringify([before, loaded()]));`;
    writeFileSync(file, lines([exampleRollout({ verdict: exampleVerdict('clean') })]));
    const out = execFileSync(
      process.execPath,
      ['--import', 'tsx', '--input-type=module', '-e', script, file],
      { encoding: 'utf8' },
    );
    expect(JSON.parse(out)).toEqual([false, true]);
  });
});
