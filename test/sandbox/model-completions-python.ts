import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { createJudgePool } from '../../src/sandbox/index.js';
import type { JudgeJob } from '../../src/sandbox/index.js';
import { testData } from '../data.js';
import { pythonJob, pythonTests } from './python-gallery.js';

/** `null` where the data are. */
export const missing =
  testData('model-completions') && testData('humaneval') && testData('mbpp')
    ? null
    : 'no model-completions, humaneval, mbpp: set RLSF_TEST_DATA';

interface Recorded {
  id: string;
  /** EvalPlus's verdict on the base tests. */
  passed: boolean;
  job: JudgeJob;
}

/** Completions of Qwen2.5-Coder-1.5b for HumanEval, with `check` of the data set as their one test. */
export function humanEval(): Recorded[] {
  const problems = byId(rows('humaneval/HumanEval.jsonl.gz'));
  return completions('humaneval_python').map((row) => {
    const { test, entry_point: name } = problems.get(row['task_id']) ?? {};
    return recorded(row, `${test}\ncheck(${name})\n`);
  });
}

/** The same for MBPP, with the assertions of MBPP+. */
export function mbpp(): Recorded[] {
  const problems = byId(rows('mbpp/mbppplus_dev.jsonl.gz'));
  return completions('mbpp_python').map((row) =>
    recorded(row, problems.get(row['task_id'])?.['assertion'] ?? ''),
  );
}

/** The judge's verdicts, and those that differ from the recorded ones. */
export async function compare(
  rows: readonly Recorded[],
): Promise<{ table: Record<string, number>; different: string[]; milliseconds: number }> {
  const pool = await createJudgePool({ cacheFolder: null, cpuMs: 2000, wallMs: 8000 });
  try {
    const started = performance.now();
    const verdicts = await pool.judge(rows.map(({ job }) => job));
    const milliseconds = (performance.now() - started) / rows.length;
    const table: Record<string, number> = {};
    const different: string[] = [];
    for (const [i, { id, passed }] of rows.entries()) {
      const { correct, outcome } = verdicts[i];
      const key = `${passed ? 'passed' : 'failed'}, ${outcome}`;
      table[key] = (table[key] ?? 0) + 1;
      if (correct !== passed) different.push(id);
    }
    return { table, different, milliseconds };
  } finally {
    await pool.close();
  }
}

/**
 * Where the data set's own assertions and EvalPlus, which compares with the reference's values, must
 * disagree: the judge is right on what it was asked.
 */
export const knownDifferences: Record<string, string> = {
  'Mbpp/232': 'the assertions compare sets, EvalPlus the order of the reference: ours passes',
  'Mbpp/249': 'the assertions compare sets, EvalPlus the order in which the reference’s set is listed: ours passes',
  'Mbpp/783': 'the assertions compare floating-point numbers exactly, EvalPlus within 1e-6: ours fails',
}; // prettier-ignore

function recorded(row: Record<string, string>, assert: string): Recorded {
  return {
    id: row['task_id'],
    passed: row['base_status'] === 'pass',
    job: pythonJob(pythonTests('', { assert }), row['solution']),
  };
}

function completions(name: string): Record<string, string>[] {
  return rows(`model-completions/${name}_qwen2.5-coder-1.5b-base.jsonl.gz`);
}

function rows(file: string): Record<string, string>[] {
  const lines = gunzipSync(readFileSync(testData(file) ?? file))
    .toString('utf8')
    .trim()
    .split('\n');
  return lines.map((line) => JSON.parse(line) as Record<string, string>);
}

function byId(all: readonly Record<string, string>[]): Map<string, Record<string, string>> {
  return new Map(all.map((row) => [row['task_id'], row]));
}
