import { createHash } from 'node:crypto';
import {
  createRandom,
  grpoLoss,
  groupAdvantages,
  type GrpoLossOptions,
} from '../../../src/algorithms/index.js';
import type { Rollout } from '../../../src/records.js';
import { selectBackend, tf } from '../../../src/tensor/index.js';
import {
  assignAdvantages,
  createOptimizer,
  grpoStep,
  type GrpoStepSettings,
} from '../../../src/training/index.js';
import { prefersLowIds, tinyPolicy, tinyRollouts, weightsOf } from '../../training/tiny-policy.js';

export interface LossRecord {
  options: GrpoLossOptions;
  loss: number;
  kl: number;
  clipLow: number;
  clipHigh: number;
  gradient: number[];
}

/** Losses and gradients of the four first loss types on random rows, ragged and partly masked. */
export async function defaultPathCases(): Promise<LossRecord[]> {
  await selectBackend("cpu");
  const random = createRandom('default path');
  const records: LossRecord[] = [];
  for (const lossType of ['grpo', 'bnpo', 'dr_grpo', 'dapo'] as const) {
    for (const [variant, extra] of variants.entries()) {
      const options: GrpoLossOptions = { lossType, maxCompletionLength: 9, ...extra };
      const [rows, width] = [3 + variant, 5];
      const draw = (centre: number, spread: number): tf.Tensor2D =>
        tf.tensor2d(
          Array.from({ length: rows * width }, () => centre + spread * (2 * random.next() - 1)),
          [rows, width],
        );
      const old = draw(-2, 1.5);
      const inputs = {
        oldLogprobs: variant === 2 ? undefined : old,
        refLogprobs: draw(-2, 1.5),
        advantages: tf.tensor2d(
          groupAdvantages(
            Array.from({ length: rows }, (_, b) => (b === 2 ? null : random.next())),
            Array.from({ length: rows }, () => 0),
            { scaleRewards: 'group' },
          ),
          [rows, 1],
        ),
        completionMask: tf.tensor2d(
          Array.from({ length: rows * width }, (_, i) =>
            i % width < [5, 2, 3, 0][Math.floor(i / width) % 4] ? 1 : 0,
          ),
          [rows, width],
        ),
      };
      const logprobs = tf.add<tf.Tensor2D>(old, draw(0, 0.5));
      const at = (x: tf.Tensor2D): ReturnType<typeof grpoLoss> =>
        grpoLoss({ ...inputs, logprobs: x }, options);
      const { loss, kl, clipLow, clipHigh } = at(logprobs);
      const gradient = tf.grad((x) => at(x as tf.Tensor2D).loss)(logprobs);
      const [lossValue, klValue, low, high] = [loss, kl, clipLow, clipHigh].map(
        (scalar) => scalar.dataSync()[0],
      );
      records.push({
        options,
        loss: lossValue,
        kl: klValue,
        clipLow: low,
        clipHigh: high,
        gradient: Array.from(gradient.dataSync()),
      });
    }
  }
  return records;
}

const variants: GrpoLossOptions[] = [
  {},
  { epsilon: 0.1, epsilonHigh: 0.28, beta: 0.05 },
  { epsilon: 0.3 },
  { beta: 0.5, tokensInBatch: 40, sequencesInBatch: 8 },
];

export interface StepRecord {
  settings: GrpoStepSettings;
  loss: number;
  gradNorm: number;
  /** SHA-256 of the weights, as little-endian float32. */
  weights: string;
  /** SHA-256 of every token advantage, as little-endian float64. */
  advantages: string;
}

/** Steps of a tiny policy, with findings under some tokens. */
export async function defaultPathSteps(): Promise<StepRecord[]> {
  await selectBackend('cpu');
  const records: StepRecord[] = [];
  for (const settings of stepSettings) {
    const policy = await tinyPolicy(1, { adapter: settings.beta !== undefined });
    const optimizer = createOptimizer(policy, { learningRate: 0.01 });
    const sampled = await tinyRollouts(policy, prefersLowIds(), { step: 1, seed: 1, groups: 3 });
    const rollouts = assignAdvantages(sampled.map(withFinding), settings);
    const { loss, grad_norm } = await grpoStep(policy, optimizer, rollouts, settings);
    records.push({
      settings,
      loss,
      gradNorm: grad_norm,
      weights: sha256(Float32Array.from(weightsOf(policy))),
      advantages: sha256(
        Float64Array.from(rollouts.flatMap(({ advantages }) => advantages?.tokens ?? [])),
      ),
    });
    optimizer.dispose();
    policy.dispose();
  }
  return records;
}

const stepSettings: GrpoStepSettings[] = [
  {},
  { lossType: 'grpo', scaleRewards: 'none', perDeviceTrainBatchSize: 5 },
  { tokenScheme: { name: 'span_penalty', lambda: 0.5 }, numIterations: 2, stepsPerGeneration: 2 },
  { lossType: 'dr_grpo', scaleRewards: 'batch', beta: 0.05, epsilonHigh: 0.28 },
  { lossType: 'bnpo', tokenScheme: { name: 'span_penalty', lambda: 0 }, numIterations: 2 },
];

/** The second token is blamed in every third rollout; every seventh cannot be scored. */
function withFinding(rollout: Rollout, index: number): Rollout {
  const [result] = rollout.rewards ?? [];
  const start = rollout.byteOffsets[1];
  const spans = [{ start, end: rollout.byteOffsets[2], value: -1, label: 'finding' }];
  if (index % 7 === 6) return { ...rollout, reward: null };
  return index % 3 === 0 ? { ...rollout, rewards: [{ ...result, spans }] } : rollout;
}

function sha256(values: Float32Array | Float64Array): string {
  return createHash('sha256').update(new Uint8Array(values.buffer)).digest('hex');
}
