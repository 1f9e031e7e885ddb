import {
  checkDpoOptions,
  dpoLoss,
  sharedLengthWeights,
  wpoWeights,
  type DpoLossInputs,
  type DpoLossOptions,
} from '../algorithms/index.js';
import type { PreferencePair } from '../datasets/index.js';
import { inputError } from '../errors.js';
import { completionLogprobs, type Policy } from '../policy/index.js';
import { tf } from '../tensor/index.js';
import { padded } from './passes.js';
import {
  evaluateLogprobs,
  forwardPairs,
  halves,
  pairRows,
  referenceSums,
  sidesOf,
  type ForwardOfUpdate,
  type PairRow,
  type PreferenceStepSettings,
  type SequenceForward,
  type WeightedSequence,
} from './preference-batch.js';
import { runningSums } from './preference-metrics.js';
import type { PreferenceBatch } from './preference-step.js';
import { fillReference, type ReferenceSettings } from './reference-logprobs.js';

/** TRL's DPOConfig in camelCase, with its meaning and, unless it says so, its default. */
export interface DpoStepSettings
  extends
    PreferenceStepSettings,
    ReferenceSettings,
    Omit<DpoLossOptions, 'pairsInBatch' | 'chosenTokensInBatch'> {
  /** WPO: weigh each pair by how likely the policy is to write it; one pass more. @default false */
  readonly useWeighting?: boolean;
  /** LD-DPO: weight of the tokens beyond the length both sides have. @default none: 1 */
  readonly ldAlpha?: number;
}

export interface DpoPartInputs extends Pick<SequenceForward, 'entropy' | 'mask'> {
  readonly inputs: DpoLossInputs;
}

export interface DpoBatch extends PreferenceBatch<PairRow> {
  /** What the loss of a part is made of. */
  inputsOf(part: readonly PairRow[], update?: ForwardOfUpdate): DpoPartInputs;
  /** Adds a part's entropy to the metrics. */
  addEntropy(part: DpoPartInputs): void;
  /** The loss of these inputs; adds their rewards to the metrics. */
  measure(inputs: DpoLossInputs): tf.Scalar;
}

/** Pairs with their reference and their weights, ready for passes. */
export async function dpoBatch(
  where: string,
  policy: Policy,
  pairs: readonly PreferencePair[],
  settings: DpoStepSettings,
): Promise<DpoBatch> {
  checkDpoOptions(settings);
  const { perDeviceTrainBatchSize = 8, signal, ldAlpha } = settings;
  const rows = pairRows(where, pairs);
  const sides = rows.flatMap(({ chosen, rejected }) => [chosen, rejected]);
  const size = 2 * perDeviceTrainBatchSize;
  await fillReference(where, policy, sides, { ...settings, size, signal });
  if (settings.useWeighting) await weighPairs(where, policy, rows, size, signal);
  if (ldAlpha !== undefined) rows.forEach((row) => weighSharedLength(row, ldAlpha));
  const options: DpoLossOptions = {
    ...settings,
    pairsInBatch: rows.length,
    chosenTokensInBatch: rows.reduce((sum, { chosen }) => sum + chosen.length, 0),
  };
  const sums = runningSums();
  const batch: DpoBatch = {
    rows,
    lossOf: (part, update) => {
      const evaluated = batch.inputsOf(part, update);
      batch.addEntropy(evaluated);
      return batch.measure(evaluated.inputs);
    },
    addEntropy: (part) => sums.addEntropy(part),
    metrics: () => sums.means(rows.length),
    inputsOf(part, update) {
      const sides = sidesOf(part);
      const { forward, inputs: ofSides } = forwardPairs(policy, sides, update);
      const [refChosenLogps, refRejectedLogps] = halves(referenceSums(sides));
      const inputs = {
        ...ofSides,
        refChosenLogps,
        refRejectedLogps,
        pairWeights: settings.useWeighting
          ? tf.tensor1d(part.map(({ weight }) => weight))
          : undefined,
      };
      return { inputs, entropy: forward.entropy, mask: forward.mask };
    },
    measure(inputs) {
      const result = dpoLoss(inputs, options);
      sums.add({
        'rewards/chosen': result.chosenRewards,
        'rewards/rejected': result.rejectedRewards,
        'rewards/accuracies': result.accuracies,
        'rewards/margins': result.margins,
        'logps/chosen': inputs.chosenLogps,
        'logps/rejected': inputs.rejectedLogps,
      });
      return result.loss;
    },
  };
  return batch;
}

/** LD-DPO's factors into the token weights; lengths stay as they were, as in TRL. */
function weighSharedLength({ chosen, rejected }: PairRow, ldAlpha: number): void {
  const [c, r] = [chosen.completionIds.length, rejected.completionIds.length];
  const weigh = (side: WeightedSequence, factors: number[]): void => {
    side.weights = side.weights.map((weight, t) => weight * factors[t]);
  };
  weigh(chosen, sharedLengthWeights(c, r, ldAlpha));
  weigh(rejected, sharedLengthWeights(r, c, ldAlpha));
}

/** WPO's weights, of the policy as it is before the update. */
async function weighPairs(
  where: string,
  policy: Policy,
  rows: readonly PairRow[],
  size: number,
  signal?: AbortSignal,
): Promise<void> {
  const sides = rows.flatMap(({ chosen, rejected }) => [chosen, rejected]);
  const at = (temperature: number): Promise<number[][]> =>
    evaluateLogprobs(
      where,
      sides,
      size,
      (part) => completionLogprobs(policy, part, { temperature }),
      signal,
    );
  const [plain, half] = [await at(1), await at(0.5)];
  rows.forEach((row, i) => {
    row.weight =
      sideWeight(plain[2 * i], half[2 * i]) * sideWeight(plain[2 * i + 1], half[2 * i + 1]);
    if (!Number.isFinite(row.weight)) {
      throw inputError(
        `${where}: expected a finite WPO weight of pair ${row.name}, got ${row.weight}.`,
      );
    }
  });
}

function sideWeight(logprobs: number[], halfLogprobs: number[]): number {
  return tf.tidy(() => {
    const row = (values: number[]): tf.Tensor2D =>
      padded([{ promptIds: [], completionIds: values }], () => values);
    const mask = row(logprobs.map(() => 1));
    return wpoWeights(row(logprobs), row(halfLogprobs), mask).dataSync()[0];
  });
}
