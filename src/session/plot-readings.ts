/** Numbers that figures draw, computed from the records of a source. */
import { createRandom, passAtK } from '../algorithms/index.js';
import { analyseCompletions, bootstrapInterval, usualKs } from '../evaluation/index.js';
import type {
  DiversityPoint,
  MetricsRow,
  PassAtKCurve,
  PromptAccuracy,
  StageTimes,
} from '../plots/index.js';
import type { Language, Rollout } from '../records.js';
import { languages } from '../records.js';

/** Completions of one problem drawn together. */
export function groupsOf(rollouts: readonly Rollout[]): Rollout[][] {
  const groups = new Map<string, Rollout[]>();
  for (const rollout of rollouts) {
    const key = `${rollout.run}/${rollout.step}/${rollout.group}/${rollout.problemId}`;
    const known = groups.get(key);
    if (known) known.push(rollout);
    else groups.set(key, [rollout]);
  }
  return [...groups.values()];
}

/**
 * pass@k of right completions: unbiased within each group (n completions, c of them right), then the mean
 * over a problem's groups, then over problems, with a 95 % bootstrap interval over problems.
 */
export function passAtKOf(name: string, rollouts: readonly Rollout[]): PassAtKCurve {
  const groups = groupsOf(rollouts).map((group) => ({
    problemId: group[0].problemId,
    right: group.flatMap(({ verdict }) => judgedAs(verdict)),
  }));
  const most = groups.reduce((largest, { right }) => Math.max(largest, right.length), 0);
  const points = (most === 0 ? [] : usualKs(most)).flatMap((k) => {
    const byProblem = new Map<string, number[]>();
    for (const { problemId, right } of groups) {
      if (right.length < k) continue;
      const value = passAtK(right.length, right.filter(Boolean).length, k);
      byProblem.set(problemId, [...(byProblem.get(problemId) ?? []), value]);
    }
    if (byProblem.size === 0) return [];
    const means = [...byProblem.values()].map(
      (values) => values.reduce((sum, value) => sum + value, 0) / values.length,
    );
    const random = createRandom(`plot/pass@${k}`);
    return [
      { k, problems: means.length, ...bootstrapInterval(means, { random, resamples: 2000 }) },
    ];
  });
  return { name, points };
}

/** Right: all tests passed, or the right answer; what the judge itself broke on is left out. */
function judgedAs(verdict: Rollout['verdict']): boolean[] {
  return verdict && verdict.outcome !== 'sandbox_error' ? [verdict.correct] : [];
}

/** How different the completions of each step are; steps are taken together where there are over 20. */
export function diversityOf(rollouts: readonly Rollout[]): DiversityPoint[] {
  const byStep = new Map<number, Rollout[]>();
  for (const rollout of rollouts)
    byStep.set(rollout.step, [...(byStep.get(rollout.step) ?? []), rollout]);
  const steps = [...byStep].sort(([a], [b]) => a - b);
  const every = Math.ceil(steps.length / 20);
  return steps
    .filter((_, at) => at % every === 0 || at === steps.length - 1)
    .map(([at, own]) => {
      const { diversity } = analyseCompletions(own, { language: languageOf(own), maxPairs: 300 });
      const { distinct, selfBleu, editDistance, programs } = diversity;
      return {
        at,
        completions: own.length,
        measures: {
          'distinct-1': distinct['1'],
          'distinct-2': distinct['2'],
          'distinct-4': distinct['4'],
          '1 − self-BLEU of a problem': selfBleu.within === null ? null : 1 - selfBleu.within,
          'edit distance of a problem': editDistance.within,
          'different programs of a problem': programs.perProblem,
        },
      };
    });
}

/** Tasks are often named after their language; else words and signs are good enough. */
function languageOf([first]: readonly Rollout[]): Language {
  const known = Object.keys(languages) as Language[];
  return known.find((language) => language === first.task) ?? 'text';
}

/** A point for every `size` completions of each prompt, in the order of the log, at the step of the last. */
export function accuracyByCount(
  rollouts: Iterable<Rollout>,
  size: number,
  accuracyOf: (rollouts: readonly Rollout[]) => PromptAccuracy,
): PromptAccuracy {
  const waiting = new Map<string, Rollout[]>();
  const counted: Rollout[] = [];
  for (const rollout of rollouts) {
    const own = [...(waiting.get(rollout.problemId) ?? []), rollout];
    const isFull = own.length === size;
    waiting.set(rollout.problemId, isFull ? [] : own);
    if (isFull) counted.push(...own.map((one) => ({ ...one, step: rollout.step })));
  }
  return accuracyOf(counted);
}

/** Columns `step_time/PART` of the rows, in seconds. */
export function stageTimesOf(rows: readonly MetricsRow[]): StageTimes[] {
  return rows.flatMap((row) => {
    const parts = Object.entries(row)
      .filter(([name]) => name.startsWith('step_time/'))
      .map(([name, seconds]) => [name.slice('step_time/'.length), seconds] as const);
    return parts.length > 0 ? [{ step: row.step, seconds: Object.fromEntries(parts) }] : [];
  });
}

/** The first and the last completions of each problem that was drawn more than once. */
export function firstAndLast(rollouts: Iterable<Rollout>): { first: Rollout[]; last: Rollout[] } {
  const ends = new Map<string, { first: Rollout[]; last: Rollout[] }>();
  for (const rollout of rollouts) {
    const known = ends.get(rollout.problemId);
    if (!known) ends.set(rollout.problemId, { first: [rollout], last: [] });
    else if (isSameGroup(known.first[0], rollout)) known.first.push(rollout);
    else if (known.last.length > 0 && isSameGroup(known.last[0], rollout)) known.last.push(rollout);
    else known.last = [rollout];
  }
  const twice = [...ends.values()].filter(({ last }) => last.length > 0);
  return {
    first: twice.flatMap(({ first }) => first),
    last: twice.flatMap(({ last }) => last),
  };
}

function isSameGroup(one: Rollout, other: Rollout): boolean {
  return one.step === other.step && one.group === other.group && one.run === other.run;
}
