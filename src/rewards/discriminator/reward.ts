import { inputError } from '../../errors.js';
import type { RewardSpan } from '../../records.js';
import { byteOffsetOfIndex } from '../../diagnostics/index.js';
import type { RewardFunction, RewardScore } from '../reward-function.js';
import { requireVerdict } from '../sanitizer.js';
import { discriminatorProbability, tokenShares, type Discriminator } from './model.js';

export interface DiscriminatorRewardOptions {
  /** As `loadDiscriminator` gives it. */
  readonly model: Discriminator;
  /** @default 1 */
  readonly weight?: number;
  /**
   * The compiler comes first: what does not compile scores 0 whatever it looks like, and rollouts need a
   * verdict. false: the text alone.
   * @default true
   */
  readonly compiledOnly?: boolean;
  /** Spans of at most so many tokens per completion. @default 0: none */
  readonly spans?: number;
  /** @default 'discriminator' */
  readonly name?: string;
}

/**
 * The second half of a reward of compiler and discriminator (RLCF: Jain et al. 2023, arXiv 2305.18341): the
 * probability that the completion is a reference, not the policy's. It rewards looking like the
 * references; whether the program is right it does not know.
 *   score = P(reference | completion), 0 for `compile_error` and `no_answer`, `null` for `sandbox_error`
 * With `spans`, the tokens that speak most for the policy:
 *   value = -(1 - P) share / smallest share
 * so the worst token has -(1 - P) and a text that passes for a reference has hardly any blame.
 */
export function discriminatorReward(options: DiscriminatorRewardOptions): RewardFunction {
  const { model, weight = 1, compiledOnly = true, spans = 0, name = 'discriminator' } = options;
  if (!Number.isInteger(spans) || spans < 0)
    throw inputError(
      `discriminatorReward: expected spans to be a whole number from 0, got ${spans}.`,
    );
  return {
    name,
    weight,
    score: (rollouts) =>
      rollouts.map((rollout): RewardScore => {
        const outcome = compiledOnly ? requireVerdict(name, rollout).outcome : null;
        const probability = discriminatorProbability(model, rollout.completion);
        const log = { probability };
        if (outcome === 'sandbox_error') return { score: null, log };
        const score = outcome === 'compile_error' || outcome === 'no_answer' ? 0 : probability;
        return {
          score,
          spans: spans > 0 ? policySpans(model, rollout.completion, probability, spans) : [],
          log,
        };
      }),
  };
}

function policySpans(
  model: Discriminator,
  text: string,
  probability: number,
  most: number,
): RewardSpan[] {
  const worst = tokenShares(model, text)
    .filter(({ share, start, end }) => share < 0 && end > start)
    .sort((a, b) => a.share - b.share)
    .slice(0, most);
  return worst
    .map(({ start, end, share, nGram }) => ({
      start: byteOffsetOfIndex(text, start),
      end: byteOffsetOfIndex(text, end),
      value: (-(1 - probability) * share) / worst[0].share,
      label: `like the policy: ${nGram}`,
    }))
    .sort((a, b) => a.start - b.start);
}
