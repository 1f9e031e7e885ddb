import { outcomeOrder, type Outcome } from '../../records.js';
import { literal } from './duckdb.js';
import type { QueryParameter, QueryResult } from './records.js';

/** Asks the index. */
export type Ask = (sql: string, parameters?: readonly QueryParameter[]) => Promise<QueryResult>;

export interface StatisticsOptions {
  /** Rollouts of this run only. @default all runs of the index, taken together */
  readonly run?: string;
}

/** As `promptAccuracy` of the plots makes it from rollouts, and as its figures take it. */
export interface PromptAccuracyTable {
  /** In order of first appearance. */
  problemIds: string[];
  steps: number[];
  /** `[problem][step]`: share of scorable completions that are clean; `null` where none was sampled. */
  accuracy: (number | null)[][];
  /** `[problem][step]`: scorable completions. */
  counts: number[][];
}

/** Accuracy of every prompt at every step. `sandbox_error` and rollouts without a verdict do not count. */
export async function promptAccuracyOf(
  ask: Ask,
  logs: readonly string[],
  options: StatisticsOptions = {},
): Promise<PromptAccuracyTable> {
  const { where, parameters } = ofRun(options);
  const { rows } = await ask(
    `SELECT problem_id, step, count(*) FILTER (outcome = 'clean'), count(*), min(${placeIn(logs)})
     FROM rollouts WHERE outcome <> 'sandbox_error' AND ${where} GROUP BY problem_id, step`,
    parameters,
  );
  const cells = rows as [string, number, number, number, number][];
  const firstOf = new Map<string, number>();
  for (const [problemId, , , , place] of cells)
    firstOf.set(problemId, Math.min(place, firstOf.get(problemId) ?? Infinity));
  const problemIds = [...firstOf].sort((a, b) => a[1] - b[1]).map(([problemId]) => problemId);
  const steps = [...new Set(cells.map(([, step]) => step))].sort((a, b) => a - b);
  const rowOf = new Map(problemIds.map((problemId, index) => [problemId, index]));
  const columnOf = new Map(steps.map((step, index) => [step, index]));
  const accuracy = problemIds.map(() => steps.map((): number | null => null));
  const counts = problemIds.map(() => steps.map(() => 0));
  for (const [problemId, step, clean, n] of cells) {
    const [row, column] = [rowOf.get(problemId)!, columnOf.get(step)!];
    accuracy[row][column] = clean / n;
    counts[row][column] = n;
  }
  return { problemIds, steps, accuracy, counts };
}

/** A number that orders the records of all logs as they were given. */
function placeIn(logs: readonly string[]): string {
  if (logs.length === 1) return 'log_line';
  const cases = logs.map((log, i) => `WHEN ${literal(log)} THEN ${i}`);
  return `(CASE log_file ${cases.join(' ')} END)::BIGINT * 1000000000000 + log_line`;
}

/** How often each outcome came at each step; outcomes that never came are left out. */
export interface OutcomeCounts {
  steps: number[];
  outcomes: Outcome[];
  /** `[outcome][step]` */
  counts: number[][];
}

export async function outcomeCountsOf(
  ask: Ask,
  options: StatisticsOptions = {},
): Promise<OutcomeCounts> {
  const { where, parameters } = ofRun(options);
  const { rows } = await ask(
    `SELECT outcome, step, count(*) FROM rollouts WHERE outcome IS NOT NULL AND ${where} GROUP BY ALL`,
    parameters,
  );
  const cells = rows as [Outcome, number, number][];
  const seen = new Set(cells.map(([outcome]) => outcome));
  const outcomes = outcomeOrder.filter((outcome) => seen.has(outcome));
  const steps = [...new Set(cells.map(([, step]) => step))].sort((a, b) => a - b);
  const columnOf = new Map(steps.map((step, index) => [step, index]));
  const counts = outcomes.map(() => steps.map(() => 0));
  for (const [outcome, step, n] of cells)
    counts[outcomes.indexOf(outcome)][columnOf.get(step)!] = n;
  return { steps, outcomes, counts };
}

/** One group of one step of one run. */
export interface GroupStatistics {
  run: string;
  step: number;
  group: number;
  problemId: string;
  rollouts: number;
  /** Of them, with a reward. */
  scored: number;
  /** Of the rewards; `null` when none could be scored. */
  mean: number | null;
  /** Sample standard deviation (n - 1), 0 for a single one; `null` when none could be scored. */
  std: number | null;
  /** All rewards are equal, or fewer than two: nothing to compare, so nothing learned. */
  zeroVariance: boolean;
}

/** One step of one run, by the names and formulas of `metrics.jsonl`. */
export interface StepStatistics {
  run: string;
  step: number;
  groups: number;
  /** `reward`: mean over groups of the group's mean; groups without a score are left out. */
  reward: number | null;
  /** `reward_std`: mean over groups of the group's deviation. */
  rewardStd: number | null;
  /** `frac_reward_zero_std`: share of groups with zero variance. */
  fracRewardZeroStd: number;
}

/** Every group, ordered by run, step and group, and what they come to at each step. */
export async function groupStatisticsOf(
  ask: Ask,
  options: StatisticsOptions = {},
): Promise<{ groups: GroupStatistics[]; steps: StepStatistics[] }> {
  const { where, parameters } = ofRun(options);
  const { rows } = await ask(
    `SELECT run, step, group_index, any_value(problem_id), count(*), count(reward), favg(reward),
       stddev_samp(reward), coalesce(min(reward) = max(reward), true)
     FROM rollouts WHERE ${where} GROUP BY run, step, group_index ORDER BY run, step, group_index`,
    parameters,
  );
  const groups = rows.map((row): GroupStatistics => {
    const [run, step, group, problemId, rollouts, scored, mean, deviation, zeroVariance] = row as [
      ...[string, number, number, string, number, number],
      ...[number | null, number | null, boolean],
    ];
    const std = scored === 0 ? null : zeroVariance ? 0 : deviation;
    return { run, step, group, problemId, rollouts, scored, mean, std, zeroVariance };
  });
  const byStep = new Map<string, GroupStatistics[]>();
  for (const group of groups) {
    const key = `${group.step}/${group.run}`;
    const members = byStep.get(key);
    if (members) members.push(group);
    else byStep.set(key, [group]);
  }
  return { groups, steps: [...byStep.values()].map(stepOf) };
}

function stepOf(groups: readonly GroupStatistics[]): StepStatistics {
  const [{ run, step }] = groups;
  return {
    run,
    step,
    groups: groups.length,
    reward: mean(groups.map((group) => group.mean)),
    rewardStd: mean(groups.map((group) => group.std)),
    fracRewardZeroStd: groups.filter(({ zeroVariance }) => zeroVariance).length / groups.length,
  };
}

function mean(values: readonly (number | null)[]): number | null {
  const there = values.filter((value) => value !== null);
  return there.length === 0 ? null : there.reduce((sum, value) => sum + value, 0) / there.length;
}

function ofRun({ run }: StatisticsOptions): { where: string; parameters: QueryParameter[] } {
  return run === undefined
    ? { where: 'true', parameters: [] }
    : { where: 'run = ?', parameters: [run] };
}
