/** Completions as they are analysed, whether from an evaluation or from a log of rollouts. */
import type { Language, Outcome, Rollout, Verdict } from '../../records.js';
import type { EvaluationRow } from '../records.js';

export interface AnalysedCompletion {
  problemId: string;
  text: string;
  /** `null`: not judged. */
  outcome: Outcome | null;
  /** The right answer, or all tests passed; `null`: not judged, or the judge itself failed. */
  correct: boolean | null;
  /** `null` where nobody counted. */
  tokens: number | null;
  truncated: boolean;
  /** Kinds of findings, each once; `null` where none are recorded. */
  kinds: string[] | null;
  language?: Language;
}

/** Of the rows of an evaluation. */
export function completionsOfRows(rows: readonly EvaluationRow[]): AnalysedCompletion[] {
  return rows.flatMap((row) =>
    row.completions.map((text, i): AnalysedCompletion => {
      const { problemId, outcomes, answers, testsPassed, completionTokens } = row;
      return {
        problemId,
        text,
        outcome: outcomes[i],
        correct: answers ? answers[i].strict : testsPassed[i],
        tokens: completionTokens[i] ?? null,
        truncated: row.truncated[i],
        kinds: row.findingKinds?.[i] ?? null,
        ...(answers ? { language: 'text' } : {}),
      };
    }),
  );
}

/** Of rollouts, judged or not; kinds are of all findings, the compilers' included. */
export function completionsOfRollouts(rollouts: readonly Rollout[]): AnalysedCompletion[] {
  return rollouts.map(({ problemId, completion, completionIds, finishReason, verdict }) => ({
    problemId,
    text: completion,
    outcome: verdict?.outcome ?? null,
    correct: verdict ? correctOf(verdict) : null,
    tokens: completionIds.length,
    truncated: finishReason === 'length',
    kinds: verdict ? kindsOf(verdict) : null,
  }));
}

function correctOf({ outcome, correct }: Verdict): boolean | null {
  return outcome === 'sandbox_error' ? null : correct;
}

/** Kinds of errors and warnings, each once; `null` where the judge itself failed. */
export function kindsOf({ outcome, diagnostics }: Verdict): string[] | null {
  if (outcome === 'sandbox_error') return null;
  const found = diagnostics.filter(({ severity }) => severity !== 'note');
  return [...new Set(found.map(({ kind }) => kind))].sort();
}
