import type { Evaluations } from '../evaluation/index.js';
import type { ArmCurve, MetricsRow, Reliability } from '../plots/index.js';
import type { Ratios } from './plot-ratios.js';
import type { HeatKind } from '../rollouts/index.js';
import type { Rollout } from '../records.js';

/** What figures are made from, wherever it lies: a session, a run folder, a log of rollouts. */
export interface PlotSource {
  /** As a message calls it: `the session`, `runs/tour`. */
  name: string;
  /** Each call begins anew; none where there is no log. */
  rollouts(): Iterable<Rollout>;
  /** One row a step, in order. */
  metrics(): Promise<MetricsRow[]>;
  /** By split; `null` where that side was not measured. */
  evaluations(): Promise<{ before: Evaluations | null; after: Evaluations | null }>;
  /** Of every sampled token; `null` where there is no policy to ask. */
  ratios(): Promise<Ratios | null>;
  /** Curves of the arms of a study, and what they measure; none elsewhere. */
  arms(): Promise<{ curves: ArmCurve[]; measure: string }>;
  /** What a discriminator was measured to be; none where there is none. */
  calibration(): Promise<Reliability[]>;
  /** What gives what is missing, as a sentence. */
  advice(need: PlotNeed): string;
}

export type PlotNeed =
  | 'rollouts'
  | 'verdicts'
  | 'rewards'
  | 'advantages'
  | 'two sides'
  | 'metrics'
  | 'rewards of pairs'
  | 'times of the parts'
  | 'two evaluations'
  | 'a policy'
  | 'a study'
  | 'a discriminator';

export interface PlotOptions {
  /** Prompt accuracy: this prompt alone. */
  promptId?: string;
  /** Prompt accuracy: completions that make one point. @default those of a step */
  numGenerations?: number;
  /** Rollouts of this step alone. */
  step?: number;
  /** Token heat map: `step/group/sample`. @default the first rollout with a located finding */
  rolloutId?: string;
  /** Token heat map: what colours the tokens. */
  heat?: HeatKind;
  /** Before and after: the split. @default the first */
  split?: string;
  /** @default what the figure is about */
  title?: string;
}
