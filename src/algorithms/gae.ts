import { requireSameRows, type Rows } from './rows.js';

/** What `gae` does with masked tokens before a row's last counted one. */
export const maskedTokenRules = ['carry', 'count'] as const;
export type MaskedTokens = (typeof maskedTokenRules)[number];

export interface GaeOptions {
  /** Discount per token. @default 1 */
  readonly gamma?: number;
  /** Weight of longer sums: 0 is one step ahead, 1 the whole return. @default 0.95 */
  readonly lam?: number;
  /**
   * `carry` leaves masked tokens out: the next value and the running sum pass over them, so a token
   * before injected text looks ahead to the first token after it (verl). `count` takes them as steps
   * like the others (TRL, whose masks only end rows). Where the mask only ends rows both are the same.
   * @default 'carry'
   */
  readonly maskedTokens?: MaskedTokens;
}

/**
 * Generalised advantage estimation (Schulman et al. 2015, arXiv 1506.02438, equation 16), backwards
 * over each row's tokens. The value after a row's last counted token is 0.
 *   delta_t = r_t + gamma * V_{t+1} - V_t
 *   A_t     = delta_t + gamma * lam * A_{t+1}
 *   R_t     = A_t + V_t                          the target of the value loss
 * Not whitened: as in TRL and verl, returns are taken before `maskedWhiten` turns A into what the
 * policy loss takes.
 * @param rewards [B, T] one per token (`ppoRewards`)
 * @param values  [B, T] V_t: of the state before the token, which predicts it
 * @param mask    [B, T] 1 where the token counts
 * @returns advantages and returns, each [B, T], 0 where masked
 */
export function gae(
  rewards: Rows,
  values: Rows,
  mask: Rows,
  options: GaeOptions = {},
): { advantages: number[][]; returns: number[][] } {
  const { gamma = 1, lam = 0.95, maskedTokens = 'carry' } = options;
  requireSameRows('gae', 'rewards', rewards, 'values', values);
  requireSameRows('gae', 'rewards', rewards, 'mask', mask);
  const advantages = rewards.map((row) => row.map(() => 0));
  const returns = rewards.map((row) => row.map(() => 0));
  rewards.forEach((row, b) => {
    let nextValue = 0;
    let running = 0;
    for (let t = mask[b].lastIndexOf(1); t >= 0; t--) {
      if (mask[b][t] !== 1 && maskedTokens === 'carry') continue;
      const value = values[b][t];
      running = row[t] + gamma * nextValue - value + gamma * lam * running;
      nextValue = value;
      if (mask[b][t] !== 1) continue;
      advantages[b][t] = running;
      returns[b][t] = running + value;
    }
  });
  return { advantages, returns };
}
