import { inputError } from '../errors.js';
import type { Diagnostic, Outcome, RewardSpan, Rollout, Verdict } from '../records.js';
import { rewardOfEach, type RewardBase, type RewardFunction } from './reward-function.js';

/**
 * The default curriculum: further along the path from text to a correct program scores higher.
 * `sandbox_error` has no score: our own tooling broke.
 */
export const curriculumScores: Readonly<Record<Exclude<Outcome, 'sandbox_error'>, number>> = {
  clean: 1,
  warning: 0.5,
  wrong_answer: 0.3,
  runtime_error: 0.2,
  timeout: 0.2,
  memory_limit: 0.2,
  output_limit: 0.2,
  compile_error: 0,
  no_answer: 0,
};

export interface SanitizerCurriculumOptions extends RewardBase {
  /** Scores that replace the default ones. A score for `sandbox_error` is refused. */
  readonly scores?: Partial<Record<Outcome, number>>;
}

/**
 * Score by outcome (`curriculumScores`), and one span of value -1 for every finding of the compiler
 * or the sanitizers that has a place in the completion, labelled with its kind. Findings without a
 * place (a leak in the harness, a library frame) are counted in the log.
 */
export function sanitizerCurriculum(options: SanitizerCurriculumOptions = {}): RewardFunction {
  if (options.scores && 'sandbox_error' in options.scores) {
    throw inputError(
      'sanitizerCurriculum: expected no score for sandbox_error, got one. Such a rollout is unscorable: it says nothing about the program.',
    );
  }
  const scores = { ...curriculumScores, ...options.scores };
  return rewardOfEach('sanitizer_curriculum', options, (rollout, name) => {
    const { outcome, diagnostics } = requireVerdict(name, rollout);
    let findings = 0;
    let located = 0;
    for (const { severity, span } of diagnostics) {
      if (severity === 'note') continue;
      findings++;
      if (span.precision !== 'none') located++;
    }
    const log = { outcome, findings, located };
    if (outcome === 'sandbox_error') return { score: null, log };
    return { score: scores[outcome], spans: findingSpans(diagnostics), log };
  });
}

/**
 * One span per located finding that is not a note; the same finding reported twice at one place counts
 * once.
 */
export function findingSpans(diagnostics: readonly Diagnostic[]): RewardSpan[] {
  const spans: RewardSpan[] = [];
  // A verdict has a few findings, at most 200: looking through them is faster than a map of keys.
  for (const { severity, span, kind } of diagnostics) {
    if (severity === 'note' || span.precision === 'none') continue;
    const { start, end } = span;
    const isKnown = spans.some(
      (known) => known.start === start && known.end === end && known.label === kind,
    );
    if (!isKnown) spans.push({ start, end, value: -1, label: kind });
  }
  return spans;
}

/** The verdict a reward reads, or an error that says the rollout was not judged. */
export function requireVerdict(reward: string, rollout: Rollout): Verdict {
  if (!rollout.verdict) {
    throw inputError(
      `${reward}: expected judged rollouts, got ${rollout.id} without a verdict. Judge it first (judgeRollouts).`,
    );
  }
  return rollout.verdict;
}
