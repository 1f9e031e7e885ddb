import type { Diagnostic, FinishReason, Outcome, Rollout } from '../records.js';
import type { ProblemCounts } from './degenerate.js';
import { withoutRows } from './degenerate.js';
import type { Drops } from './drops.js';

/** Bytes of a completion under a located finding. */
export interface ErrorSpan {
  start: number;
  end: number;
  kind: string;
  severity: 'error' | 'warning';
}

/** Where a completion comes from: the policy, the problem's reference, a clean program made to fail, a person. */
export type SampleSource = 'sampled' | 'reference' | 'corruption' | 'written';

/** What a row tells of one completion beside its text. */
export interface SampleColumns {
  /** As sampled, the end token included; `null` for a text that was not sampled. */
  completion_ids: number[] | null;
  outcome: Outcome | null;
  reward: number | null;
  /** By what the set is ranked by; `null` for an unjudged reference. */
  score: number | null;
  tests_passed: number | null;
  tests_total: number | null;
  spans: ErrorSpan[];
  /** `length`: cut off, so without an end token. */
  finish_reason: FinishReason | null;
  source: SampleSource;
  /** The rollout's id, `${run}/${step}/${group}/${sample}`; `null` where there is none. */
  rollout: string | null;
}

/** A set made of rollouts, with what became of those that are not in it. */
export interface BuiltSet<Row> {
  rows: Row[];
  problems: ProblemCounts;
  /** Samples, pairs and texts left out, by why. */
  dropped: Drops;
  /** What is odd about the set and how to go on, in sentences. */
  notes: string[];
  settings: Record<string, unknown>;
}

/** The set of these rows, with a note for each reason that problems have none. */
export function builtSet<Row extends { problem_id: string }>(made: {
  rows: Row[];
  /** Problems with at least one rollout. */
  total: number;
  without: Record<string, number>;
  dropped: Drops;
  /** What a row is called in the notes. */
  what: string;
  /** Further notes. @default none */
  notes?: string[];
  settings: Record<string, unknown>;
}): BuiltSet<Row> {
  const { rows, total, without, dropped, settings } = made;
  const withRows = new Set(rows.map((row) => row.problem_id)).size;
  const problems = { total, withRows, without };
  const notes = [...withoutRows(made.what, problems), ...(made.notes ?? [])];
  return { rows, problems, dropped, notes, settings };
}

/** The columns of a sample. */
export function sampleColumns(rollout: Rollout, score: number | null): SampleColumns {
  const { verdict } = rollout;
  return {
    completion_ids: rollout.completionIds,
    outcome: verdict?.outcome ?? null,
    reward: rollout.reward ?? null,
    score,
    tests_passed: verdict?.testsPassed ?? null,
    tests_total: verdict?.testsTotal ?? null,
    spans: verdict === undefined ? [] : errorSpans(verdict.outcome, verdict.diagnostics),
    finish_reason: rollout.finishReason,
    source: 'sampled',
    rollout: rollout.id,
  };
}

/** A problem's reference, which is taken to be right. */
export function referenceColumns(): SampleColumns {
  return {
    completion_ids: null,
    outcome: null,
    reward: null,
    score: null,
    tests_passed: null,
    tests_total: null,
    spans: [],
    finish_reason: null,
    source: 'reference',
    rollout: null,
  };
}

/**
 * Where the findings lie that made a program fail: its errors, or its warnings where they are all that
 * keeps it from being clean. One place and kind counts once.
 */
export function errorSpans(outcome: Outcome, diagnostics: readonly Diagnostic[]): ErrorSpan[] {
  const wanted = outcome === 'warning' ? 'warning' : 'error';
  const spans = new Map<string, ErrorSpan>();
  for (const { span, kind, severity } of diagnostics) {
    if (span.precision === 'none' || severity !== wanted) continue;
    const { start, end } = span;
    spans.set(`${start}-${end}-${kind}`, { start, end, kind, severity: wanted });
  }
  return [...spans.values()].sort((a, b) => a.start - b.start || a.end - b.end);
}
