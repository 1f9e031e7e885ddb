import { inputError } from '../errors.js';
import {
  advantageBaselines,
  estimateAdvantages,
  whitening,
  type AdvantageBaseline,
  type AdvantageOptions,
} from './advantage-estimators.js';
import { normalizeThenSum } from './multi-objective.js';
import {
  processAdvantages,
  returnsToGo,
  type StepWeights,
  type TokenFeedback,
} from './token-rewards.js';

/** How what is known about single tokens becomes one advantage per token (see `tokenSchemeAdvantages`). */
export const tokenSchemes = ['scalar', 'span_penalty', 'process', 'return_to_go'] as const;

export type TokenSchemeName = (typeof tokenSchemes)[number];

/** The schemes that change an advantage token by token, without looking at the rest of the group. */
export type LocalTokenScheme = { name: 'scalar' } | { name: 'span_penalty'; lambda: number };

/** The schemes whose tokens earn rewards of their own, compared within the group. */
export type TokenRewardScheme =
  ({ name: 'process' } & StepWeights) | ({ name: 'return_to_go'; gamma?: number } & StepWeights);

export type TokenScheme = LocalTokenScheme | TokenRewardScheme;

export interface TokenSchemeOptions extends AdvantageOptions {
  /**
   * The rewards of each function [B, K] and their weights [K], to compare them one by one
   * (`normalizeThenSum`). For `scalar` and `span_penalty`. @default none
   */
  readonly objectives?: {
    readonly rewards: readonly (readonly (number | null)[])[];
    readonly weights: readonly number[];
  };
}

export interface TokenAdvantages {
  /** [B] of the whole completion: `scalar`'s A, and of the other schemes that of its first token. */
  sequence: number[];
  /** [B][T] one per completion token. */
  tokens: number[][];
}

/**
 * One advantage per completion token. B completions, T tokens each; A_i, c_i and s_i of the completion
 * from `advantageBaselines`.
 *   scalar       : A_t = A
 *   span_penalty : A_t = A - lambda * w_t, w_t = the blame of token t. Local: clean tokens keep A
 *   process      : A_t = sum over steps that end at or after t of the normalised reward of the step,
 *                  (r - c) / s with c and s over all steps of the group (DeepSeekMath, arXiv
 *                  2402.03300, section 4.1.3). The steps: the feedback's, each worth lambda times its
 *                  reward, and one at the last token worth the reward of the whole
 *   return_to_go : A_t = (G_t - c) / s, G_t = r_t + gamma * G_(t+1) over the same rewards, c and s over
 *                  the whole completions' returns G_1 of the group. With `reinforce_plus_plus` c and s
 *                  are those of all tokens' G_t, as in verl
 * lambda (except of span_penalty) and gamma are 1 by default; with creditSpans the steps above 0 are parts
 * of the reward of the whole (`StepWeights`). To the bit `scalar`: span_penalty with lambda 0 or no blame;
 * process with one step per completion, which is the case without feedback; return_to_go without
 * feedback and with gamma 1. An unscorable completion gets 0 everywhere; a token that the policy did
 * not sample earns nothing and is not counted as a step in time.
 */
export function tokenSchemeAdvantages(
  feedback: readonly TokenFeedback[],
  groups: readonly number[],
  scheme: TokenScheme,
  options: TokenSchemeOptions = {},
): TokenAdvantages {
  checkScheme(scheme, options);
  switch (scheme.name) {
    case 'scalar':
    case 'span_penalty': {
      const sequence = sequenceAdvantages(feedback, groups, options);
      const tokens = feedback.map(({ reward, blame }, i) =>
        reward === null ? blame.map(() => 0) : applyTokenScheme(blame, sequence[i], scheme),
      );
      return { sequence, tokens };
    }
    case 'process':
      return processAdvantages(feedback, groups, scheme, options);
    case 'return_to_go':
      return returnAdvantages(feedback, groups, scheme, options);
  }
}

/**
 * The local schemes for one completion with advantage A: A_t = A, or A - lambda * w_t. lambda = 0 is
 * `scalar` to the bit, and so is w = 0 everywhere (findings without a place). span_penalty also acts
 * where A is 0, as in a group whose rewards are all equal.
 * @param weights [T] w_t: 1 under a located finding, else 0
 */
export function applyTokenScheme(
  weights: readonly number[],
  sequenceAdvantage: number,
  scheme: LocalTokenScheme,
): number[] {
  switch (scheme.name) {
    case 'scalar':
      return weights.map(() => sequenceAdvantage);
    case 'span_penalty': {
      const { lambda } = scheme;
      if (!(Number.isFinite(lambda) && lambda >= 0)) {
        throw inputError(
          `applyTokenScheme: expected span_penalty's lambda to be a number of at least 0, got ${lambda}.`,
        );
      }
      return weights.map((weight) => sequenceAdvantage - lambda * weight);
    }
    default:
      throw inputError(
        `applyTokenScheme: expected the scheme scalar or span_penalty, got ${JSON.stringify(scheme)}.`,
      );
  }
}

function sequenceAdvantages(
  feedback: readonly TokenFeedback[],
  groups: readonly number[],
  options: TokenSchemeOptions,
): number[] {
  const { objectives } = options;
  if (objectives) return normalizeThenSum(objectives.rewards, objectives.weights, groups);
  return estimateAdvantages(
    feedback.map(({ reward }) => reward),
    groups,
    withTokenCounts(feedback, options),
  );
}

function returnAdvantages(
  feedback: readonly TokenFeedback[],
  groups: readonly number[],
  scheme: TokenRewardScheme & { name: 'return_to_go' },
  options: TokenSchemeOptions,
): TokenAdvantages {
  const returns = feedback.map((row) => returnsToGo(row, scheme));
  const whole = returns.map((row) => row && row.whole);
  const baselines =
    options.estimator === 'reinforce_plus_plus'
      ? allTokensBaselines(feedback, returns)
      : advantageBaselines(whole, groups, withTokenCounts(feedback, options));
  const advantageOf = (value: number, baseline: AdvantageBaseline | null): number =>
    baseline ? (value - baseline.centre) / baseline.scale : 0;
  return {
    sequence: whole.map((value, i) => (value === null ? 0 : advantageOf(value, baselines[i]))),
    tokens: feedback.map(({ mask }, i) =>
      mask.map((counts, t) => {
        const value = returns[i]?.tokens[t];
        return counts && value !== undefined ? advantageOf(value, baselines[i]) : 0;
      }),
    ),
  };
}

/** REINFORCE++ on token rewards: one mean and deviation over the returns of all counted tokens. */
function allTokensBaselines(
  feedback: readonly TokenFeedback[],
  returns: readonly ({ tokens: number[] } | null)[],
): (AdvantageBaseline | null)[] {
  const values = returns.flatMap((row, i) =>
    row ? row.tokens.filter((_, t) => feedback[i].mask[t] === 1) : [],
  );
  const whole = whitening(values);
  return returns.map((row) => row && whole);
}

function withTokenCounts(
  feedback: readonly TokenFeedback[],
  options: AdvantageOptions,
): AdvantageOptions {
  const tokenCounts = feedback.map(({ mask }) => mask.reduce((sum, value) => sum + value, 0));
  return { ...options, tokenCounts: options.tokenCounts ?? tokenCounts };
}

function checkScheme(scheme: TokenScheme, options: TokenSchemeOptions): void {
  if (!tokenSchemes.includes(scheme.name)) {
    throw inputError(
      `tokenSchemeAdvantages: expected the scheme ${tokenSchemes.join(', ')}, got ${JSON.stringify(scheme)}.`,
    );
  }
  if (scheme.name === 'scalar' || scheme.name === 'span_penalty') return;
  const { name, lambda = 1 } = scheme;
  const gamma = scheme.name === 'return_to_go' ? (scheme.gamma ?? 1) : 1;
  if (!(Number.isFinite(lambda) && lambda >= 0) || !(gamma >= 0 && gamma <= 1)) {
    throw inputError(
      `tokenSchemeAdvantages: expected lambda of ${name} to be at least 0 and gamma from 0 to 1, got ${lambda} and ${gamma}.`,
    );
  }
  if (options.objectives) {
    throw inputError(
      `tokenSchemeAdvantages: expected scalar or span_penalty with normalize_then_sum, got ${name}, whose tokens earn one sum of rewards. Use sum_then_normalize.`,
    );
  }
}
