import { inputError } from '../errors.js';

export interface KlTarget {
  /** What the KL is steered to, in the units of `kl`. */
  readonly target: number;
  /** Over how many completions a full error of 0.2 changes the coefficient by 0.2. */
  readonly horizon: number;
}

/**
 * The next coefficient of an adaptive KL penalty (Ziegler et al. 2019, arXiv 1909.08593, section 2.2),
 * as verl's `AdaptiveKLController`, and TRL before its version 0.12:
 *   klCoef * (1 + clip(kl / target - 1, -0.2, 0.2) * samples / horizon)
 * @param klCoef  of the step that is done
 * @param kl      measured in it: its `objective/kl`
 * @param samples completions of that step
 */
export function adaptiveKlCoef(
  klCoef: number,
  kl: number,
  samples: number,
  { target, horizon }: KlTarget,
): number {
  if (!(target > 0 && horizon > 0)) {
    throw inputError(
      `adaptiveKlCoef: expected a target and a horizon above 0, got ${target} and ${horizon}.`,
    );
  }
  const error = Math.min(0.2, Math.max(-0.2, kl / target - 1));
  return klCoef * (1 + (error * samples) / horizon);
}
