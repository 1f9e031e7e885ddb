import type { ArmComparison, ComparedAnalysis, ComparedArm } from '../../evaluation/index.js';
import { analyseCompletions, completionsOfRows, runSimilarity } from '../../evaluation/index.js';
import type { Problem } from '../../records.js';
import { openTask } from '../../tasks/index.js';
import { taskOptions } from '../workplace/problems.js';
import { configBeside } from './evaluations.js';

/**
 * What the completions of each comparison are like, on the problems that both sides have. Of an arm with
 * several runs the first one speaks: measures of diversity depend on how many completions there are.
 * References and expected values are looked up in the task of the first run; without it they are left out.
 */
export async function analyseArms(
  arms: readonly ComparedArm[],
  comparisons: readonly ArmComparison[],
): Promise<ComparedAnalysis[]> {
  const problems = await problemsOf(arms);
  const sides = arms.map(({ runs: [run] }) =>
    completionsOfRows(
      run.evaluation.rows.map((row) => {
        const kinds = run.kinds?.[row.problemId];
        return kinds ? { ...row, findingKinds: kinds } : row;
      }),
    ),
  );
  const ids = sides.map((side) => new Set(side.map(({ problemId }) => problemId)));
  return comparisons.map((_, at) => {
    const both = [sides[0], sides[at + 1]].map((side) =>
      side.filter(({ problemId }) => ids[0].has(problemId) && ids[at + 1].has(problemId)),
    );
    return {
      first: analyseCompletions(both[0], { problems }),
      second: analyseCompletions(both[1], { problems }),
      between: runSimilarity(both[0], both[1], { problems }),
    };
  });
}

/** Those that can be found; a task that cannot be opened here gives none. */
async function problemsOf(arms: readonly ComparedArm[]): Promise<Problem[]> {
  const [run] = arms[0].runs;
  const config = await configBeside(run.label);
  const name = config?.task.name ?? run.facts.task;
  if (name === undefined) return [];
  const task = await openTask(name, config ? taskOptions(config, {}) : {}).catch(() => null);
  if (!task) return [];
  const wanted = new Set(
    arms.flatMap(({ runs }) =>
      runs.flatMap(({ evaluation }) => evaluation.rows.map(({ problemId }) => problemId)),
    ),
  );
  const found = new Map<string, Problem>();
  for (const seed of new Set([config?.task.seed ?? 0, config?.run.seed ?? 0, 0]))
    for (const split of task.splits)
      for (const problem of found.size < wanted.size ? task.problems({ split, seed }) : [])
        if (wanted.has(problem.id)) found.set(problem.id, problem);
  return [...found.values()];
}
