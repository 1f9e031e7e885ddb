import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { createJudgePool } from '../../src/sandbox/index.js';
import type { JudgeJob } from '../../src/sandbox/index.js';
import { testData } from '../data.js';
import type { ProgramTests } from '../../src/records.js';
import { openTask } from '../../src/tasks/index.js';
import { pythonJob } from './python-gallery.js';

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

/** Completions of Qwen2.5-Coder-1.5b for HumanEval, judged as the task judges them. */
export async function humanEval(): Promise<Recorded[]> {
  const tests = await testsOf('humaneval', 'humaneval/HumanEval.jsonl.gz');
  // A row holds the whole program, the prompt's code with it.
  return completions('humaneval_python').map((row) =>
    recorded(row, { ...(tests.get(row['task_id']) as ProgramTests), prefix: '' }),
  );
}

/** The same for MBPP, with the assertions of MBPP+. */
export async function mbpp(): Promise<Recorded[]> {
  const tests = await testsOf('mbpp-plus', 'mbpp/mbppplus_dev.jsonl.gz');
  return completions('mbpp_python').map((row) => {
    const found = tests.get(row['task_id'].replace('Mbpp/', 'mbpp-plus/')) as ProgramTests;
    return recorded(row, { ...found, cases: found.cases.slice(0, 1) });
  });
}

/** With the further inputs of MBPP+ too, and the verdict on both. */
export async function mbppPlus(): Promise<Recorded[]> {
  const tests = await testsOf('mbpp-plus', 'mbpp/mbppplus_dev.jsonl.gz');
  return completions('mbpp_python').map((row) => {
    const found = tests.get(row['task_id'].replace('Mbpp/', 'mbpp-plus/')) as ProgramTests;
    const passed = row['base_status'] === 'pass' && row['plus_status'] === 'pass';
    return { ...recorded(row, found), passed };
  });
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

function recorded(row: Record<string, string>, tests: ProgramTests): Recorded {
  return {
    id: row['task_id'],
    passed: row['base_status'] === 'pass',
    job: pythonJob(tests, row['solution']),
  };
}

async function testsOf(name: string, file: string): Promise<Map<string, ProgramTests>> {
  const task = await openTask(name, { path: testData(file) ?? file });
  const problems = task.problems({ split: 'all', seed: 0 });
  return new Map(problems.map(({ id, tests }) => [id, tests as ProgramTests]));
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
