/** The one figure that says most about a run. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Interval } from '../../evaluation/index.js';
import { readJson } from '../run/files.js';
import type { MetricsLogRow } from '../run/metrics-log.js';
import { readMetrics } from '../run/metrics-log.js';
import { runPaths } from '../run/run-paths.js';
import { studyAround } from './find-runs.js';

export interface Headline {
  /** `fully_clean_rate`, `strict_accuracy`, `reward`, `loss`, … */
  metric: string;
  /** From 0 to 1. */
  isShare: boolean;
  before: number | null;
  after: number | null;
  /** `held_out`: measured on that split. `training`: means of the first and the last tenth of the steps. */
  of: string;
}

/**
 * Before and after on the first held-out split (of an arm of a study, `before` is the study's
 * baseline); without a measurement, the reward or the loss at both ends of the training.
 */
export async function headlineOf(folder: string): Promise<Headline | null> {
  const after = await summaries(runPaths(folder).evaluation('after'));
  const baseline = after ? baselineFile(folder) : runPaths(folder).evaluation('before');
  const before = await summaries(baseline);
  const split = Object.keys(after ?? before ?? {})[0];
  if (split !== undefined) {
    const [from, to] = [before?.[split], after?.[split]];
    const metric = (to ?? from)?.answers ? 'strict_accuracy' : 'fully_clean_rate';
    const figure = { before: valueIn(from, metric), after: valueIn(to, metric) };
    if (figure.before !== null || figure.after !== null)
      return { metric, isShare: true, ...figure, of: split };
  }
  return trainingHeadline(await readMetrics(runPaths(folder).metrics));
}

/** The measurement before training: the run's own, else that of the study it belongs to. */
export function baselineFile(folder: string): string {
  const own = runPaths(folder).evaluation('before');
  const study = studyAround(folder);
  if (existsSync(own) || study === null) return own;
  return runPaths(path.join(study, 'base')).evaluation('before');
}

interface Summary {
  rates?: Record<string, Interval>;
  answers?: Record<string, unknown>;
}

async function summaries(file: string): Promise<Record<string, Summary> | null> {
  if (!existsSync(file)) return null;
  const read: unknown = await readJson(file);
  return typeof read === 'object' ? (read as Record<string, Summary> | null) : null;
}

function valueIn(summary: Summary | undefined, metric: string): number | null {
  const found = summary?.answers?.[metric] ?? summary?.rates?.[metric];
  if (typeof found !== 'object' || found === null || !('value' in found)) return null;
  return typeof found.value === 'number' ? found.value : null;
}

const trainingMetrics: readonly { metric: string; isShare: boolean }[] = [
  { metric: 'reward', isShare: false },
  { metric: 'eval_fully_clean_rate', isShare: true },
  { metric: 'rewards/accuracies', isShare: true },
  { metric: 'loss', isShare: false },
];

function trainingHeadline(rows: readonly MetricsLogRow[]): Headline | null {
  const found = trainingMetrics.find(({ metric }) => rows.some((row) => metric in row));
  if (!found) return null;
  const values = rows.flatMap((row) => (found.metric in row ? [row[found.metric]] : []));
  const tenth = Math.max(1, Math.round(values.length / 10));
  const mean = (part: number[]): number => part.reduce((sum, v) => sum + v, 0) / part.length;
  return {
    ...found,
    before: values.length > 1 ? mean(values.slice(0, tenth)) : null,
    after: mean(values.slice(-tenth)),
    of: 'training',
  };
}
