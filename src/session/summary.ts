import type { Session } from './session.js';
import type { Rollout } from '../records.js';
import { taskOptions } from '../experiments/workplace/problems.js';
import { objectFile } from './saved/objects.js';

/** Where a view reads rollouts: a saved session's object or a run's log, which may still grow. */
export interface RolloutSource {
  file: string;
  title: string;
  follows: boolean;
}

/** What the status line shows. Plain data. */
export interface SessionSummary {
  name: string;
  /** Where it is saved; `null` until something is. */
  folder: string | null;
  policy: string;
  adapter: string | null;
  task: string;
  split: string;
  /** What else the problems of the pool follow from: `problems` of the task, opened with the options. */
  pool: { name: string; seed: number; n: number | null; options: Record<string, unknown> };
  /** Names of the reward functions. */
  rewards: string[];
  method: string;
  problems: number;
  rollouts: { total: number; judged: number; scored: number; clean: number };
  meanReward: number | null;
  draws: number;
  steps: number;
  /** What undo would take back, what redo would do again; `null`: nothing. */
  undo: string | null;
  redo: string | null;
  /** The rollouts in hand as a file; `null`: none. */
  source: RolloutSource | null;
  /** Resident memory of the engine, in bytes. */
  memory: number;
  readOnly: boolean;
}

/** The session as the status line shows it. */
export function sessionSummary(session: Session): SessionSummary {
  const { parts, rollouts, config } = session;
  const { entries, cursor, readOnly } = parts;
  const rewards = rollouts.flatMap(({ reward }) => (typeof reward === 'number' ? [reward] : []));
  return {
    name: session.name,
    folder: parts.folder,
    policy: session.policyName,
    adapter: config.policy.adapter_name_or_path,
    task: session.task.name,
    split: session.split,
    pool: {
      name: config.task.name ?? 'cpp',
      seed: config.task.seed,
      n: config.task.train_problems,
      options: { ...taskOptions(config, {}) },
    },
    rewards: session.rewards.map(({ name }) => name),
    method: session.method,
    problems: session.problems.length,
    rollouts: {
      total: rollouts.length,
      judged: count(rollouts, ({ verdict }) => verdict !== undefined),
      scored: count(rollouts, ({ reward }) => reward !== undefined),
      clean: count(rollouts, ({ verdict }) => verdict?.outcome === 'clean'),
    },
    meanReward:
      rewards.length > 0 ? rewards.reduce((sum, reward) => sum + reward, 0) / rewards.length : null,
    draws: session.draws,
    steps: session.steps,
    undo: cursor > 0 && readOnly === null ? entries[cursor].act : null,
    redo: cursor + 1 < entries.length && readOnly === null ? entries[cursor + 1].act : null,
    source: sourceOf(session),
    memory: process.memoryUsage.rss(),
    readOnly: readOnly !== null,
  };
}

/** The run's own log, else the object that the last save wrote them to. */
function sourceOf({ name, parts }: Session): RolloutSource | null {
  if (parts.readOnly?.log) return { file: parts.readOnly.log, title: name, follows: true };
  const saved = parts.entries[parts.cursor].record?.rollouts ?? null;
  if (saved === null || parts.folder === null) return null;
  return { file: objectFile(parts.folder, saved), title: name, follows: false };
}

function count(rollouts: readonly Rollout[], is: (rollout: Rollout) => boolean): number {
  return rollouts.filter(is).length;
}
