import { applyTokenScheme, type TokenScheme } from '../algorithms/index.js';
import { tokensInSpan } from '../diagnostics/index.js';
import type { Rollout } from '../records.js';

/**
 * One advantage per completion token: the completion's own advantage A under a token scheme
 * (`applyTokenScheme`), with the rollout's finding weights as w. An unscorable rollout (reward
 * `null`) gets 0 everywhere, its findings included.
 */
export function tokenAdvantages(
  rollout: Pick<Rollout, 'byteOffsets' | 'rewards' | 'reward'>,
  sequenceAdvantage: number,
  scheme: TokenScheme,
): number[] {
  const weights = findingWeights(rollout);
  if (rollout.reward === null) return weights.map(() => 0);
  return applyTokenScheme(weights, sequenceAdvantage, scheme);
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
