import type { Problem, Verdict } from '../records.js';
import type { BadRow, Task } from './task.js';

/** Verdicts on completions of problems, in their order; the sandbox's pool behind `judgeJob`. */
export type Judge = (
  jobs: readonly { problem: Problem; completion: string }[],
) => Promise<Verdict[]>;

export interface ReferenceFailure {
  id: string;
  /** What the judge says. */
  outcome: string;
  message: string;
  /** Why that lies in the data; `null`: not known. */
  known: string | null;
}

export interface SplitValidation {
  split: string;
  problems: number;
  /** Problems that have a reference. */
  references: number;
  /** References that earn full marks: clean or with a warning, and right. */
  passed: number;
  /** … of these with a warning. */
  warned: number;
  failures: ReferenceFailure[];
}

export interface TaskValidation {
  task: string;
  splits: SplitValidation[];
  skipped: BadRow[];
  notes: string[];
  durationMs: number;
  /** No row was skipped and no reference failed, but for known ones. */
  isSound: boolean;
}

/**
 * Judges the reference of every problem. Each earns full marks, or its failure is listed with what the
 * judge says and, where it is known, why.
 * @param now milliseconds, for the duration
 */
export async function validateTask(
  task: Task,
  judge: Judge,
  options: { splits?: readonly string[]; n?: number; seed?: number; now?: () => number } = {},
): Promise<TaskValidation> {
  const { splits = task.splits, n, seed = 0, now = () => performance.now() } = options;
  const started = now();
  const drawn = splits.map((split) => ({
    split,
    problems: task.problems({ split, seed, ...(n !== undefined && { n }) }),
  }));
  // A problem may be in several splits; it is judged once.
  const byId = new Map(drawn.flatMap(({ problems }) => problems.map((each) => [each.id, each])));
  const jobs = [...byId.values()].flatMap((problem) =>
    problem.reference === undefined ? [] : [{ problem, completion: problem.reference }],
  );
  const verdicts = jobs.length === 0 ? [] : await judge(jobs);
  const verdictOf = new Map(jobs.map(({ problem }, i) => [problem.id, verdicts[i]]));
  const rows = drawn.map(({ split, problems }) => splitRow(task, split, problems, verdictOf));
  const skipped = task.skipped ?? [];
  return {
    task: task.name,
    splits: rows,
    skipped,
    notes: task.notes ?? [],
    durationMs: now() - started,
    isSound:
      skipped.length === 0 &&
      rows.every(({ failures }) => failures.every(({ known }) => known !== null)),
  };
}

function splitRow(
  task: Task,
  split: string,
  problems: readonly Problem[],
  verdictOf: ReadonlyMap<string, Verdict>,
): SplitValidation {
  const row: SplitValidation = {
    split,
    problems: problems.length,
    references: 0,
    passed: 0,
    warned: 0,
    failures: [],
  };
  for (const problem of problems) {
    const verdict = verdictOf.get(problem.id);
    if (verdict === undefined) continue;
    row.references++;
    const { outcome, diagnostics } = verdict;
    if (outcome === 'clean' || outcome === 'warning') {
      row.passed++;
      if (outcome === 'warning') row.warned++;
      continue;
    }
    const failed = verdict.tests.find(({ passed }) => !passed);
    const said =
      diagnostics[0]?.message ??
      (failed ? `expected ${failed.expected ?? 'success'}, got ${failed.actual ?? 'nothing'}` : '');
    const known = task.knownFailure?.(problem, verdict) ?? null;
    row.failures.push({
      id: problem.id,
      outcome,
      message: said.split('\n')[0].slice(0, 200),
      known,
    });
  }
  return row;
}
