/** The sets of the test data, and what is known of them. */
import type { Problem, Verdict } from '../../src/records.js';
import { createJudgePool, judgeJob } from '../../src/sandbox/index.js';
import type { Judge, TaskOptions } from '../../src/tasks/index.js';

export interface KnownSet {
  task: string;
  /** In the test data. */
  file: string;
  options?: TaskOptions;
  /** Problems by split. */
  counts: Record<string, number>;
  /** Problems with a reference, in all splits. */
  references: number;
  /** References whose failure lies in the data. */
  known: number;
  /** Every how many-th reference is judged in the slow tests. */
  every: number;
}

export const knownSets: KnownSet[] = [
  { task: 'gsm8k', file: 'gsm8k', counts: { train: 7473, test: 669 }, references: 8142, known: 0, every: 1 },
  { task: 'humaneval', file: 'humaneval', counts: { all: 164, train: 119, held_out: 45 }, references: 164, known: 0, every: 4 },
  { task: 'mbpp', file: 'mbpp', counts: { train: 374, test: 242, validation: 90, prompt: 10 }, references: 716, known: 0, every: 12 },
  { task: 'mbpp-sanitized', file: 'mbpp/sanitized_dev.jsonl', counts: { train: 120, test: 119, validation: 43, prompt: 7 }, references: 289, known: 0, every: 12 },
  { task: 'mbpp-plus', file: 'mbpp/mbppplus_dev.jsonl.gz', counts: { all: 271, train: 207, held_out: 64 }, references: 271, known: 0, every: 12 },
  { task: 'multipl-e', file: 'multipl-e', counts: { humaneval: 161, mbpp: 273 }, references: 0, known: 0, every: 1 },
  { task: 'multipl-e', file: 'multipl-e', options: { language: 'java' }, counts: { humaneval: 158, mbpp: 267 }, references: 0, known: 0, every: 1 },
  { task: 'stdio', file: 'stdio-problems/codeforces_dev.jsonl.gz', counts: { all: 219, train: 168, held_out: 51 }, references: 0, known: 0, every: 1 },
  { task: 'stdio', file: 'stdio-problems/code_contests_dev.jsonl.gz', counts: { all: 84, train: 61, held_out: 23 }, references: 0, known: 0, every: 1 },
  { task: 'stdio', file: 'stdio-problems/apps_sample.jsonl.gz', counts: { all: 5, train: 4, held_out: 1 }, references: 5, known: 0, every: 1 },
  { task: 'taco', file: 'stdio-problems/taco_prompts_and_generations.jsonl.gz', counts: { all: 202, train: 155, held_out: 47 }, references: 0, known: 0, every: 1 },
  { task: 'csn', file: 'csn-like/python_cosqa_dev.jsonl.gz', counts: { all: 604, train: 476, held_out: 128 }, references: 604, known: 4, every: 10 },
  { task: 'csn', file: 'csn-like/java_concode_dev.jsonl.gz', options: { language: 'java' }, counts: { all: 2000, train: 1568, held_out: 432 }, references: 2000, known: 1920, every: 40 },
]; // prettier-ignore

/** Verdicts of a pool that is opened for them. */
export const judgeAll: Judge = async (jobs) => {
  const languages = [...new Set(jobs.map(({ problem }) => problem.language))];
  const pool = await createJudgePool({ cacheFolder: null, languages });
  try {
    return await pool.judge(jobs.map(({ problem, completion }) => judgeJob(problem, completion)));
  } finally {
    await pool.close();
  }
};

export async function judgeOne(problem: Problem, completion: string): Promise<Verdict> {
  const [verdict] = await judgeAll([{ problem, completion }]);
  return verdict;
}
