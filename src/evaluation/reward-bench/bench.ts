import { inputError } from '../../errors.js';
import type { Problem, Rollout, Verdict } from '../../records.js';
import { judgeRollouts, sampleRollouts } from '../../rollouts/index.js';
import { scoreRollouts, type RewardFunction } from '../../rewards/index.js';
import type { JudgePool } from '../../sandbox/index.js';
import type { Bench, BenchCase, SampledGroups } from './cases.js';
import { runChecks } from './checks/index.js';
import type { RewardBenchReport } from './report.js';
import { makeSpecimens } from './specimens/make.js';
import { specimenRollouts } from './specimens/rollouts.js';
import type { Specimen } from './specimens/specimen.js';

export interface BenchRewardInput {
  /** Scored together, as a training would: the weighted sum is what is checked. */
  readonly rewards: readonly RewardFunction[];
  /** With references; some six are enough. */
  readonly problems: readonly Problem[];
  /** As the training's: flags and limits decide which tiers there are. */
  readonly judge: JudgePool;
  /** Of the mutants. @default 0 */
  readonly seed?: number | string;
  /** Mutants of each problem that are judged. @default 10 */
  readonly mutants?: number;
  /** Problems with hacks, tiers and padding, which are judged one by one. @default 2 */
  readonly hackedProblems?: number;
  /** Judged rollouts, in groups, for the spread of rewards; before the groups of `sampled`. */
  readonly rollouts?: readonly Rollout[];
  /** A policy that samples groups for it. @default none: the specimens stand for them */
  readonly sampled?: SampledGroups;
  readonly signal?: AbortSignal;
  readonly onProgress?: (stage: 'sample' | 'judge' | 'check', done: number, total: number) => void;
}

/**
 * Tests a reward before anything is trained on it: programs of known worth (references, verified
 * mutants, one program per tier of outcomes, known hacks, padded copies) are judged by the real
 * sandbox in one batch, scored, and compared. Nothing is assumed of the reward but its interface.
 */
export async function benchReward(input: BenchRewardInput): Promise<RewardBenchReport> {
  const { rewards, problems, judge, seed = 0, signal, onProgress } = input;
  checkInput(input);
  const specimens = makeSpecimens(problems, {
    seed: `reward-bench/${seed}`,
    mutants: input.mutants ?? 10,
    hackedProblems: input.hackedProblems ?? 2,
  });
  const sampled = input.rollouts ? [] : await sampleGroups(input);
  const judged = await judgeRollouts(
    [...specimenRollouts(specimens, problems), ...sampled],
    problems,
    judge,
    { signal, onProgress: (_, done, total) => onProgress?.('judge', done, total) },
  );
  const rollouts = judged.slice(0, specimens.length);
  const groups = input.rollouts ?? judged.slice(specimens.length);
  onProgress?.('check', 0, 1);
  const kept = keepSound(specimens, rollouts);
  const scored = await tryToScore(kept.rollouts, rewards, problems);
  const scoredGroups = await tryToScore(groups, rewards, problems);
  const cases = kept.specimens.map((specimen, i): BenchCase => {
    const rollout = scored.rollouts[i];
    return { specimen, rollout, verdict: verdictOf(rollout), score: rollout.reward ?? null };
  });
  const bench: Bench = {
    rewards,
    problems,
    cases,
    references: new Map(
      cases
        .filter(({ specimen }) => specimen.kind === 'reference')
        .map((one) => [one.specimen.problemId, one]),
    ),
    unsound: kept.unsound,
    mutantsTried: specimens.filter(({ kind }) => kind === 'mutant').length,
    sampled: scoredGroups.error === null ? scoredGroups.rollouts : [],
    sampledError: scoredGroups.error,
  };
  const checks = await runChecks(bench, scored.error);
  onProgress?.('check', 1, 1);
  return {
    rewards: rewards.map(({ name, weight = 1 }) => ({ name, weight })),
    task: problems[0].task,
    language: problems[0].language,
    problems: problems.map(({ id }) => id),
    seed,
    toolchain: judge.toolchain,
    isolation: judge.isolation,
    checks,
    specimens: cases.map(({ specimen, rollout, verdict, score }) => ({
      problemId: specimen.problemId,
      kind: specimen.kind,
      name: specimen.name,
      outcome: verdict.outcome,
      score,
      tokens: rollout.completionIds.length,
    })),
    passed: checks.every(({ status }) => status !== 'fail'),
  };
}

function checkInput({ rewards, problems }: BenchRewardInput): void {
  if (rewards.length === 0)
    throw inputError('benchReward: expected at least one reward function, got none.');
  if (problems.length === 0)
    throw inputError('benchReward: expected at least one problem, got none. Take some of a task.');
}

async function sampleGroups(input: BenchRewardInput): Promise<Rollout[]> {
  const { sampled, problems, seed = 0, signal, onProgress } = input;
  if (sampled === undefined) return [];
  const { policy, numGenerations = 8 } = sampled;
  return sampleRollouts({
    policy,
    problems: problems.slice(0, sampled.problems ?? 4),
    numGenerations,
    settings: { temperature: 1, topK: 0, topP: 1, minP: 0, maxNewTokens: 256, stop: [], seed: 0 },
    run: 'reward-bench-sampled',
    step: 0,
    seed,
    signal,
    onProgress: (_, done, total) => onProgress?.('sample', done, total),
  });
}

/** Without mutants that are no mutants, and without problems whose own reference is not clean. */
function keepSound(
  specimens: readonly Specimen[],
  rollouts: readonly Rollout[],
): { specimens: Specimen[]; rollouts: Rollout[]; unsound: Bench['unsound'] } {
  const unsound = specimens.flatMap(({ kind, problemId }, i) => {
    const { outcome } = verdictOf(rollouts[i]);
    return kind === 'reference' && outcome !== 'clean' ? [{ problemId, outcome }] : [];
  });
  const left = new Set(unsound.map(({ problemId }) => problemId));
  const isKept = (specimen: Specimen, i: number): boolean =>
    !left.has(specimen.problemId) &&
    (specimen.kind !== 'mutant' || isFaulty(specimen, verdictOf(rollouts[i])));
  return {
    specimens: specimens.filter(isKept),
    rollouts: rollouts.filter((_, i) => isKept(specimens[i], i)),
    unsound,
  };
}

function isFaulty({ isFault }: Specimen, verdict: Verdict): boolean {
  if (verdict.outcome === 'sandbox_error') return false;
  return isFault ? isFault(verdict) : !verdict.correct;
}

/** A reward that throws is a finding, not an end. */
async function tryToScore(
  rollouts: readonly Rollout[],
  rewards: readonly RewardFunction[],
  problems: readonly Problem[],
): Promise<{ rollouts: Rollout[]; error: Error | null }> {
  try {
    return { rollouts: await scoreRollouts(rollouts, rewards, problems), error: null };
  } catch (cause) {
    const error = cause instanceof Error ? cause : new Error(String(cause));
    return { rollouts: rollouts.map((each) => ({ ...each, rewards: [], reward: null })), error };
  }
}

function verdictOf({ verdict }: Rollout): Verdict {
  if (verdict === undefined) throw new Error('Internal: benchReward: a rollout without a verdict.');
  return verdict;
}
