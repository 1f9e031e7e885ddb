import type { RewardSpan, Verdict } from '../records.js';
import {
  rewardOfEach,
  type RewardBase,
  type RewardFunction,
  type RewardScore,
} from './reward-function.js';
import { findingSpans, requireVerdict } from './sanitizer.js';

export interface VerdictRewardOptions extends RewardBase {
  /**
   * A score below 1 comes with a span of -1 under each located error, as `sanitizerCurriculum` gives
   * them. Beside a reward that blames the same errors: false. @default true
   */
  readonly spans?: boolean;
}

export interface AllTestsOptions extends VerdictRewardOptions {
  /** A warning is a failure too: only the outcome `clean` earns 1. @default false */
  readonly requireClean?: boolean;
}

/**
 * 1 when every test passed and nothing else failed (outcome `clean`, or `warning`), else 0. `null` when
 * our own tooling broke and when nothing failed and nothing was tested.
 */
export function allTests(options: AllTestsOptions = {}): RewardFunction {
  const { requireClean = false } = options;
  return verdictReward(
    'all_tests',
    options,
    ({ outcome, testsPassed, testsTotal }) => {
      const isWell = outcome === 'clean' || (outcome === 'warning' && !requireClean);
      if (isWell && testsTotal === 0) return null;
      return isWell && testsPassed === testsTotal ? 1 : 0;
    },
    requireClean,
  );
}

/** Share of the tests passed, in [0, 1]; `null` when our own tooling broke or there are no tests. */
export function testsPassedFraction(options: VerdictRewardOptions = {}): RewardFunction {
  return verdictReward('tests_passed', options, ({ outcome, testsPassed, testsTotal }) => {
    if (outcome === 'compile_error' || outcome === 'no_answer') return 0;
    return testsTotal > 0 ? testsPassed / testsTotal : null;
  });
}

/** 1 when it compiles, warnings or not, else 0. */
export function compileOnly(options: VerdictRewardOptions = {}): RewardFunction {
  return verdictReward('compile_only', options, ({ outcome }) =>
    outcome === 'compile_error' || outcome === 'no_answer' ? 0 : 1,
  );
}

/** @param blamesWarnings they lower the score too */
function verdictReward(
  defaultName: string,
  options: VerdictRewardOptions,
  scoreOf: (verdict: Verdict) => number | null,
  blamesWarnings = false,
): RewardFunction {
  const { spans = true } = options;
  return rewardOfEach(defaultName, options, (rollout, name): RewardScore => {
    const verdict = requireVerdict(name, rollout);
    const { outcome, testsPassed, testsTotal } = verdict;
    const log = { outcome, tests_passed: testsPassed, tests_total: testsTotal };
    const score = outcome === 'sandbox_error' ? null : scoreOf(verdict);
    const isBlamed = spans && score !== null && score < 1;
    return { score, spans: isBlamed ? blameOf(verdict, blamesWarnings) : [], log };
  });
}

function blameOf({ diagnostics }: Verdict, blamesWarnings: boolean): RewardSpan[] {
  return findingSpans(
    blamesWarnings ? diagnostics : diagnostics.filter(({ severity }) => severity === 'error'),
  );
}
