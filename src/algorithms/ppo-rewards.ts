import { inputError } from '../errors.js';
import { requireSameRows, type Rows } from './rows.js';

/** TRL's `kl_estimator`. k2 is refused, as there: in a reward it is biased. */
export const ppoKlEstimators = ['k1', 'k3'] as const;
export type PpoKlEstimator = (typeof ppoKlEstimators)[number];

/** The token whose reward takes the score. */
export const scorePositions = ['last_token', 'first_pad'] as const;
export type ScorePosition = (typeof scorePositions)[number];

export interface PpoRewardInputs {
  /** [B, T] at sampling time; a row may be shorter than the others. */
  readonly logprobs: Rows;
  /** [B, T] under the reference model. Needed when klCoef is not 0. */
  readonly refLogprobs?: Rows;
  /** [B, T] 1 where the policy sampled the token, its end token included. */
  readonly completionMask: Rows;
  /** [B] */
  readonly scores: readonly number[];
  /** [B] whether the completion ended by itself. Needed with missingEosPenalty. */
  readonly ended?: readonly boolean[];
  /** [B, T] rewards of single tokens, added where the mask is 1. @default none */
  readonly tokenRewards?: Rows;
}

export interface PpoRewardOptions {
  /** @default 0.05, as TRL */
  readonly klCoef?: number;
  /** @default 'k1', as TRL */
  readonly klEstimator?: PpoKlEstimator;
  /**
   * `last_token`: the last counted token, the end token where there is one (verl, and PPO as it is
   * written down). `first_pad`: the token after it where the row has one, which is what TRL's
   * experimental trainer does; its values must then reach that token too. @default 'last_token'
   */
  readonly scorePosition?: ScorePosition;
  /** Taken off the score of a completion that did not end by itself; above 0. @default none */
  readonly missingEosPenalty?: number;
}

export interface PpoRewards {
  /** [B, T] what `gae` takes. */
  rewards: number[][];
  /** [B, T] the estimate of KL(policy || reference), 0 where masked or without reference. */
  kl: number[][];
  /** [B] with the penalty taken off. */
  scores: number[];
}

/**
 * PPO's reward of each token (Stiennon et al. 2020, arXiv 2009.01325, section 3.4; Ziegler et al.
 * 2019, arXiv 1909.08593, equation 2). With d = refLogprobs - logprobs:
 *   k1: kl_t = -d      k3: kl_t = e^d - 1 - d
 *   r_t = -klCoef * kl_t + tokenRewards_t + [t takes the score] * (score - [not ended] * missingEosPenalty)
 * A row without a counted token has no last token: its score goes nowhere.
 */
export function ppoRewards(inputs: PpoRewardInputs, options: PpoRewardOptions = {}): PpoRewards {
  const { logprobs, refLogprobs, completionMask: mask, tokenRewards } = inputs;
  const { klCoef = 0.05, klEstimator = 'k1', scorePosition = 'last_token' } = options;
  checkInputs(inputs, options);
  const kl = logprobs.map((row, b) =>
    row.map((logprob, t) =>
      refLogprobs && mask[b][t] === 1 ? klOf(refLogprobs[b][t] - logprob, klEstimator) : 0,
    ),
  );
  const scores = penalised(inputs, options.missingEosPenalty);
  const rewards = kl.map((row, b) =>
    row.map((value, t) => {
      if (mask[b][t] !== 1) return 0;
      const reward = refLogprobs ? -klCoef * value : 0;
      return tokenRewards ? reward + tokenRewards[b][t] : reward;
    }),
  );
  rewards.forEach((row, b) => {
    const last = mask[b].lastIndexOf(1);
    const place = scorePosition === 'first_pad' && last + 1 < row.length ? last + 1 : last;
    if (place >= 0) row[place] += scores[b];
  });
  return { rewards, kl, scores };
}

function klOf(difference: number, estimator: PpoKlEstimator): number {
  return estimator === 'k1' ? -difference : Math.exp(difference) - 1 - difference;
}

function penalised({ scores, ended }: PpoRewardInputs, penalty: number | undefined): number[] {
  if (penalty === undefined) return [...scores];
  return scores.map((score, b) => (ended?.[b] ? score : score - penalty));
}

function checkInputs(inputs: PpoRewardInputs, options: PpoRewardOptions): void {
  const { logprobs, refLogprobs, completionMask, scores, ended, tokenRewards } = inputs;
  const { klCoef = 0.05, klEstimator = 'k1', scorePosition = 'last_token' } = options;
  const where = 'ppoRewards';
  requireSameRows(where, 'logprobs', logprobs, 'completionMask', completionMask);
  if (refLogprobs) requireSameRows(where, 'logprobs', logprobs, 'refLogprobs', refLogprobs);
  if (tokenRewards) requireSameRows(where, 'logprobs', logprobs, 'tokenRewards', tokenRewards);
  const bad = scores.findIndex((score) => !Number.isFinite(score));
  if (scores.length !== logprobs.length || bad >= 0) {
    const came = bad >= 0 ? `${scores[bad]} at index ${bad}` : `${scores.length}`;
    throw inputError(
      `${where}: expected ${logprobs.length} finite scores, one per completion, got ${came}. Leave out completions that cannot be scored.`,
    );
  }
  if (klCoef !== 0 && !refLogprobs) {
    throw inputError(
      `${where}: expected refLogprobs [B, T] because klCoef is ${klCoef}, got none. Pass the reference model's logprobs, or set klCoef to 0.`,
    );
  }
  if (!ppoKlEstimators.includes(klEstimator)) {
    throw inputError(
      `${where}: expected klEstimator k1 or k3, got ${JSON.stringify(klEstimator)}.`,
    );
  }
  if (!scorePositions.includes(scorePosition)) {
    throw inputError(
      `${where}: expected scorePosition last_token or first_pad, got ${JSON.stringify(scorePosition)}.`,
    );
  }
  const { missingEosPenalty } = options;
  if (missingEosPenalty === undefined) return;
  if (!(missingEosPenalty > 0) || ended?.length !== scores.length) {
    throw inputError(
      `${where}: expected missingEosPenalty above 0 and ended for ${scores.length} completions, got ${missingEosPenalty} and ${ended?.length ?? 'none'}.`,
    );
  }
}
