/** The recorded completions of the test data, through the path of `rlsf evaluate COMPLETIONS`. */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { evaluateCompletions, readCompletions } from '../../../src/evaluation/index.js';
import type { Evaluation } from '../../../src/evaluation/index.js';
import type { Problem } from '../../../src/records.js';
import { createJudgePool, languagesOf } from '../../../src/sandbox/index.js';
import { openTask, type TaskOptions } from '../../../src/tasks/index.js';
import { testData } from '../../data.js';
import { noJava } from '../../sandbox/java-programs.js';
import { knownDifferences } from '../../sandbox/model-completions-python.js';

export interface RecordedSet {
  name: string;
  file: string;
  task: string;
  data: string;
  options?: TaskOptions;
  split: string;
  /** The recorded verdict of a row. */
  passed(row: Record<string, unknown>): boolean;
  /** What is judged of a problem, where that is not all. */
  narrowed?(problem: Problem): Problem;
  /** Problems whose recorded verdict ours must differ from, and why. */
  differ: Record<string, string>;
  /** `null` where data and tools are at hand. */
  missing: string | null;
}

const completionsOf = (name: string): string =>
  `model-completions/${name}_qwen2.5-coder-1.5b-base.jsonl.gz`;

const lack = (...paths: string[]): string | null => {
  const none = paths.filter((each) => testData(each) === null);
  return none.length === 0 ? null : `no ${none.join(', ')}: set RLSF_TEST_DATA`;
};

const mbppData = 'mbpp/mbppplus_dev.jsonl.gz';

export const recordedSets: RecordedSet[] = [
  {
    name: 'HumanEval in C++',
    file: completionsOf('humaneval_cpp'),
    ...{ task: 'multipl-e', data: 'multipl-e', split: 'humaneval' },
    passed: ({ passed }) => passed === true,
    differ: {},
    missing: lack('model-completions', 'multipl-e'),
  },
  {
    name: 'HumanEval in Java',
    file: completionsOf('humaneval_java'),
    ...{ task: 'multipl-e', data: 'multipl-e', split: 'humaneval', options: { language: 'java' } },
    passed: ({ passed }) => passed === true,
    differ: {},
    missing: noJava ?? lack('model-completions', 'multipl-e'),
  },
  {
    name: 'HumanEval in Python',
    file: completionsOf('humaneval_python'),
    ...{ task: 'humaneval', data: 'humaneval/HumanEval.jsonl.gz', split: 'all' },
    passed: (row) => row['base_status'] === 'pass',
    differ: {},
    missing: lack('model-completions', 'humaneval'),
  },
  {
    name: 'MBPP in Python',
    file: completionsOf('mbpp_python'),
    ...{ task: 'mbpp-plus', data: mbppData, split: 'all' },
    passed: (row) => row['base_status'] === 'pass',
    narrowed: (problem) => ({
      ...problem,
      tests: problem.tests && { ...problem.tests, cases: problem.tests.cases.slice(0, 1) },
    }),
    differ: knownDifferences,
    missing: lack('model-completions', mbppData),
  },
  {
    name: 'MBPP+ in Python',
    file: completionsOf('mbpp_python'),
    ...{ task: 'mbpp-plus', data: mbppData, split: 'all' },
    passed: (row) => row['base_status'] === 'pass' && row['plus_status'] === 'pass',
    differ: {
      'Mbpp/579':
        'the order in which Python lists a set of texts differs from run to run: ours passes',
      'Mbpp/783': knownDifferences['Mbpp/783'],
    },
    missing: lack('model-completions', mbppData),
  },
];

export interface Agreement {
  evaluation: Evaluation;
  completions: number;
  recordedPassed: number;
  judgedPassed: number;
  /** Names of the problems on which the two differ, as the file has them. */
  differing: string[];
}

/** Evaluates every `every`-th recorded completion and lays the recorded verdicts beside ours. */
export async function agreement(set: RecordedSet, every: number): Promise<Agreement> {
  const file = testData(set.file) ?? set.file;
  const task = await openTask(set.task, { path: testData(set.data) ?? set.data, ...set.options });
  const all = task.problems({ split: set.split, seed: 0 });
  const found = await readCompletions(file);
  const completions = found.completions.filter((_, i) => i % every === 0);
  const rows = recordedRows(file).filter((_, i) => i % every === 0);
  const problems = all.map(set.narrowed ?? ((problem) => problem));
  const judge = await createJudgePool({
    ...{ cacheFolder: null, languages: languagesOf(problems) },
    ...(problems[0].language === 'python' && { cpuMs: 2000, wallMs: 8000 }),
  });
  try {
    const { evaluation, examples } = await evaluateCompletions({
      set: { ...found, completions },
      problems,
      judge,
    });
    const numberOf = (id: string): string => /\d+/.exec(id)?.[0] ?? id;
    const passedOf = new Map(rows.map((row) => [numberOf(String(row['task_id'])), row]));
    const differing = examples.flatMap(({ problem_id: id, correct }) => {
      const row = passedOf.get(numberOf(id)) as Record<string, unknown>;
      return correct === set.passed(row) ? [] : [String(row['task_id'])];
    });
    return {
      evaluation,
      completions: examples.length,
      recordedPassed: rows.filter(set.passed).length,
      judgedPassed: examples.filter(({ correct }) => correct).length,
      differing,
    };
  } finally {
    await judge.close();
  }
}

/** Problems that must differ among every `every`-th row. */
export function expectedDiffering(set: RecordedSet, every: number): string[] {
  const rows = recordedRows(testData(set.file) ?? set.file).filter((_, i) => i % every === 0);
  return rows.map((row) => String(row['task_id'])).filter((id) => id in set.differ);
}

/** How many rows the file has. */
export function rowCount(set: RecordedSet): number {
  return recordedRows(testData(set.file) ?? set.file).length;
}

function recordedRows(file: string): Record<string, unknown>[] {
  const lines = gunzipSync(readFileSync(file)).toString('utf8').trim().split('\n');
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}
