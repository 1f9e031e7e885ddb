import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { Problem } from '../../src/records.js';
import { openTask } from '../../src/tasks/index.js';
import { testData } from '../data.js';
import { judgeAll } from './sets.js';

interface Recorded {
  task_id: string;
  prompt: string;
  /** Prompt and completion. */
  generation: string;
  passed: boolean;
}

export const cppCompletions = testData(
  'model-completions/humaneval_cpp_qwen2.5-coder-1.5b-base.jsonl.gz',
);

/** Ids of the C++ answers of Qwen2.5-Coder-1.5B whose verdict, judged as the task does, is not the recorded one. */
export async function differingCpp(
  every: number,
): Promise<{ judged: number; differing: string[] }> {
  const task = await openTask('multipl-e', { path: testData('multipl-e') ?? '' });
  const problems = task.problems({ split: 'humaneval', seed: 0 });
  const problemOf = new Map(problems.map((problem) => [problem.id, problem]));
  const rows = gunzipSync(readFileSync(cppCompletions ?? ''))
    .toString('utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Recorded)
    .filter((_, i) => i % every === 0);
  const verdicts = await judgeAll(
    rows.map(({ task_id, prompt, generation }) => ({
      problem: problemOf.get(task_id) as Problem,
      completion: generation.slice(prompt.length),
    })),
  );
  const differing = rows.filter(({ passed }, i) => verdicts[i].correct !== passed);
  return { judged: rows.length, differing: differing.map(({ task_id }) => task_id) };
}
