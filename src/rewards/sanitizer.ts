import { inputError } from '../errors.js';
import type {
  Diagnostic,
  Outcome,
  RewardResult,
  RewardSpan,
  Rollout,
  Verdict,
} from '../records.js';
import type { RewardFunction } from './reward-function.js';

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

export interface SanitizerCurriculumOptions {
  /** Scores that replace the default ones. A score for `sandbox_error` is refused. */
  readonly scores?: Partial<Record<Outcome, number>>;
  /** @default 1 */
  readonly weight?: number;
  /** @default 'sanitizer_curriculum' */
  readonly name?: string;
}

/**
 * Score by outcome (`curriculumScores`), and one span of value -1 for every finding of the compiler
 * or the sanitizers that has a place in the completion, labelled with its kind. Findings without a
 * place (a leak in the harness, a library frame) are counted in the log.
 */
export function sanitizerCurriculum(options: SanitizerCurriculumOptions = {}): RewardFunction {
  const { weight = 1, name = 'sanitizer_curriculum' } = options;
  if (options.scores && 'sandbox_error' in options.scores) {
    throw inputError(
      'sanitizerCurriculum: expected no score for sandbox_error, got one. Such a rollout is unscorable: it says nothing about the program.',
    );
  }
  const scores = { ...curriculumScores, ...options.scores };
  return {
    name,
    weight,
    score: (rollouts) =>
      rollouts.map((rollout): RewardResult => {
        const { outcome, diagnostics } = requireVerdict(name, rollout);
        const findings = diagnostics.filter((diagnostic) => diagnostic.severity !== 'note');
        const spans = findingSpans(findings);
        const located = findings.filter((finding) => finding.span.precision !== 'none').length;
        return {
          name,
          weight,
          score: outcome === 'sandbox_error' ? null : scores[outcome],
          spans: outcome === 'sandbox_error' ? [] : spans,
          log: { outcome, findings: findings.length, located },
        };
      }),
  };
}

/** One span per located finding; the same finding reported twice at one place counts once. */
export function findingSpans(diagnostics: readonly Diagnostic[]): RewardSpan[] {
  const spans = new Map<string, RewardSpan>();
  for (const { span, kind } of diagnostics) {
    if (span.precision === 'none') continue;
    const { start, end } = span;
    spans.set(`${start}-${end}-${kind}`, { start, end, value: -1, label: kind });
  }
  return [...spans.values()];
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
