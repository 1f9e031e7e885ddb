import type * as tf from '@tensorflow/tfjs';
import { inputError } from '../errors.js';
import type { GrpoLossInputs, GrpoLossOptions } from './grpo-options.js';
import { requireSameShape } from './shapes.js';

/** Throws where inputs and options of `grpoLoss` do not fit together. */
export function checkGrpoLoss(inputs: GrpoLossInputs, options: GrpoLossOptions): void {
  checkShapes(inputs);
  checkPresent(inputs, options);
  checkOptions(options);
}

function checkShapes(inputs: GrpoLossInputs): void {
  const { logprobs, oldLogprobs, refLogprobs, advantages, completionMask } = inputs;
  const { entropies, samplingLogprobs, importanceSamplingRatio } = inputs;
  requireSameShape('grpoLoss', 'logprobs', logprobs, 'completionMask', completionMask);
  const perToken = { oldLogprobs, refLogprobs, entropies, samplingLogprobs };
  for (const [name, tensor] of Object.entries(perToken)) {
    if (tensor) requireSameShape('grpoLoss', 'logprobs', logprobs, name, tensor);
  }
  const perCompletion = { advantages, importanceSamplingRatio };
  for (const [name, tensor] of Object.entries(perCompletion)) {
    if (tensor && !isOnePerCompletion(tensor, logprobs)) {
      requireSameShape('grpoLoss', 'logprobs', logprobs, name, tensor);
    }
  }
}

function checkPresent(inputs: GrpoLossInputs, options: GrpoLossOptions): void {
  const { beta = 0, entropyCoef = 0, topEntropyQuantile = 1, lossType } = options;
  if (beta !== 0 && !inputs.refLogprobs) {
    throw inputError(
      `grpoLoss: expected refLogprobs [B, T] because beta is ${beta}, got none. Pass the reference model's logprobs, or set beta to 0.`,
    );
  }
  if ((entropyCoef !== 0 || topEntropyQuantile < 1) && !inputs.entropies) {
    throw inputError(
      `grpoLoss: expected entropies [B, T] because entropyCoef is ${entropyCoef} and topEntropyQuantile ${topEntropyQuantile}, got none. Pass those of the policy (completionLogprobs gives them).`,
    );
  }
  if (lossType === 'cispo' && options.epsilonHigh === undefined) {
    throw inputError(
      'grpoLoss: expected epsilonHigh with lossType cispo, where it is the largest ratio itself, got none. Pass e.g. 5.',
    );
  }
  const ratio = inputs.importanceSamplingRatio;
  if (lossType === 'vespo' && ratio && ratio.shape[1] !== inputs.logprobs.shape[1]) {
    throw inputError(
      `grpoLoss: expected importanceSamplingRatio [B, T] with lossType vespo, which takes the completion's own, got [${ratio.shape.join(', ')}]. Use the mode token_truncate or token_mask.`,
    );
  }
}

function checkOptions(options: GrpoLossOptions): void {
  const { epsilon = 0.2, delta, clipRatioC, topEntropyQuantile = 1 } = options;
  if (!(epsilon >= 0)) {
    throw inputError(`grpoLoss: expected epsilon to be at least 0, got ${epsilon}.`);
  }
  if (clipRatioC !== undefined && !(clipRatioC > 1)) {
    throw inputError(`grpoLoss: expected clipRatioC above 1, got ${clipRatioC}.`);
  }
  if (delta !== undefined && !(delta > 0)) {
    throw inputError(
      `grpoLoss: expected delta above 0, and of use above 1 + epsilon, got ${delta}.`,
    );
  }
  if (!(topEntropyQuantile >= 0 && topEntropyQuantile <= 1)) {
    throw inputError(
      `grpoLoss: expected topEntropyQuantile from 0 to 1, got ${topEntropyQuantile}.`,
    );
  }
}

function isOnePerCompletion(tensor: tf.Tensor, logprobs: tf.Tensor2D): boolean {
  return (
    tensor.shape.length === 2 && tensor.shape[0] === logprobs.shape[0] && tensor.shape[1] === 1
  );
}
