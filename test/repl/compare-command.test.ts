import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ArmsComparison, EvaluationRow } from '../../src/evaluation/index.js';
import { summarise, writeEvaluations } from '../../src/evaluation/index.js';
import type { Outcome } from '../../src/records.js';
import { textWidth } from '../../src/repl/styled.js';
import { call } from '../cli/call.js';
import { row } from '../evaluation/examples.js';

let folder: string;
const home = process.cwd();

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'rlsf-compare-test-'));
});

afterEach(() => {
  process.chdir(home);
  rmSync(folder, { recursive: true });
});

const worse: Outcome[] = ['wrong_answer', 'compile_error', 'clean', 'runtime_error'];
const better: Outcome[] = ['clean', 'wrong_answer', 'clean', 'clean'];

function rowsOf(outcomes: Outcome[], shift = 0): EvaluationRow[] {
  return Array.from({ length: 24 }, (_, i) =>
    row(`p${i}`, i % 2 ? 'sums' : 'lists', [outcomes[(i + (i < 12 ? shift : 0)) % 4]]),
  );
}

/** A run folder with the measurements that are given. */
function makeRun(name: string, sides: Record<string, EvaluationRow[]>, seed = 7): string {
  const run = path.join(folder, name);
  mkdirSync(run, { recursive: true });
  for (const [side, rows] of Object.entries(sides)) {
    writeEvaluations(path.join(run, `${side}.json`), {
      held_out: {
        ...{ split: 'held_out', numSamples: 1, seed, modelRevision: name, durationMs: 1, rows },
        ...summarise(rows, 1, { resamples: 50 }),
      },
    });
  }
  return run;
}

const quick = ['--resamples', '200'];

describe('rlsf compare', () => {
  it('compares a run before with itself after, in 80 columns', async () => {
    const run = makeRun('tour', {
      evaluations_before: rowsOf(worse),
      evaluations_after: rowsOf(better),
    });
    process.chdir(folder);
    const { code, out, err } = await call('compare', 'tour', ...quick);
    expect([code, err]).toEqual([0, '']);
    expect(out).toContain('tour@before → tour@after');
    expect(out).toMatch(/fully clean +25\.0 \[.*\] +75\.0 \[.*\] +\+50\.0 \[/);
    expect(out).toContain('McNemar, exact: 12 gained, 0 lost of 24, p < 0.001');
    expect(out).toContain('12 problems gained');
    expect(out).toContain('signs of pleasing the judge');
    expect(out.split('\n').filter((line) => textWidth(line) > 80)).toEqual([]);
    expect(run).toContain('tour');
  });

  it('prints the whole of it as JSON', async () => {
    const [a, b] = [
      makeRun('a', { evaluations_after: rowsOf(worse) }),
      makeRun('b', { evaluation: rowsOf(better) }),
    ];
    const { out } = await call('compare', a, b, '--json', '--no-analysis', ...quick);
    const value = JSON.parse(out) as ArmsComparison;
    expect(value.comparisons[0]).toMatchObject({
      problems: { matched: 24, onlyFirst: 0, onlySecond: 0 },
      seeds: 1,
      kinds: null,
    });
    expect(value.comparisons[0].flips.gained).toHaveLength(12);
    expect(value.arms.map(({ name }) => name)).toEqual(['a', 'b']);
  });

  it('takes several runs as one arm, by a list or a star', async () => {
    const base = makeRun('base', { evaluations_before: rowsOf(worse) });
    for (const seed of [1, 2])
      makeRun(`study/${seed}/dpo`, { evaluations_after: rowsOf(better, seed) });
    const star = `dpo=${path.join(folder, 'study', '*', 'dpo')}`;
    const list = `dpo=${[1, 2].map((seed) => path.join(folder, `study/${seed}/dpo`)).join(',')}`;
    const valueOf = async (arm: string): Promise<ArmsComparison> =>
      JSON.parse(
        (await call('compare', `base=${base}`, arm, '--json', ...quick)).out,
      ) as ArmsComparison;
    const [value, other] = [await valueOf(star), await valueOf(list)];
    expect(value).toEqual(other);
    expect(value.comparisons[0]).toMatchObject({ first: 'base', second: 'dpo', seeds: 2 });
    expect(value.comparisons[0].measures[0].bySeed).toHaveLength(2);
  });

  it('writes Markdown and a page', async () => {
    const run = makeRun('r', {
      evaluations_baseline: rowsOf(worse),
      evaluations_after: rowsOf(better),
    });
    const [md, html] = [path.join(folder, 'c.md'), path.join(folder, 'c.html')];
    const { out } = await call('compare', run, '--md', md, '--html', html, ...quick);
    expect(out).toContain('written');
    const text = readFileSync(md, 'utf8');
    expect(text).toMatch(/\| fully clean \| 25\.0 % \[.*\] \| 75\.0 % .* \| \+50\.0 \[/);
    expect(text).toContain('## Reading the numbers');
    expect(readFileSync(html, 'utf8')).toContain('Plotly.newPlot');
  });

  it('says what is missing, where, and what to do', async () => {
    const after = makeRun('only', { evaluations_after: rowsOf(better) });
    const empty = makeRun('empty', {});
    const message = async (...names: string[]) => (await call('compare', ...names)).err;
    expect(await message(after)).toContain(
      'expected a measurement (evaluations_before.json or evaluations_baseline.json)',
    );
    expect(await message(after, empty)).toContain('got none. Measure with rlsf evaluate');
    expect(await message(after, `${after}@later`)).toContain(
      'expected @before or @after, got @later',
    );
    expect(await message(after, 'nowhere')).toContain('there is no nowhere');
    expect(await message(`x=${folder}/none*`, after)).toContain('nothing fits it');
    expect(await message(after, after, '--split', 'test')).toContain(
      'expected a measurement on the split test, got held_out',
    );
    const file = path.join(folder, 'other.json');
    writeFileSync(file, '{"a":1}');
    expect(await message(after, file)).toContain('got other JSON');
  });
});
