/** Acts that change nothing. */
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { inputError } from '../errors.js';
import type { Evaluation, RewardBenchReport } from '../evaluation/index.js';
import { benchReward as benchRewards, evaluatePolicy } from '../evaluation/index.js';
import type { MetricsLogRow } from '../experiments/index.js';
import { advantageSettings } from '../experiments/methods/advantages.js';
import { createStageClock } from '../experiments/run/clock.js';
import { intervalOptions } from '../experiments/stages/evaluate.js';
import { heldOutSplit } from '../experiments/workplace/problems.js';
import { evaluationSampling } from '../experiments/workplace/sampling.js';
import type { Problem } from '../records.js';
import type { QueryParameter, QueryResult } from '../rollouts/index.js';
import { openRolloutIndex, openRolloutStore } from '../rollouts/index.js';
import { temporaryFolder } from '../temporary-folder.js';
import type { StepExplanation } from '../training/index.js';
import { assignAdvantages, explainStep } from '../training/index.js';
import type { ActOptions } from './draw.js';
import { requireOpen } from './history.js';
import { openJudgeOf } from './live.js';
import { requireRollouts } from './scoring.js';
import type { Session } from './session.js';

/** Why an update on the rollouts in hand teaches something or nothing, group by group. */
export function explain(session: Session): StepExplanation {
  const { config, method, rollouts } = session;
  requireRollouts(session, 'explain');
  const scored = rollouts.every(({ reward }) => reward !== undefined);
  const wasTrained = rollouts.every(({ update, advantages }) => update && advantages);
  const ready =
    scored && !wasTrained ? assignAdvantages(rollouts, advantageSettings(config)) : rollouts;
  return explainStep(ready, {
    maskTruncatedCompletions:
      method === 'ppo'
        ? config.ppo.mask_truncated_completions
        : config.grpo.mask_truncated_completions,
    groupRelative: method !== 'ppo',
  });
}

export interface EvaluateOptions extends ActOptions {
  /** @default the config's held-out split, else the task's */
  split?: string;
  /** Problems of it. @default `evaluation.problems` */
  n?: number;
  /** These problems instead. */
  problems?: readonly Problem[];
}

/** Measures the policy as it is, with the decoding seed of the config: the same luck before and after. */
export async function evaluate(
  session: Session,
  options: EvaluateOptions = {},
): Promise<Evaluation> {
  requireOpen(session, 'evaluate');
  const { config, task, value, parts } = session;
  const { evaluation } = config;
  const { signal, emit = () => undefined } = options;
  const split = options.split ?? heldOutSplit({ config, task });
  checkSplit(task.splits, split);
  const problems =
    options.problems ??
    task.problems({ split, n: options.n ?? evaluation.problems, seed: config.task.seed });
  const clock = createStageClock(emit, ['evaluate_after']);
  clock.begin(
    'evaluate_after',
    `Evaluating ${problems.length} ${problems.length === 1 ? 'problem' : 'problems'} of ${split}`,
  );
  return evaluatePolicy({
    policy: session.policy,
    problems,
    settings: evaluationSampling({ config, task }),
    judge: await openJudgeOf(parts.live, { ...value, problems }),
    numSamples: evaluation.num_samples,
    seed: evaluation.seed,
    split: options.problems ? undefined : split,
    intervals: intervalOptions(config),
    signal,
    onProgress: (part, done, total) =>
      clock.progress(part === 'sample' ? 'completions sampled' : 'completions judged', done, total),
  });
}

export interface BenchOptions extends ActOptions {
  /** Problems with a reference. @default 6 */
  n?: number;
  /** Of the mutants. @default 0 */
  seed?: number;
}

/**
 * Tests the reward before it is trained on: programs of known worth are judged and scored. The spread of
 * rewards is that of the rollouts in hand where they are judged, else of groups that the policy samples.
 */
export async function benchReward(
  session: Session,
  options: BenchOptions = {},
): Promise<RewardBenchReport> {
  requireOpen(session, 'benchReward');
  const { n = 6, seed = 0, signal, emit = () => undefined } = options;
  const { task, split, policy, rewards, rollouts, value, parts } = session;
  const problems = session.pool.filter(({ reference }) => reference !== undefined).slice(0, n);
  if (problems.length === 0)
    throw inputError(
      `benchReward: expected problems with a reference in ${task.name}, ${split}, got none. Take another task or split (useTask).`,
    );
  const clock = createStageClock(emit, ['evaluate_after']);
  const isJudged = rollouts.length > 0 && rollouts.every(({ verdict }) => verdict);
  const verbs = { sample: 'sampled', judge: 'judged', check: 'checked' };
  return benchRewards({
    rewards,
    problems,
    judge: await openJudgeOf(parts.live, { ...value, problems }),
    seed,
    ...(isJudged ? { rollouts } : { sampled: { policy } }),
    signal,
    onProgress: (stage, done, total) => clock.progress(`programs ${verbs[stage]}`, done, total),
  });
}

export interface QueryOptions {
  /** In the place of `?`. */
  parameters?: readonly QueryParameter[];
  /** Rows to hand back. @default all */
  limit?: number;
  signal?: AbortSignal;
}

/** Rows of one SELECT statement over the rollouts in hand; tables and columns: `indexTables`. */
export async function query(
  session: Session,
  sql: string,
  options: QueryOptions = {},
): Promise<QueryResult> {
  requireRollouts(session, 'query');
  const folder = temporaryFolder('rollouts');
  try {
    const log = path.join(folder, 'rollouts.jsonl');
    const store = openRolloutStore(log);
    try {
      store.append(session.rollouts);
    } finally {
      store.close();
    }
    const index = await openRolloutIndex([log], { signal: options.signal });
    try {
      return await index.select(sql, options);
    } finally {
      index.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The metrics of every update since the policy was loaded, under TRL's names. */
export function stepHistory({ value }: Session): readonly MetricsLogRow[] {
  return value.metrics;
}

function checkSplit(splits: readonly string[], split: string): void {
  if (splits.includes(split)) return;
  throw inputError(`evaluate: expected one of the splits ${splits.join(', ')}, got ${split}.`);
}
