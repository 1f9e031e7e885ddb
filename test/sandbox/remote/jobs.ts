import type { Verdict } from '../../../src/records.js';
import { judgeJob } from '../../../src/sandbox/index.js';
import type { JudgeJob } from '../../../src/sandbox/index.js';
import { openTask } from '../../../src/tasks/index.js';

/** What must be the same wherever it is judged: all but times, paths, and how it was come by. */
export const facts = (verdict: Verdict): unknown => ({
  ...verdict,
  fromCache: null,
  retried: null,
  stages: verdict.stages.map((stage) => ({ ...stage, durationMs: 0, command: [] })),
});

/** Three completions each of `n` problems: right, no program, and one that crashes. A salt makes them new. */
export async function jobsOf(n: number, salt: string): Promise<JudgeJob[]> {
  const problems = (await openTask('cpp')).problems({ split: 'train', n, seed: 3 });
  return problems.flatMap((problem) =>
    [problem.reference ?? '', '  return 0 }', '  int* p = nullptr; return *p;\n}'].map((text) =>
      judgeJob(problem, `${text}\n// ${salt}`),
    ),
  );
}
