import type { Config, Method, MetricsLogRow } from '../experiments/index.js';
import type { NamedTensor } from '../policy/index.js';
import type { Problem, Rollout } from '../records.js';
import type { RewardFunction } from '../rewards/index.js';

/**
 * What a session is at a moment. An act makes the next value from it and leaves it alone, so values
 * share what the act did not touch, and undo is the value before.
 */
export interface SessionValue {
  /** Settings in the words of a run's config. */
  readonly config: Config;
  /** What `step` and `train` update by. */
  readonly method: Method;
  /** The seed a fresh adapter was drawn from: a later change of `run.seed` does not draw it anew. */
  readonly policySeed: number;
  readonly rewards: readonly RewardFunction[];
  /** They were handed in as functions, so no name or file in the config stands for them. */
  readonly rewardsAreGiven: boolean;
  /** The problems that the rollouts in hand answer, or the next are to answer. */
  readonly problems: readonly Problem[];
  /** They were picked by id: sampling goes on answering them. */
  readonly pinned: boolean;
  readonly rollouts: readonly Rollout[];
  /** `null`: the weights as they were loaded. */
  readonly trained: Trained | null;
  /** Problems taken in the run's order so far. */
  readonly taken: number;
  /** Batches sampled; each draws from its own seed. */
  readonly draws: number;
  /** Updates made since the policy was loaded. */
  readonly steps: number;
  /** One row for each of them, under TRL's names. */
  readonly metrics: readonly MetricsLogRow[];
}

/** Weights after an update, with what the next one goes on from. */
export interface Trained {
  /** Of the adapter (or all weights), the value head, and a reference that follows; by name. */
  readonly weights: ReadonlyMap<string, NamedTensor>;
  readonly optimizer: {
    readonly method: Method;
    /** Updates of the optimiser. */
    readonly step: number;
    readonly moments: ReadonlyMap<string, NamedTensor>;
  };
}

/** One line of the history: what was done, when, and the value that it made. */
export interface Entry {
  act: string;
  /** ISO time, for people: it enters no result. */
  at: string;
  /** `null`: in the session's folder, read when it is needed. */
  value: SessionValue | null;
  /** How it is saved; `null` until it is. */
  record: EntryRecord | null;
}

/** A value as a line of `session.json`: large parts by the name of their object. */
export interface EntryRecord {
  act: string;
  at: string;
  method: Method;
  policySeed: number;
  config: string;
  /** Names and weights of functions that were handed in; `null`: those of the config. */
  rewards: { name: string; weight: number }[] | null;
  problems: string | null;
  pinned: boolean;
  rollouts: string | null;
  weights: string | null;
  optimizer: { method: Method; step: number; moments: string } | null;
  metrics: string | null;
  taken: number;
  draws: number;
  steps: number;
}
