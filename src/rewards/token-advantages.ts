import type { TokenFeedback, TokenStep } from '../algorithms/index.js';
import { tokensInSpan } from '../diagnostics/index.js';
import type { Rollout } from '../records.js';

/** What the token schemes (`tokenSchemeAdvantages`) take of a scored rollout. */
export function tokenFeedback(
  rollout: Pick<Rollout, 'byteOffsets' | 'completionMask' | 'rewards' | 'reward'>,
): TokenFeedback {
  return {
    reward: rollout.reward ?? null,
    mask: rollout.completionMask,
    blame: findingWeights(rollout),
    steps: spanRewards(rollout),
  };
}

/**
 * w_t: how strongly located findings blame each completion token, from the negative spans of the
 * rollout's rewards (value -1 is weight 1; where spans overlap, the strongest counts once). Spans of
 * a reward with weight 0 are only recorded.
 * @returns [T] at least 0
 */
export function findingWeights(rollout: Pick<Rollout, 'byteOffsets' | 'rewards'>): number[] {
  const weights = new Array<number>(Math.max(0, rollout.byteOffsets.length - 1)).fill(0);
  for (const reward of rollout.rewards ?? []) {
    if (reward.weight === 0) continue;
    for (const span of reward.spans) {
      for (const token of tokensInSpan(span, rollout.byteOffsets)) {
        weights[token] = Math.max(weights[token], -span.value);
      }
    }
  }
  return weights;
}

/**
 * What the spans of the rollout's rewards earn, good or bad: value times the weight of the reward, once,
 * at the last token that the span touches, so that it does not depend on how the text is cut into
 * tokens. Spans without a token, of value 0 or of a reward with weight 0 earn nothing.
 */
export function spanRewards(rollout: Pick<Rollout, 'byteOffsets' | 'rewards'>): TokenStep[] {
  return (rollout.rewards ?? []).flatMap(({ weight, spans }) =>
    spans.flatMap((span) => {
      const token = tokensInSpan(span, rollout.byteOffsets).at(-1);
      const reward = weight * span.value;
      return token === undefined || reward === 0 ? [] : [{ token, reward }];
    }),
  );
}
