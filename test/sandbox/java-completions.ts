import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect } from 'vitest';
import type { Problem } from '../../src/records.js';
import { createJudgePool, judgeJob } from '../../src/sandbox/index.js';
import type { TierName } from '../../src/sandbox/index.js';
import { openTask } from '../../src/tasks/index.js';
import { testData } from '../data.js';
import { noJava } from './java-programs.js';

/** An answer of Qwen2.5-Coder-1.5B to MultiPL-E's HumanEval in Java, with its recorded verdict. */
export interface JavaCompletion {
  task_id: string;
  prompt: string;
  /** Prompt and completion. */
  generation: string;
  /** The whole program; behind the generation stands a `main` with assertions. */
  code: string;
  passed: boolean;
  /** `passed`, or `failed: ` and why. */
  result: string;
}

/**
 * Rows whose reason differs, not their verdict. Both quote `≤` in the prompt's comment, which the
 * recorded javac (set to ASCII) refused to read; ours reads UTF-8, and there their answers are wrong.
 */
export const otherReason = ['HumanEval_84_solve', 'HumanEval_147_get_max_triples'];

export function javaCompletions(): JavaCompletion[] | null {
  return javaRows('model-completions/humaneval_java_qwen2.5-coder-1.5b-base.jsonl.gz');
}

/** Rows of a file of the test data; `null` where that, or Java, is not to be had. */
export function javaRows<Row>(name: string): Row[] | null {
  const data = process.env['RLSF_TEST_DATA'] ?? join(import.meta.dirname, '../../../shared/data');
  if (noJava !== null || !existsSync(join(data, name))) return null;
  const lines = gunzipSync(readFileSync(join(data, name)))
    .toString('utf8')
    .trim()
    .split('\n');
  return lines.map((line) => JSON.parse(line) as Row);
}

/**
 * Judges them as the task does: the prompt before, the tests behind. All import org.javatuples, for
 * which the judge has a stand-in (kernels/java). Hands back how often which verdict met which.
 */
export async function expectRecordedVerdicts(
  rows: readonly JavaCompletion[],
  isolation: 'auto' | TierName = 'auto',
): Promise<Record<string, number>> {
  const path = testData('multipl-e') ?? '';
  const task = await openTask('multipl-e', { path, language: 'java' });
  const problems = task.problems({ split: 'humaneval', seed: 0 });
  const problemOf = new Map(problems.map((problem) => [problem.id, problem]));
  const pool = await createJudgePool({ cacheFolder: null, isolation });
  const verdicts = await pool.judge(
    rows.map(({ task_id, prompt, generation }) =>
      judgeJob(problemOf.get(task_id) as Problem, generation.slice(prompt.length)),
    ),
  );
  await pool.close();
  const table: Record<string, number> = {};
  const differing: unknown[] = [];
  for (const [i, { task_id, passed, result }] of rows.entries()) {
    const { outcome, diagnostics } = verdicts[i];
    const recorded = reasonOf(result);
    table[`${recorded} → ${outcome}`] = (table[`${recorded} → ${outcome}`] ?? 0) + 1;
    const isGood = outcome === 'clean' || outcome === 'warning';
    const isSame = expectedOutcomes[recorded]?.includes(outcome) || otherReason.includes(task_id);
    if (isGood !== passed || !isSame)
      differing.push([task_id, result.slice(0, 200), outcome, diagnostics[0]?.message]);
  }
  expect(differing).toEqual([]);
  return table;
}

const expectedOutcomes: Record<string, string[]> = {
  passed: ['clean', 'warning'],
  'wrong answer': ['wrong_answer'],
  'compilation error': ['compile_error'],
  exception: ['runtime_error'],
};

function reasonOf(result: string): string {
  const reason = result.replace('failed: ', '');
  return reason.startsWith('Exception in thread') ? 'exception' : reason.split('\n')[0].trim();
}
