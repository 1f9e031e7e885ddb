import {
  checkCpoOptions,
  comparesMeans,
  cpoLoss,
  type CpoLossOptions,
  type CpoLossResult,
} from '../algorithms/index.js';
import type { PreferencePair } from '../datasets/index.js';
import type { Policy } from '../policy/index.js';
import type { StepMetrics } from './metrics.js';
import type { Optimizer } from './optimizer.js';
import {
  forwardPairs,
  pairRows,
  pairsWithBothSides,
  sidesOf,
  type PairRow,
  type PreferenceStepSettings,
} from './preference-batch.js';
import { runningSums } from './preference-metrics.js';
import { measureBatch, updateOnBatch, type PreferenceBatch } from './preference-step.js';

/** TRL's CPOConfig in camelCase, with its defaults. SimPO as in its paper: `lossType: 'simpo', cpoAlpha: 0`. */
export interface CpoStepSettings
  extends PreferenceStepSettings, Omit<CpoLossOptions, 'pairsInBatch' | 'chosenTokensInBatch'> {}

/**
 * One CPO or SimPO update on a batch of preference pairs (`cpoLoss`), without a reference model. Sums
 * and means of log-probabilities are weighted by the sides' token weights; weights of 1, the default,
 * are the plain loss to the bit. Passes over parts of the batch are normalised by the whole, so they
 * equal one big pass.
 * @returns TRL's `loss`, `nll_loss`, `rewards/{chosen,rejected,accuracies,margins}`,
 * `logps/{chosen,rejected}` (means per token where the loss compares means), `entropy`, `grad_norm`,
 * `learning_rate`, `num_tokens`. A loss or gradient that is not finite throws before the update.
 */
export async function cpoStep(
  policy: Policy,
  optimizer: Optimizer,
  pairs: readonly PreferencePair[],
  settings: CpoStepSettings = {},
): Promise<StepMetrics> {
  const batch = cpoBatch('cpoStep', policy, pairs, settings);
  return updateOnBatch('cpoStep', policy, optimizer, batch, settings);
}

/** The loss and metrics of `cpoStep` without an update: for held-out pairs. */
export async function cpoMetrics(
  policy: Policy,
  pairs: readonly PreferencePair[],
  settings: CpoStepSettings = {},
): Promise<StepMetrics> {
  return measureBatch('cpoMetrics', cpoBatch('cpoMetrics', policy, pairs, settings), settings);
}

function cpoBatch(
  where: string,
  policy: Policy,
  pairs: readonly PreferencePair[],
  settings: CpoStepSettings,
): PreferenceBatch<PairRow> {
  checkCpoOptions(settings);
  const rows = pairRows(where, pairs);
  const options: CpoLossOptions = {
    ...settings,
    pairsInBatch: comparesMeans(settings.lossType ?? 'sigmoid')
      ? pairsWithBothSides(where, rows)
      : rows.length,
    chosenTokensInBatch: rows.reduce((sum, { chosen }) => sum + chosen.length, 0),
  };
  const sums = runningSums();
  let nll = 0;
  return {
    rows,
    metrics: () => ({ ...sums.means(rows.length), nll_loss: nll }),
    lossOf(part, update) {
      const { forward, inputs } = forwardPairs(policy, sidesOf(part), update);
      const result = cpoLoss(inputs, options);
      sums.addEntropy(forward);
      sums.add(pairMetrics(result));
      nll += result.nllLoss.dataSync()[0];
      return result.loss;
    },
  };
}

/** What CPO and ORPO report of their pairs, by TRL's names. */
export function pairMetrics(
  result: Omit<CpoLossResult, 'loss' | 'nllLoss'>,
): Record<string, CpoLossResult['margins']> {
  return {
    'rewards/chosen': result.chosenRewards,
    'rewards/rejected': result.rejectedRewards,
    'rewards/accuracies': result.accuracies,
    'rewards/margins': result.margins,
    'logps/chosen': result.chosenLogps,
    'logps/rejected': result.rejectedLogps,
  };
}
