import { orpoLoss, sequenceLogps, type OrpoLossOptions } from '../algorithms/index.js';
import type { PreferencePair } from '../datasets/index.js';
import type { Policy } from '../policy/index.js';
import { tf } from '../tensor/index.js';
import { pairMetrics } from './cpo-step.js';
import type { StepMetrics } from './metrics.js';
import type { Optimizer } from './optimizer.js';
import { padded } from './passes.js';
import {
  forwardPairs,
  halves,
  pairRows,
  pairsWithBothSides,
  sidesOf,
  type PairRow,
  type PreferenceStepSettings,
  type WeightedSequence,
} from './preference-batch.js';
import { runningSums } from './preference-metrics.js';
import { measureBatch, updateOnBatch, type PreferenceBatch } from './preference-step.js';

/** TRL's ORPOConfig in camelCase, with its defaults. */
export interface OrpoStepSettings
  extends PreferenceStepSettings, Omit<OrpoLossOptions, 'pairsInBatch' | 'sequenceTokensInBatch'> {}

/**
 * One ORPO update on a batch of preference pairs (`orpoLoss`), without a reference model. The
 * likelihood term counts the chosen side's prompt too, as in TRL (its first token is predicted by
 * nothing and does not count). Token weights apply to the completions; weights of 1, the default, are
 * plain ORPO to the bit. Passes over parts of the batch are normalised by the whole, so they equal one
 * big pass.
 * @returns TRL's `loss`, `nll_loss`, `log_odds_ratio`, `log_odds_chosen`,
 * `rewards/{chosen,rejected,accuracies,margins}`, `logps/{chosen,rejected}` (means per token),
 * `entropy` (of completion tokens), `grad_norm`, `learning_rate`, `num_tokens`. A loss or gradient
 * that is not finite throws before the update.
 */
export async function orpoStep(
  policy: Policy,
  optimizer: Optimizer,
  pairs: readonly PreferencePair[],
  settings: OrpoStepSettings = {},
): Promise<StepMetrics> {
  const batch = orpoBatch('orpoStep', policy, pairs, settings);
  return updateOnBatch('orpoStep', policy, optimizer, batch, settings);
}

/** The loss and metrics of `orpoStep` without an update: for held-out pairs. */
export async function orpoMetrics(
  policy: Policy,
  pairs: readonly PreferencePair[],
  settings: OrpoStepSettings = {},
): Promise<StepMetrics> {
  return measureBatch('orpoMetrics', orpoBatch('orpoMetrics', policy, pairs, settings), settings);
}

/** A side as the two terms see it. */
interface OrpoSide extends WeightedSequence {
  /** Of the likelihood term: 1 on the prompt, the token weights on the completion; 0 on the rejected side. */
  sequenceWeights: readonly number[];
}

interface OrpoRow extends PairRow {
  chosen: OrpoSide;
  rejected: OrpoSide;
}

function orpoBatch(
  where: string,
  policy: Policy,
  pairs: readonly PreferencePair[],
  settings: OrpoStepSettings,
): PreferenceBatch<OrpoRow> {
  const given = pairRows(where, pairs);
  const rows = given.map((row): OrpoRow => ({
    ...row,
    chosen: withPrompt(row.chosen),
    rejected: { ...row.rejected, sequenceWeights: [] },
  }));
  const compared = pairsWithBothSides(where, given);
  const options: OrpoLossOptions = {
    ...settings,
    pairsInBatch: compared,
    sequenceTokensInBatch: rows.reduce((sum, { chosen }) => sum + total(chosen.sequenceWeights), 0),
  };
  const sums = runningSums();
  let nll = 0;
  return {
    rows,
    metrics: () => ({
      ...sums.means(rows.length),
      log_odds_ratio: sums.sum('log_odds_ratio') / compared,
      log_odds_chosen: sums.sum('log_odds_chosen') / compared,
      nll_loss: nll,
    }),
    lossOf(part, update) {
      const sides = sidesOf(part);
      const { forward, inputs } = forwardPairs(policy, sides, update);
      const sequenceWeights = padded(sides, (side) => side.sequenceWeights);
      const [chosenSequenceLogps] = halves(sequenceLogps(forward.logprobs, sequenceWeights));
      const chosenSequenceLengths = tf.tensor1d(
        part.map(({ chosen }) => total(chosen.sequenceWeights)),
      );
      const result = orpoLoss({ ...inputs, chosenSequenceLogps, chosenSequenceLengths }, options);
      sums.addEntropy(forward);
      sums.add({
        ...pairMetrics(result),
        log_odds_ratio: result.logOddsRatio,
        log_odds_chosen: result.logOddsChosen,
      });
      nll += result.nllLoss.dataSync()[0];
      return result.loss;
    },
  };
}

/** The same completion, evaluated from the second token of its prompt on. */
function withPrompt(side: WeightedSequence): OrpoSide {
  const [first, ...prompt] = side.promptIds;
  const before = prompt.map(() => 0);
  return {
    ...side,
    promptIds: first === undefined ? [] : [first],
    completionIds: [...prompt, ...side.completionIds],
    weights: [...before, ...side.weights],
    isCompletion: [...before, ...side.completionIds.map(() => 1)],
    sequenceWeights: [...prompt.map(() => 1), ...side.weights],
  };
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
