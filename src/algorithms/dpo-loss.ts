import * as tf from '@tensorflow/tfjs';
import { inputError } from '../errors.js';
import { dpoLossTypes, dpoPairLosses, type DpoLossType, type DpoTerms } from './dpo-pair-losses.js';
import { divergenceScores, fDivergenceTypes, type FDivergenceOptions } from './f-divergence.js';
import { requireNumber, requireOneOf } from './one-of.js';
import { requireSameShape } from './shapes.js';

export interface DpoLossInputs {
  /** [B] sums of the completions' (weighted) token log-probabilities; carry the gradient. */
  readonly chosenLogps: tf.Tensor1D;
  readonly rejectedLogps: tf.Tensor1D;
  /** [B] the same under the reference model, with the same weights; constant. */
  readonly refChosenLogps: tf.Tensor1D;
  readonly refRejectedLogps: tf.Tensor1D;
  /** [B] completion tokens (sums of their weights); constant. Needed by `ipo`, `sigmoid_norm`, `sft`. */
  readonly chosenLengths?: tf.Tensor1D;
  readonly rejectedLengths?: tf.Tensor1D;
  /** [B] multiplies the loss of each pair, constant: `wpoWeights`. @default 1 */
  readonly pairWeights?: tf.Tensor1D;
}

/** TRL's DPOConfig in camelCase, with its defaults. */
export interface DpoLossOptions extends FDivergenceOptions {
  /** How far the policy may go from the reference (tau of IPO). @default 0.1 */
  readonly beta?: number;
  /** One, or several that are added up. @default 'sigmoid' */
  readonly lossType?: DpoLossType | readonly DpoLossType[];
  /** One factor per loss type. @default 1 each */
  readonly lossWeights?: readonly number[];
  /** Share of pairs that are the wrong way round: of `cdpo`, `robust`, `exo_pair`, `aot`, `aot_unpaired`. @default 0 */
  readonly labelSmoothing?: number;
  /** @default 0.05 */
  readonly discopopTau?: number;
  /** Pairs of the whole batch, when these are only a part of it. @default B */
  readonly pairsInBatch?: number;
  /** Chosen tokens of the whole batch: the denominator of `sft`. @default sum(chosenLengths) */
  readonly chosenTokensInBatch?: number;
}

export interface DpoLossResult {
  /** To minimise. */
  loss: tf.Scalar;
  /** [B] beta · (log policy - log reference): TRL's `rewards/chosen`, whatever the divergence. */
  chosenRewards: tf.Tensor1D;
  /** [B] */
  rejectedRewards: tf.Tensor1D;
  /** [B] chosen - rejected reward: TRL's `rewards/margins`. */
  margins: tf.Tensor1D;
  /** [B] 1 where the chosen reward is the larger: TRL's `rewards/accuracies`. */
  accuracies: tf.Tensor1D;
}

/**
 * Direct preference optimisation (Rafailov et al., arXiv 2305.18290) with TRL's loss types. B pairs;
 * r_c, r_r the log-ratios of the chosen and the rejected side, S their scores under the f-divergence
 * (S = r by default), m = beta (S_c - S_r), n the lengths, e = labelSmoothing, s = sigmoid:
 *   sigmoid      : -log s(m)
 *   cdpo         : -(1 - e) log s(m) - e log s(-m)               ericmitchell.ai/cdpo.pdf, eq. 3
 *   robust       : (-(1 - e) log s(m) + e log s(-m)) / (1 - 2e)  arXiv 2403.00409
 *   hinge        : max(0, 1 - m)                                 arXiv 2309.06657
 *   ipo          : (S_c / n_c - S_r / n_r - 1 / (2 beta))²       arXiv 2310.12036, eq. 17
 *   ipo_sum      : (S_c - S_r - 1 / (2 beta))²                   the same on sums
 *   sigmoid_norm : -log s(beta (S_c / n_c - S_r / n_r))
 *   exo_pair     : s(m) (log s(m) - log(1 - e)) + s(-m) (log s(-m) - log e)     arXiv 2402.00856, eq. 16
 *   nca_pair     : -log s(beta r_c) - (log s(-beta r_c) + log s(-beta r_r)) / 2 arXiv 2402.05369
 *   bco_pair     : -log s(beta r_c) - log s(-beta r_r)           arXiv 2404.04656, without its shift
 *   sppo_hard    : (r_c - 1 / (2 beta))² + (r_r + 1 / (2 beta))² arXiv 2405.00675
 *   aot          : cdpo of beta (sorted(policy margins) - sorted(reference margins))  arXiv 2406.05882
 *   aot_unpaired : cdpo of beta (sorted(r_c) - sorted(r_r))
 *   apo_zero     : 1 - s(beta r_c) + s(beta r_r)                 arXiv 2408.06266, eq. 7
 *   apo_down     : s(beta r_c) + 1 - s(beta (r_c - r_r))         the same, eq. 8
 *   discopop     : -log s(m) (1 - s(m / tau)) + e^-m s(m / tau)  arXiv 2406.08414, eq. 5
 *   sft          : -sum of chosen logps / chosen tokens of the batch
 * Each is averaged over the pairs of the batch, times its weight. With `pairsInBatch` and
 * `chosenTokensInBatch` of the whole batch the losses of its parts add up to the whole's; `aot` and
 * `aot_unpaired` sort the batch and do not. A side without tokens has the log-ratio 0, and `sft`
 * without any is 0 (TRL: NaN).
 */
export function dpoLoss(inputs: DpoLossInputs, options: DpoLossOptions = {}): DpoLossResult {
  checkDpoOptions(options);
  checkInputs(inputs, options);
  return tf.tidy(() => {
    const { chosenLogps, pairWeights } = inputs;
    const { lossType = 'sigmoid', lossWeights, pairsInBatch = chosenLogps.shape[0] } = options;
    const terms = dpoTerms(inputs, options);
    let loss: tf.Scalar = tf.scalar(0);
    listOf(lossType).forEach((type, index) => {
      const losses = dpoPairLosses(type, terms);
      const weighted = pairWeights ? tf.mul(losses, pairWeights) : losses;
      const denominator = type === 'sft' ? chosenTokens(inputs, options) : pairsInBatch;
      const mean = tf.div(tf.sum(weighted), Math.max(denominator, 1));
      loss = tf.add(loss, tf.mul(mean, lossWeights?.[index] ?? 1));
    });
    const chosenRewards = tf.mul<tf.Tensor1D>(terms.chosenLogRatios, terms.beta);
    const rejectedRewards = tf.mul<tf.Tensor1D>(terms.rejectedLogRatios, terms.beta);
    return {
      loss,
      chosenRewards,
      rejectedRewards,
      margins: tf.sub<tf.Tensor1D>(chosenRewards, rejectedRewards),
      accuracies: tf.cast(tf.greater(chosenRewards, rejectedRewards), 'float32') as tf.Tensor1D,
    };
  });
}

/** Whether the loss looks at the batch as a whole, so that its parts do not add up. */
export function needsWholeBatch(lossType: DpoLossType | readonly DpoLossType[]): boolean {
  return listOf(lossType).some((type) => type === 'aot' || type === 'aot_unpaired');
}

function dpoTerms(inputs: DpoLossInputs, options: DpoLossOptions): DpoTerms {
  const { beta = 0.1, labelSmoothing = 0, discopopTau = 0.05 } = options;
  const { chosenLogps, rejectedLogps, refChosenLogps, refRejectedLogps } = inputs;
  const chosenLogRatios = tf.sub<tf.Tensor1D>(chosenLogps, refChosenLogps);
  const rejectedLogRatios = tf.sub<tf.Tensor1D>(rejectedLogps, refRejectedLogps);
  return {
    ...{ chosenLogps, rejectedLogps, refChosenLogps, refRejectedLogps },
    ...{ chosenLogRatios, rejectedLogRatios },
    chosenScores: divergenceScores(chosenLogRatios, options),
    rejectedScores: divergenceScores(rejectedLogRatios, options),
    chosenLengths: atLeastOne(inputs.chosenLengths ?? tf.onesLike(chosenLogps)),
    rejectedLengths: atLeastOne(inputs.rejectedLengths ?? tf.onesLike(rejectedLogps)),
    ...{ beta, labelSmoothing, discopopTau },
  };
}

/** Lengths to divide by: 1 where there is none. */
function atLeastOne(lengths: tf.Tensor1D): tf.Tensor1D {
  return tf.where(tf.greater(lengths, 0), lengths, tf.onesLike(lengths));
}

function chosenTokens(inputs: DpoLossInputs, options: DpoLossOptions): number {
  if (options.chosenTokensInBatch !== undefined) return options.chosenTokensInBatch;
  return inputs.chosenLengths ? tf.sum(inputs.chosenLengths).dataSync()[0] : 0;
}

function listOf(lossType: DpoLossType | readonly DpoLossType[]): readonly DpoLossType[] {
  return typeof lossType === 'string' ? [lossType] : lossType;
}

/** TRL's: these are made of the difference of the scores. */
const underFDivergence: readonly DpoLossType[] = [
  ...([
    'sigmoid',
    'sigmoid_norm',
    'hinge',
    'ipo',
    'exo_pair',
    'robust',
    'discopop',
    'sft',
  ] as const),
  ...(['cdpo', 'ipo_sum'] as const),
];
const smoothedTypes: readonly DpoLossType[] = ['cdpo', 'robust', 'exo_pair', 'aot', 'aot_unpaired'];
const lengthTypes: readonly DpoLossType[] = ['ipo', 'sigmoid_norm', 'sft'];

/** Throws where options do not go together, with TRL's rules: before anything is computed. */
export function checkDpoOptions(
  options: DpoLossOptions & { readonly useWeighting?: boolean },
): void {
  const { beta = 0.1, labelSmoothing = 0, discopopTau = 0.05, lossWeights } = options;
  const { fDivergenceType = 'reverse_kl' } = options;
  const types = listOf(options.lossType ?? 'sigmoid');
  if (types.length === 0) throw inputError('dpoLoss: expected at least one lossType, got none.');
  for (const type of types) requireOneOf('dpoLoss', 'lossType', type, dpoLossTypes);
  requireOneOf('dpoLoss', 'fDivergenceType', fDivergenceType, fDivergenceTypes);
  requireNumber('dpoLoss', 'beta', beta, { above: 0 });
  requireNumber('dpoLoss', 'discopopTau', discopopTau, { above: 0 });
  requireNumber('dpoLoss', 'labelSmoothing', labelSmoothing, { atLeast: 0, below: 1 });
  if (lossWeights && lossWeights.length !== types.length) {
    throw inputError(
      `dpoLoss: expected ${types.length} lossWeights for ${types.join(', ')}, got ${lossWeights.length}. Give one per loss type.`,
    );
  }
  for (const weight of lossWeights ?? []) requireNumber('dpoLoss', 'lossWeights', weight, {});
  const refuse = (type: DpoLossType, what: string): never => {
    throw inputError(`dpoLoss: expected options that go with ${type}, ${what}`);
  };
  for (const type of types) {
    if (fDivergenceType !== 'reverse_kl' && !underFDivergence.includes(type))
      refuse(
        type,
        `got fDivergenceType ${fDivergenceType}. It goes with ${underFDivergence.join(', ')}.`,
      );
    if (type === 'robust' && labelSmoothing >= 0.5)
      refuse(type, `got labelSmoothing ${labelSmoothing}. It must be below 0.5.`);
    if (type === 'exo_pair' && labelSmoothing === 0)
      refuse(type, 'got labelSmoothing 0, where it is infinite. The paper takes 1e-3.');
    if (options.useWeighting && (type === 'aot' || type === 'aot_unpaired'))
      refuse(
        type,
        'got useWeighting: its losses are of ranks, not of pairs. Leave one of them out.',
      );
  }
  if (labelSmoothing > 0 && !types.some((type) => smoothedTypes.includes(type))) {
    throw inputError(
      `dpoLoss: expected a lossType that labelSmoothing acts on (${smoothedTypes.join(', ')}), got ${types.join(', ')}, which would leave it without effect. Smoothed sigmoid is cdpo.`,
    );
  }
}

function checkInputs(inputs: DpoLossInputs, options: DpoLossOptions): void {
  const { chosenLogps, chosenLengths, rejectedLengths } = inputs;
  const names = ['rejectedLogps', 'refChosenLogps', 'refRejectedLogps', 'chosenLengths'] as const;
  if (chosenLogps.rank !== 1) {
    throw inputError(
      `dpoLoss: expected chosenLogps [B], got [${chosenLogps.shape.join(', ')}]. Sum over the tokens first (sequenceLogps).`,
    );
  }
  for (const name of [...names, 'rejectedLengths', 'pairWeights'] as const) {
    const tensor = inputs[name];
    if (tensor) requireSameShape('dpoLoss', 'chosenLogps', chosenLogps, name, tensor);
  }
  const needing = listOf(options.lossType ?? 'sigmoid').find((type) => lengthTypes.includes(type));
  if (needing && !(chosenLengths && rejectedLengths)) {
    throw inputError(
      `dpoLoss: expected chosenLengths and rejectedLengths [B] for ${needing}, got none. Pass the tokens of each side.`,
    );
  }
}
