import type { Config, Method } from '../experiments/index.js';
import { openBackend } from '../experiments/workplace/index.js';
import { trainingSampling } from '../experiments/workplace/sampling.js';
import type { Policy } from '../policy/index.js';
import type { Problem, Rollout, SamplingSettings } from '../records.js';
import type { RewardFunction } from '../rewards/index.js';
import type { Task } from '../tasks/index.js';
import type { Live } from './live.js';
import { closeLive, openLive, policyNameOf } from './live.js';
import type { SessionOptions } from './options.js';
import { checkSessionName, firstValue } from './options.js';
import type { SessionLock } from './saved/lock.js';
import type { Entry, SessionValue } from './value.js';

/**
 * What one sits in front of: a policy, a task, a reward and the rollouts in hand. What it is at a moment
 * is a value; the acts make the next one, each can be undone.
 */
export interface Session {
  readonly name: string;
  /** Settings in the words of a run's config. Change them with `configure`. */
  readonly config: Config;
  /** What `step` and `train` update by. */
  readonly method: Method;
  readonly policy: Policy;
  /** The folder or Hub id it was loaded from. */
  readonly policyName: string;
  readonly task: Task;
  readonly split: string;
  readonly seed: number;
  /** Completions of one problem. */
  readonly numGenerations: number;
  /** How rollouts are sampled. */
  readonly settings: SamplingSettings;
  /** The problems that are taken in turn. */
  readonly pool: readonly Problem[];
  readonly rewards: readonly RewardFunction[];
  /** The problems that the rollouts in hand answer. */
  readonly problems: readonly Problem[];
  readonly rollouts: readonly Rollout[];
  /** Batches sampled so far; the next one draws from its own seed. */
  readonly draws: number;
  /** Updates made. */
  readonly steps: number;
  /** The whole of the current value. */
  readonly value: SessionValue;
  readonly parts: SessionParts;
}

/** What the acts work with; nobody else should. */
export interface SessionParts {
  live: Live;
  entries: Entry[];
  /** The entry of the current value. */
  cursor: number;
  /** Where it is saved. */
  folder: string | null;
  lock: SessionLock | null;
  /** Of a run that is only looked at: its folder, and the log of its rollouts where it has one. */
  readOnly: { folder: string; log: string | null } | null;
  /** The act that is under way. */
  busy: string | null;
  closed: boolean;
  /** Parts of saved values that were read, by the name of their object. */
  read: Map<string, unknown>;
}

/** Opens the workbench. Close it with `closeSession`: it may hold judging processes. */
export async function openSession(options: SessionOptions = {}): Promise<Session> {
  const { name = 'session', source = {} } = options;
  checkSessionName(name);
  const value = await firstValue(options);
  const live = await openLive(value, await openBackend(value.config), source);
  return sessionOf(name, live, { act: 'open', value });
}

/** A session whose history begins with this value. */
export function sessionOf(
  name: string,
  live: Live,
  first: { act: string; value: SessionValue },
): Session {
  const at = new Date().toISOString();
  return sessionWith(name, {
    live,
    entries: [{ ...first, at, record: null }],
    cursor: 0,
    folder: null,
    lock: null,
    readOnly: null,
    busy: null,
    closed: false,
    read: new Map(),
  });
}

export function sessionWith(name: string, parts: SessionParts): Session {
  const current = (): SessionValue => {
    const { value } = parts.entries[parts.cursor];
    if (value) return value;
    throw new Error('Internal: a session whose current value was not read.');
  };
  return {
    name,
    parts,
    get value() {
      return current();
    },
    get config() {
      return current().config;
    },
    get method() {
      return current().method;
    },
    get policy() {
      return parts.live.policy;
    },
    get policyName() {
      return policyNameOf(current());
    },
    get task() {
      return parts.live.task;
    },
    get split() {
      return current().config.task.train_split;
    },
    get seed() {
      return current().config.run.seed;
    },
    get numGenerations() {
      return numGenerationsOf(current());
    },
    get settings() {
      return trainingSampling({ config: current().config, task: parts.live.task });
    },
    get pool() {
      return parts.live.pool;
    },
    get rewards() {
      return current().rewards;
    },
    get problems() {
      return current().problems;
    },
    get rollouts() {
      return current().rollouts;
    },
    get draws() {
      return current().draws;
    },
    get steps() {
      return current().steps;
    },
  };
}

/** Completions of one problem, for what the session updates by. */
export function numGenerationsOf({ config, method }: SessionValue): number {
  return method === 'ppo' ? config.ppo.num_generations : config.grpo.num_generations;
}

/** Ends the judging processes and frees the tensors; a saved session can be opened by others then. */
export async function closeSession(session: Session): Promise<void> {
  const { parts } = session;
  if (parts.closed) return;
  parts.closed = true;
  await closeLive(parts.live);
  await parts.lock?.release();
  parts.lock = null;
}

export type { SessionOptions };
