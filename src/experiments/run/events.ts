/**
 * What a long experiment says while it runs. Experiments never print: a front end draws these.
 * `TourEvent` is emitted by `runTour`, `train` and `trainPretrain` alike; a kind of run simply
 * leaves out the events it has no use for.
 */
import type { Comparison, Evaluation } from '../../evaluation/records.js';
import type { Rollout } from '../../records.js';
import type { ReachedToken } from '../../rollouts/index.js';
import type { RunKind } from './run-status.js';

export type StageName =
  | 'prepare'
  | 'load'
  | 'corpus'
  | 'tokenizer'
  | 'evaluate_before'
  | 'group'
  | 'data'
  | 'train'
  | 'evaluate_after'
  | 'report';

export interface HeaderEvent {
  type: 'header';
  kind: RunKind;
  /** The run's name and its folder. */
  run: string;
  folder: string;
  seed: number;
  /** `null` where the data come from a file alone. */
  task: string | null;
  /** e.g. `2 × Intel Xeon …, 15.6 GiB`. */
  device: string;
  backend: { name: string; reason: string; threads: number };
  /** `null` where no judge is needed. */
  isolation: string | null;
  toolchain: string | null;
  model: {
    folder: string;
    revision: string;
    parameters: number;
    trainableParameters: number;
    /** e.g. `LoRA r=16 on q_proj, v_proj` or `all weights`. */
    trained: string;
  };
  /** The step this run resumes after, `null` for a new run. */
  resumedAfterStep: number | null;
  /** `null` where the size of the data decides and they are still to be made. */
  maxSteps: number | null;
}

export interface StageEvent {
  type: 'stage';
  stage: StageName;
  /** A sentence for people, e.g. `Evaluating 240 held-out problems`. */
  title: string;
  /** 1-based position among `stages`. */
  index: number;
  stages: number;
}

export interface ProgressEvent {
  type: 'progress';
  stage: StageName;
  /** What is being counted, e.g. `completions sampled`. */
  label: string;
  done: number;
  total: number;
  elapsedMs: number;
  /** `null` until there is a basis for a guess. */
  etaMs: number | null;
}

export interface EvaluationEvent {
  type: 'evaluation';
  when: 'before' | 'after';
  /** `held_out`: families seen, parameters never; `held_out_families`: families never seen. */
  split: string;
  evaluation: Evaluation;
  /** Read back from the run folder rather than computed now. */
  stored: boolean;
}

export interface GroupMember {
  rollout: Rollout;
  findings: ReachedToken[];
}

/** One group of rollouts of one problem: judged, scored, with advantages. */
export interface GroupEvent {
  type: 'group';
  problemId: string;
  family: string;
  prompt: string;
  members: GroupMember[];
}

export interface StepEvent {
  type: 'step';
  /** 1-based. */
  step: number;
  maxSteps: number;
  /** TRL's metric names (`reward`, `kl`, `entropy`, `completions/mean_length`, …) and ours (`compile_rate`, …). */
  metrics: Record<string, number>;
  elapsedMs: number;
  etaMs: number | null;
  /** Share of this step's wall time by part: `sample`, `judge`, `update`, `save`; sums to 1. */
  shares: Record<string, number>;
  /** How each problem of the step was answered, where that is known. */
  prompts?: { problemId: string; correct: number; total: number }[];
}

export interface WarningEvent {
  type: 'warning';
  message: string;
}

/** What a reader should know, and is no cause for worry. */
export interface NoteEvent {
  type: 'note';
  message: string;
}

export interface RunPaths {
  folder: string;
  report?: string;
  /** The interactive page. */
  reportHtml?: string;
  rollouts?: string;
  metrics?: string;
  adapter?: string;
  model?: string;
  metadata?: string;
  plots: string[];
}

/** One line of the before/after table. */
export interface BeforeAfter {
  split: string;
  problems: number;
  comparison: Comparison;
}

export interface FinishedEvent {
  type: 'finished';
  run: string;
  table: BeforeAfter[];
  paths: RunPaths;
  elapsedMs: number;
}

/** Stopped by the caller's signal: everything up to `step` is safe on disk. */
export interface InterruptedEvent {
  type: 'interrupted';
  run: string;
  folder: string;
  step: number;
  maxSteps: number;
}

export type TourEvent =
  | HeaderEvent
  | StageEvent
  | ProgressEvent
  | EvaluationEvent
  | GroupEvent
  | StepEvent
  | WarningEvent
  | NoteEvent
  | FinishedEvent
  | InterruptedEvent;

export type Emit = (event: TourEvent) => void;
