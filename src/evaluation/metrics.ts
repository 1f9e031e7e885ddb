import type { Evaluation, Interval } from './records.js';

/**
 * The figures of an evaluation under the names that trackers show: `eval_accuracy`,
 * `eval_strict_accuracy`, `eval_pass@1` (correct samples), `eval_clean_pass@1` (fully clean ones),
 * `eval_compile_rate`, `eval_finding/heap-buffer-overflow`, `eval_avg_new_tokens`, …. Values only, no
 * intervals. Of a further split, give the prefix `eval_<split>_`, as transformers names several sets.
 */
export function evaluationMetrics(
  evaluation: Omit<Evaluation, 'rows'>,
  prefix = 'eval_',
): Record<string, number> {
  const { rates, answers, accuracy, correctAtK, passAtK, findingKinds } = evaluation;
  const { meanCompletionTokens, truncatedShare, durationMs } = evaluation;
  const answered = answers && {
    strict_accuracy: answers.strict_accuracy,
    lenient_accuracy: answers.lenient_accuracy,
    format_rate: answers.format_rate,
  };
  const intervals: Record<string, Interval> = {
    ...(accuracy && { accuracy }),
    ...answered,
    ...correctAtK,
    ...named('clean_', passAtK),
    ...rates,
    ...named('finding/', findingKinds ?? {}),
  };
  const values: Record<string, number> = {
    ...Object.fromEntries(Object.entries(intervals).map(([name, { value }]) => [name, value])),
    avg_new_tokens: meanCompletionTokens,
    truncated_share: truncatedShare,
    runtime: durationMs / 1000,
  };
  return Object.fromEntries(
    Object.entries(values)
      .filter(([, value]) => Number.isFinite(value))
      .map(([name, value]) => [`${prefix}${name}`, value]),
  );
}

function named(prefix: string, of: Record<string, Interval>): Record<string, Interval> {
  return Object.fromEntries(Object.entries(of).map(([name, value]) => [`${prefix}${name}`, value]));
}
