import type { Interval } from '../../evaluation/index.js';
import type { MetricsLogRow } from '../run/metrics-log.js';
import { studentInterval } from './student.js';

/** Mean over seeds, with Student's interval; NaN ends where there is one seed. */
export interface CurvePoint extends Interval {
  /** Of the arm's updates that are made, from 0 to 1: what arms of different methods have in common. */
  share: number;
  seeds: number;
}

/**
 * A measurement made during training as a curve over its course. It begins at the untrained policy,
 * which all seeds share. Seeds whose sets differ in size have different steps: their k-th measurements
 * belong together.
 */
export function curvePoints(
  base: readonly MetricsLogRow[],
  runs: readonly (readonly MetricsLogRow[])[],
  { metric, confidence }: { metric: string; confidence: number },
): CurvePoint[] {
  const measured = runs.map((rows) => rows.filter((row) => row[metric] !== undefined));
  const points = Math.min(...measured.map((rows) => rows.length));
  if (!Number.isFinite(points) || points === 0) return [];
  const start = base.find((row) => row[metric] !== undefined)?.[metric];
  return [
    ...(start === undefined
      ? []
      : [{ share: 0, value: start, low: start, high: start, seeds: runs.length }]),
    ...Array.from({ length: points }, (_, index): CurvePoint => {
      const rows = measured.map((own) => own[index]);
      const shares = rows.map(({ step }, run) => step / (runs[run].at(-1)?.step ?? step));
      return {
        share: shares.reduce((sum, share) => sum + share, 0) / shares.length,
        ...studentInterval(
          rows.map((row) => row[metric]),
          confidence,
        ),
        seeds: rows.length,
      };
    }),
  ];
}
