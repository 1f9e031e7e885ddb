import type { RewardResult, Verdict } from '../records.js';
import type { RewardFunction } from './reward-function.js';
import { requireVerdict } from './sanitizer.js';

interface WeightOption {
  /** @default 1 */
  readonly weight?: number;
}

/** Share of the tests passed, in [0, 1]; `null` when our own tooling broke or there are no tests. */
export function testsPassedFraction(options: WeightOption = {}): RewardFunction {
  return verdictReward('tests_passed', options, ({ outcome, testsPassed, testsTotal }) => {
    if (outcome === 'compile_error' || outcome === 'no_answer') return 0;
    return testsTotal > 0 ? testsPassed / testsTotal : null;
  });
}

/** 1 when it compiles, warnings or not, else 0. */
export function compileOnly(options: WeightOption = {}): RewardFunction {
  return verdictReward('compile_only', options, ({ outcome }) =>
    outcome === 'compile_error' || outcome === 'no_answer' ? 0 : 1,
  );
}

function verdictReward(
  name: string,
  { weight = 1 }: WeightOption,
  scoreOf: (verdict: Verdict) => number | null,
): RewardFunction {
  return {
    name,
    weight,
    score: (rollouts) =>
      rollouts.map((rollout): RewardResult => {
        const verdict = requireVerdict(name, rollout);
        const score = verdict.outcome === 'sandbox_error' ? null : scoreOf(verdict);
        return { name, weight, score, spans: [], log: { outcome: verdict.outcome } };
      }),
  };
}
