import type { TokenScheme } from '../../algorithms/index.js';
import type { Rollout } from '../../records.js';
import { tokenFeedback } from '../../rewards/index.js';

export interface TokenRewards {
  /** Where each token starts in the completion, and one past the end. */
  byteOffsets: number[];
  /** How strongly located findings blame each token. */
  blame: readonly number[];
  /** What each token earns. */
  rewards: number[];
}

/**
 * r_t of one completion, before any comparison with others; s: its score, T: its last counted token.
 *   scalar       : s at T, 0 elsewhere
 *   span_penalty : the same, less lambda * w_t, w_t the blame of token t
 *   process, return_to_go : the same, plus lambda times what the spans that end in t earn
 * All 0 where the completion is unscorable; a token that the policy did not sample earns nothing.
 */
export function tokenRewards(rollout: Rollout, scheme: TokenScheme): TokenRewards {
  const { reward, mask, blame, steps } = tokenFeedback(rollout);
  const rewards = mask.map(() => 0);
  const last = mask.lastIndexOf(1);
  if (reward !== null && last >= 0) {
    rewards[last] = reward;
    if (scheme.name === 'span_penalty')
      for (const [t, weight] of blame.entries())
        if (mask[t] === 1) rewards[t] -= scheme.lambda * weight;
    if (scheme.name === 'process' || scheme.name === 'return_to_go')
      for (const step of steps)
        if (mask[step.token] === 1) rewards[step.token] += (scheme.lambda ?? 1) * step.reward;
  }
  return { byteOffsets: rollout.byteOffsets, blame, rewards };
}
