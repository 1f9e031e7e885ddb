import { existsSync } from 'node:fs';
import path from 'node:path';
import { inputError } from '../errors.js';
import type { Config, Method, MetricsLogRow, RunStatus } from '../experiments/index.js';
import { configWith, readMetrics, readRunConfig } from '../experiments/index.js';
import { promptsOfStep } from '../experiments/methods/experience.js';
import { runPaths } from '../experiments/run/run-paths.js';
import { readStatus } from '../experiments/run/run-status.js';
import { methodOf, openBackend } from '../experiments/workplace/index.js';
import type { SourceOptions } from '../policy/index.js';
import { valueHeadVariables } from '../policy/index.js';
import type { Problem, Rollout } from '../records.js';
import { problemsOfRollouts, readRollouts } from '../rollouts/index.js';
import { listCheckpoints, loadCheckpoint } from '../training/index.js';
import {
  movesReference,
  referenceWeights,
  type Workplace,
} from '../experiments/workplace/workplace.js';
import { learningPlace, trainedNow } from './learner.js';
import type { Live } from './live.js';
import { closeLive, openLive } from './live.js';
import { openedRewards } from './saved/read-value.js';
import type { Session } from './session.js';
import { sessionWith } from './session.js';
import type { SessionValue } from './value.js';

export interface OpenRunOptions {
  /** Whose rollouts are in hand. @default the checkpoint's that is named, else the last */
  step?: number;
  /** The step whose checkpoint is opened. @default the latest there is */
  checkpoint?: number;
  /** How a Hub id is fetched. */
  source?: SourceOptions;
  /** Told, in a sentence each, what of an older run is left out. */
  note?(text: string): void;
}

/**
 * A run, to look at: its policy as trained so far, its config, metrics and the rollouts of a step. It is only
 * read, so it may still be training. `fork` makes a session of it that goes on from there.
 */
export async function openRunSession(
  folder: string,
  options: OpenRunOptions = {},
): Promise<Session> {
  const { source = {}, note = () => undefined } = options;
  const paths = runPaths(folder);
  const status = await readStatus(folder);
  if (!status)
    throw inputError(
      `${folder}: expected a run, but there is no status.json in it. Run folders lie in runs/; \`rlsf runs\` lists them.`,
    );
  const { config: recorded, notes } = await readRunConfig(paths.config);
  notes.forEach(note);
  const checkpoint = await chosenCheckpoint(folder, options.checkpoint);
  const config = withWeights(recorded, status, { folder, hasCheckpoint: checkpoint !== null });
  const method = status.kind === 'pretrain' ? 'grpo' : methodOf(status.kind);
  const rollouts = rolloutsOfStep(paths.rollouts, options.step ?? options.checkpoint ?? null);
  const blank: SessionValue = {
    ...{ config, method, policySeed: config.run.seed, rollouts, problems: [], pinned: false },
    ...{ rewards: await openedRewards(config), rewardsAreGiven: false, trained: null },
    ...{ taken: 0, draws: 0, steps: 0, metrics: [] },
  };
  const live = await openLive(blank, await openBackend(config), source);
  try {
    const step = checkpoint?.step ?? 0;
    const value: SessionValue = {
      ...blank,
      ...progressOf(config, method, step),
      problems: problemsIn(live, config, rollouts),
      trained: checkpoint && (await trainedAt(live, blank, checkpoint.folder, paths.checkpoints)),
      metrics: upTo(await readMetrics(paths.metrics), options.checkpoint),
    };
    return sessionWith(path.basename(path.resolve(folder)), {
      ...{ live, cursor: 0, folder: null, lock: null, busy: null, closed: false, read: new Map() },
      entries: [{ act: 'open', at: status.updated, value, record: null }],
      readOnly: { folder, log: existsSync(paths.rollouts) ? paths.rollouts : null },
    });
  } catch (error) {
    await closeLive(live);
    throw error;
  }
}

async function chosenCheckpoint(
  folder: string,
  step: number | undefined,
): Promise<{ step: number; folder: string } | null> {
  const all = await listCheckpoints(runPaths(folder).checkpoints);
  if (step === undefined) return all.at(-1) ?? null;
  const found = all.find((one) => one.step === step);
  if (found) return found;
  const there = all.map((one) => one.step).join(', ');
  throw inputError(
    `${folder}: expected a checkpoint of step ${step}, there is none. Those kept: ${there === '' ? 'none' : there} (run.save_total_limit).`,
  );
}

/** A run without checkpoints has its weights in the folders that it saved at its end, or as it began. */
function withWeights(
  config: Config,
  { kind }: RunStatus,
  { folder, hasCheckpoint }: { folder: string; hasCheckpoint: boolean },
): Config {
  const { model, adapter } = runPaths(folder);
  if (kind === 'pretrain') {
    if (existsSync(model))
      return configWith(config, { 'policy.model_name_or_path': model }, folder);
    throw inputError(
      `${folder}: expected a policy in model/, but the pre-training has not ended. Wait for it, or resume it.`,
    );
  }
  if (hasCheckpoint) return config;
  if (existsSync(adapter))
    return configWith(config, { 'policy.adapter_name_or_path': adapter }, folder);
  return existsSync(model)
    ? configWith(config, { 'policy.model_name_or_path': model }, folder)
    : config;
}

/** A run goes on from here with the next problems and draws. */
function progressOf(
  config: Config,
  method: Method,
  step: number,
): Pick<SessionValue, 'taken' | 'draws' | 'steps'> {
  const prompts = promptsOfStep(method === 'ppo' ? config.ppo : config.grpo);
  return { taken: step * prompts, draws: step, steps: step };
}

/** Weights and moments of a checkpoint; a run that trains on may remove it meanwhile, for a later one. */
async function trainedAt(
  live: Live,
  value: SessionValue,
  checkpoint: string,
  root: string,
): Promise<SessionValue['trained']> {
  const place = await learningPlace(live, value, value.method);
  const into = {
    policy: place.policy,
    optimizer: place.optimizer,
    further: furtherOf(place, value),
  };
  try {
    await loadCheckpoint(checkpoint, into);
  } catch (error) {
    const latest = (await listCheckpoints(root)).at(-1);
    if (existsSync(checkpoint) || !latest) throw error;
    await loadCheckpoint(latest.folder, into);
  }
  return trainedNow(live, value, value.method);
}

function furtherOf(
  { valueHead, reference, config }: Workplace,
  { method }: SessionValue,
): ReturnType<typeof valueHeadVariables> {
  return [
    ...(valueHead ? valueHeadVariables(valueHead) : []),
    ...(reference && movesReference(config, method) ? referenceWeights(reference) : []),
  ];
}

/** The log is read a line at a time, and one step of it kept. */
function rolloutsOfStep(log: string, step: number | null): Rollout[] {
  if (!existsSync(log)) return [];
  let kept: Rollout[] = [];
  for (const rollout of readRollouts(log)) {
    if (step !== null && rollout.step !== step) continue;
    if (kept.length > 0 && kept[0].step !== rollout.step) kept = [];
    kept.push(rollout);
  }
  if (kept.length > 0 || step === null) return kept;
  throw inputError(`${log}: expected rollouts of step ${step}, there are none.`);
}

/** Mostly those that the run trains on; making every problem of a synthetic task takes seconds. */
function problemsIn(live: Live, { task, run }: Config, rollouts: readonly Rollout[]): Problem[] {
  if (rollouts.length === 0) return [];
  const known = new Map(live.pool.map((problem) => [problem.id, problem]));
  const ids = [...new Set(rollouts.map(({ problemId }) => problemId))];
  const problems = ids.flatMap((id) => known.get(id) ?? []);
  return problems.length === ids.length
    ? problems
    : problemsOfRollouts(live.task, rollouts, [task.seed, run.seed, 0]);
}

function upTo(rows: readonly MetricsLogRow[], step: number | undefined): MetricsLogRow[] {
  return rows.filter((row) => step === undefined || row.step <= step);
}
