import type { ClipRange } from '../plots/index.js';
import { presentLogprobs } from '../rollouts/index.js';
import { openRunSession } from './run-session.js';
import { closeSession, type Session } from './session.js';

export interface Ratios {
  /** Of each token that the policy sampled. */
  values: number[];
  range: ClipRange;
}

/** Of each sampled token of the rollouts in hand: its probability under the weights now over that when it was drawn. */
export function ratiosOf({ policy, rollouts, config }: Session): Ratios {
  const present = presentLogprobs(policy, rollouts);
  const values = rollouts.flatMap(({ logprobs, completionMask }, row) =>
    logprobs.flatMap((value, t) =>
      completionMask[t] === 1 ? [Math.exp(present[row][t] - value)] : [],
    ),
  );
  const { epsilon, epsilon_high: epsilonHigh } = config.grpo;
  return { values, range: { epsilon, ...(epsilonHigh === null ? {} : { epsilonHigh }) } };
}

/** Of a run: the policy as trained, read without network, on the rollouts of the last step. */
export async function ratiosOfRun(folder: string): Promise<Ratios> {
  const session = await openRunSession(folder, { source: { offline: true } });
  try {
    return ratiosOf(session);
  } finally {
    await closeSession(session);
  }
}
