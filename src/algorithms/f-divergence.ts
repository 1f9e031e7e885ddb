import * as tf from '@tensorflow/tfjs';
import { inputError } from '../errors.js';
import { requireOneOf } from './one-of.js';
import { logSigmoid } from './sigmoid.js';

/** TRL's `f_divergence_type`. */
export const fDivergenceTypes = [
  'reverse_kl',
  'forward_kl',
  'js_divergence',
  'alpha_divergence',
] as const;
export type FDivergenceType = (typeof fDivergenceTypes)[number];

export interface FDivergenceOptions {
  /** @default 'reverse_kl' */
  readonly fDivergenceType?: FDivergenceType;
  /** The alpha of `alpha_divergence`; 1 is `reverse_kl`. @default 0.5 */
  readonly fAlphaDivergenceCoef?: number;
}

/** TRL's limit: e^80 is still a float32. */
const LARGEST_EXPONENT = 80;

/**
 * f'(t), the score that replaces the log-ratio in DPO under an f-divergence (Wang et al.,
 * arXiv 2309.16240), for t = policy / reference, r = log t:
 *   reverse_kl       : r
 *   forward_kl       : 1 - e^-r
 *   js_divergence    : log 2 + log sigmoid(r)
 *   alpha_divergence : (e^min((alpha - 1) r, 80) - 1) / (alpha - 1)     r itself where alpha is 1
 * Constants that cancel between the chosen and the rejected side are as in TRL.
 * @param logRatios [B] log policy - log reference; carries the gradient
 * @returns [B]
 */
export function divergenceScores(
  logRatios: tf.Tensor1D,
  options: FDivergenceOptions = {},
): tf.Tensor1D {
  const { fDivergenceType = 'reverse_kl', fAlphaDivergenceCoef: alpha = 0.5 } = options;
  requireOneOf('divergenceScores', 'fDivergenceType', fDivergenceType, fDivergenceTypes);
  if (!Number.isFinite(alpha)) {
    throw inputError(
      `divergenceScores: expected fAlphaDivergenceCoef to be a finite number, got ${alpha}.`,
    );
  }
  return tf.tidy(() => {
    switch (fDivergenceType) {
      case 'reverse_kl':
        return tf.clone(logRatios);
      case 'forward_kl':
        return tf.neg(tf.expm1(tf.neg(logRatios)));
      case 'js_divergence':
        return tf.add<tf.Tensor1D>(logSigmoid(logRatios), Math.LN2);
      case 'alpha_divergence': {
        if (Math.abs(alpha - 1) < 1e-6) return tf.clone(logRatios);
        const exponent = tf.minimum(tf.mul(logRatios, alpha - 1), LARGEST_EXPONENT);
        return tf.div<tf.Tensor1D>(tf.expm1(exponent), alpha - 1);
      }
    }
  });
}
