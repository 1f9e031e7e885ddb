import { inputError } from '../errors.js';
import type { Policy } from '../policy/index.js';
import type { Rollout } from '../records.js';
import { advantagesAreLocal, assignAdvantages } from './advantages.js';
import { advantagesOf, makeRows, type GrpoRow } from './grpo-batch.js';
import type { GrpoStepSettings } from './grpo-settings.js';
import { grpoUpdates } from './grpo-updates.js';
import { rolloutMetrics, type StepMetrics } from './metrics.js';
import type { Optimizer } from './optimizer.js';

/**
 * One GRPO step on a batch of scored rollouts: advantages (kept where every rollout has some), then
 * numIterations * stepsPerGeneration clipped updates of the policy's trainable variables. Passes over
 * parts of a mini-batch are normalised by the whole, so they equal one big pass.
 *
 * `bnpo` and `verl_cispo` divide by the mini-batch's tokens, `dapo`, `cispo` and `vespo` by the batch's
 * over stepsPerGeneration. Metrics: those of `rolloutMetrics`; `loss`, `grad_norm` (means over the
 * updates); `kl` (when beta is not 0), `entropy`, `clip_ratio/{low,high,region}_mean` or what the loss
 * type has in their place (means over the tokens of all updates); those of `samplingGap` with
 * vllmImportanceSamplingCorrection; `learning_rate`, `num_tokens`. A loss
 * or gradient that is not finite throws before that update.
 */
export async function grpoStep(
  policy: Policy,
  optimizer: Optimizer,
  rollouts: readonly Rollout[],
  settings: GrpoStepSettings = {},
): Promise<StepMetrics> {
  requireRollouts(rollouts);
  const { scaleRewards = 'group', maskTruncatedCompletions: maskTruncated = false } = settings;
  const rows = makeRows(
    rollouts.every((rollout) => rollout.advantages)
      ? rollouts
      : assignAdvantages(rollouts, settings),
    { maskTruncated },
  );
  const isThere = Promise.resolve();
  const updated = await grpoUpdates(policy, optimizer, { rollouts, rows }, settings, () => isThere);
  return { ...rolloutMetrics(rollouts, { scaleRewards }), ...updated };
}

/** A group whose completions are known and whose feedback is coming. */
export interface ComingGroup {
  sampled: readonly Rollout[];
  /** The same rollouts, in the same order, with their rewards. */
  scored: Promise<readonly Rollout[]>;
}

/**
 * `grpoStep` while the feedback is still coming: passes over the first groups run while later ones are
 * judged. The update is the same to the bit. Where a group's advantages depend on other groups
 * (`advantagesAreLocal`), all are waited for first.
 * @param onWait told when a pass has to wait for feedback, and when it goes on
 * @returns the metrics, and the rollouts with rewards and advantages
 */
export async function grpoStepAsJudged(
  policy: Policy,
  optimizer: Optimizer,
  groups: readonly ComingGroup[],
  settings: GrpoStepSettings & { readonly onWait?: (waits: boolean) => void } = {},
): Promise<{ metrics: StepMetrics; rollouts: Rollout[] }> {
  const { onWait = () => undefined, ...options } = settings;
  const { scaleRewards = 'group', maskTruncatedCompletions: maskTruncated = false } = options;
  const sampled = groups.flatMap((group) => group.sampled);
  requireRollouts(sampled);
  const whole = advantagesAreLocal(options)
    ? null
    : Promise.all(groups.map(({ scored }) => scored)).then((all) =>
        assignAdvantages(all.flat(), options),
      );
  const rows = makeRows(sampled, { maskTruncated });
  const finished = new Array<Rollout>(sampled.length);
  const arrivals = new Map<GrpoRow, Promise<void>>();
  let start = 0;
  for (const group of groups) {
    const first = start;
    start += group.sampled.length;
    const arrival = (
      whole ?? group.scored.then((scored) => assignAdvantages(scored, options))
    ).then((rollouts) =>
      group.sampled.forEach((_, i) => {
        const rollout = rollouts[whole ? first + i : i];
        finished[first + i] = rollout;
        rows[first + i].advantages = advantagesOf(rollout);
      }),
    );
    // Whoever waits for it hears of a failure; one that nobody waited for yet is no accident.
    arrival.catch(() => undefined);
    for (let i = first; i < start; i++) arrivals.set(rows[i], arrival);
  }
  const updated = await grpoUpdates(
    policy,
    optimizer,
    { rollouts: sampled, rows },
    options,
    async (row) => {
      if (row.advantages) return;
      onWait(true);
      await arrivals.get(row);
      onWait(false);
    },
  );
  await Promise.all(arrivals.values());
  return {
    metrics: { ...rolloutMetrics(finished, { scaleRewards }), ...updated },
    rollouts: finished,
  };
}

function requireRollouts(rollouts: readonly Rollout[]): void {
  if (rollouts.length === 0) {
    throw inputError('grpoStep: expected at least one rollout, got none.');
  }
}
