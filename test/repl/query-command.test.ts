import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { textWidth } from '../../src/repl/styled.js';
import { plainText } from '../../src/repl/styled.js';
import { queryCsv, queryTable } from '../../src/repl/views/query-table.js';
import { call } from '../cli/call.js';
import { exampleRollout, exampleVerdict } from '../rollouts/example-rollout.js';

let folder: string;
const before = process.cwd();

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'rlsf-query-test-'));
});

afterEach(() => {
  process.chdir(before);
  rmSync(folder, { recursive: true });
});

function makeRun(name: string): string {
  const run = path.join(folder, 'runs', name);
  mkdirSync(run, { recursive: true });
  const lines = [0, 1, 2].map((sample) => {
    const verdict = exampleVerdict(sample === 0 ? 'clean' : 'timeout');
    return `${JSON.stringify(exampleRollout({ run: name, sample, verdict, reward: sample / 3 }))}\n`;
  });
  writeFileSync(path.join(run, 'rollouts.jsonl'), lines.join(''));
  return run;
}

const byOutcome = 'select outcome, count(*) n from rollouts group by outcome order by outcome';

describe('rlsf query', () => {
  it('prints a table, CSV or JSON of one run or several', async () => {
    const a = makeRun('a');
    const b = makeRun('b');
    expect((await call('query', byOutcome, a)).out).toBe(
      'outcome  n\nclean    1\ntimeout  2\n2 rows · 3 rollouts\n',
    );
    expect((await call('query', byOutcome, a, b, '--csv')).out).toBe(
      'outcome,n\nclean,2\ntimeout,4\n',
    );
    const json = await call(
      'query',
      'select run, sample from rollouts order by all',
      a,
      b,
      '--json',
    );
    expect(JSON.parse(json.out)).toHaveLength(6);
    expect(JSON.parse(json.out)).toContainEqual({ run: 'b', sample: 2 });
    const limited = await call('query', 'select id from rollouts', a, '--limit', '1', '--csv');
    expect(limited.out).toBe('id\nrun/1/0/0\n');
    expect(limited.err).toContain('more rows than 1');
  });

  it('takes the only run there is, and asks which when there are several', async () => {
    process.chdir(folder);
    expect((await call('query', byOutcome)).err).toContain('there is none under runs/');
    makeRun('a');
    expect((await call('query', byOutcome)).out).toContain('3 rollouts');
    makeRun('b');
    const asked = await call('query', byOutcome);
    expect(asked.code).toBe(2);
    expect(asked.err).toMatch(/which run\? There are 2\. Newest: runs\/b, runs\/a\. All: runs\/\*/);
    expect((await call('query', byOutcome, 'b')).out).toContain('3 rollouts');
    // As a shell gives runs/*, with a run of supervised training among them.
    mkdirSync(path.join(folder, 'runs', 'sft'));
    const all = await call('query', byOutcome, 'runs/a', 'runs/b', 'runs/sft');
    expect(all.out).toContain('6 rollouts in 2 logs');
    expect((await call('query', byOutcome, 'runs/sft')).err).toContain('in which there is none');
    expect((await call('query', byOutcome, 'runs/a', 'runs/c')).err).toContain('is not there');
  });

  it('shows mistakes with their place and the nearest names', async () => {
    const run = makeRun('a');
    const { code, err } = await call('query', 'select outcom from rollouts', run);
    expect(code).toBe(1);
    expect(err).toMatch(/^rlsf: query: there is no column outcom\. Near it: outcome/);
    expect(err).toContain('LINE 1: select outcom from rollouts\n               ^');
    expect((await call('query', run)).err).toContain('expected the statement first');
    expect((await call('query')).err).toContain('expected a SELECT statement, got none');
    expect((await call('query', 'drop view rollouts', run)).err).toContain('expected a SELECT');
  });

  it('lists tables and columns, of a run with the metrics it has', async () => {
    const run = makeRun('a');
    writeFileSync(path.join(run, 'metrics.jsonl'), '{"step":1,"clip_ratio/low_mean":0}\n');
    const { out } = await call('query', '--schema');
    for (const word of ['rollouts', 'rewards', 'diagnostics', 'metrics', 'completion_tokens'])
      expect(out).toContain(word);
    expect((await call('query', '--schema', run)).out).toMatch(/clip_ratio\/low_mean +double/);
  });
});

describe('queryTable', () => {
  const columns = ['id', 'completion', 'reward'].map((name) => ({ name, type: '' }));
  const rows = [
    ['a', 'int main() {\n  return 0;\u001b[31m}'.repeat(4), 0.123456789],
    ['b', null, -12345678],
  ];

  it('fits the width by cutting texts, never numbers, and shows what would steer a terminal', () => {
    for (const width of [100, 60, 40, 25]) {
      const lines = queryTable({ columns, rows }, width).map(plainText);
      expect(Math.max(...lines.map(textWidth))).toBeLessThanOrEqual(width);
      expect(lines.join('\n')).toContain('-12345678');
      expect(lines.join('\n')).toContain('0.123457');
      expect(lines.join('\n')).not.toContain('\u001b');
    }
    expect(queryTable({ columns, rows }, 40).map(plainText)[0]).toMatch(/^id +completion +reward$/);
  });

  it('writes rows one below the other where the columns cannot fit', () => {
    const lines = queryTable({ columns, rows }, 20).map(plainText);
    expect(lines).toContain('row 2');
    expect(lines.every((each) => textWidth(each) <= 20)).toBe(true);
  });

  it('writes CSV that keeps quotes, commas and line ends', () => {
    expect(
      queryCsv({
        columns,
        rows: [
          ['a"b', 'x,\ny', null],
          [[1], { k: 'v' }, 0.5],
        ],
      }),
    ).toBe('id,completion,reward\n"a""b","x,\ny",\n[1],"{""k"":""v""}",0.5\n');
  });
});
