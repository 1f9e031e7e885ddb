import { inputError } from '../errors.js';
import type { NamedTensor } from '../policy/index.js';
import { adamwStep, globalNorm, tf } from '../tensor/index.js';
import {
  disposeGradients,
  divergenceError,
  variablesOf,
  type Gradients,
  type Trainable,
} from './gradients.js';

/** Hugging Face's Trainer options of the same names, with its defaults. */
export interface OptimizerSettings {
  readonly learningRate: number;
  /** @default 0.9 */
  readonly adamBeta1?: number;
  /** @default 0.999 */
  readonly adamBeta2?: number;
  /** @default 1e-8 */
  readonly adamEpsilon?: number;
  /** Of weight matrices and embeddings; norms and biases never decay. @default 0 */
  readonly weightDecay?: number;
  /** Gradients are scaled down to this global norm; 0 leaves them alone. @default 1 */
  readonly maxGradNorm?: number;
  /** Normalisation weights learn at the learning rate times this. @default 1 */
  readonly normLearningRateRatio?: number;
}

/** What must be kept to go on as if never stopped. */
export interface OptimizerState {
  /** Updates done. */
  step: number;
  /** `<weight name>.exp_avg` and `<weight name>.exp_avg_sq`. */
  moments: Map<string, NamedTensor>;
}

/** AdamW over a policy's trainable variables. Owns the moments: call `dispose`. */
export interface Optimizer {
  readonly settings: Required<OptimizerSettings>;
  /** Of the variables it updates. */
  readonly names: readonly string[];
  /** Updates done. */
  readonly step: number;
  /**
   * One clipped AdamW update; uses up the gradients. A variable without a gradient stays as it is,
   * as in torch. @returns the global norm before clipping
   */
  update(gradients: Gradients, options?: { readonly learningRate?: number }): number;
  exportState(): OptimizerState;
  importState(state: OptimizerState): void;
  dispose(): void;
}

interface Slot {
  name: string;
  variable: tf.Variable;
  m: tf.Variable;
  v: tf.Variable;
  weightDecay: number;
  learningRateRatio: number;
}

/**
 * AdamW as Hugging Face's Trainer sets it up: two decay groups, gradients scaled by
 * min(1, maxGradNorm / (norm + 1e-6)) before the update. The variables are those trainable now:
 * attach the adapter first. A list of variables stands for a policy with further ones (`ppoVariables`).
 */
export function createOptimizer(model: Trainable, settings: OptimizerSettings): Optimizer {
  const full: Required<OptimizerSettings> = {
    adamBeta1: 0.9,
    adamBeta2: 0.999,
    adamEpsilon: 1e-8,
    weightDecay: 0,
    maxGradNorm: 1,
    normLearningRateRatio: 1,
    ...settings,
  };
  const slots = variablesOf(model).map(({ name, variable }): Slot => ({
    name,
    variable,
    m: zerosLike(variable),
    v: zerosLike(variable),
    weightDecay: decays(name) ? full.weightDecay : 0,
    learningRateRatio: isNorm(name) ? full.normLearningRateRatio : 1,
  }));
  let step = 0;
  return {
    settings: full,
    names: slots.map(({ name }) => name),
    get step() {
      return step;
    },
    update(gradients, options = {}) {
      const norm = globalNorm([...gradients.values()]);
      if (!Number.isFinite(norm)) {
        const bad = firstNotFinite(gradients);
        disposeGradients(gradients);
        throw divergenceError('Optimizer.update', `the gradient of ${bad} is not finite`);
      }
      const { maxGradNorm } = full;
      const scale = maxGradNorm > 0 ? Math.min(1, maxGradNorm / (norm + 1e-6)) : 1;
      step++;
      const shared = {
        learningRate: options.learningRate ?? full.learningRate,
        beta1: full.adamBeta1,
        beta2: full.adamBeta2,
        epsilon: full.adamEpsilon,
        step,
      };
      for (const { name, variable, m, v, weightDecay, learningRateRatio } of slots) {
        const gradient = gradients.get(name);
        if (!gradient) continue;
        const scaled = scale < 1 ? tf.mul(gradient, scale) : gradient;
        const learningRate = shared.learningRate * learningRateRatio;
        adamwStep(variable, scaled, m, v, { ...shared, learningRate, weightDecay });
        if (scaled !== gradient) scaled.dispose();
      }
      disposeGradients(gradients);
      return norm;
    },
    exportState() {
      const moments = new Map<string, NamedTensor>();
      for (const { name, m, v } of slots) {
        moments.set(`${name}.exp_avg`, copyOf(m));
        moments.set(`${name}.exp_avg_sq`, copyOf(v));
      }
      return { step, moments };
    },
    importState(state) {
      for (const { name, m, v } of slots) {
        assign(m, state.moments, `${name}.exp_avg`);
        assign(v, state.moments, `${name}.exp_avg_sq`);
      }
      step = state.step;
    },
    dispose: () => slots.forEach(({ m, v }) => tf.dispose([m, v])),
  };
}

/**
 * Hugging Face's Trainer decays everything but biases and normalisation weights (its
 * `get_decay_parameter_names`), so embeddings and LoRA matrices decay.
 */
function decays(name: string): boolean {
  return !/bias/.test(name.toLowerCase()) && !isNorm(name);
}

function isNorm(name: string): boolean {
  return /layernorm|rmsnorm|(?:^|\.)norm(?:$|\.)|_norm(?:$|\.)/.test(name.toLowerCase());
}

function zerosLike(variable: tf.Variable): tf.Variable {
  return tf.tidy(() => tf.variable(tf.zerosLike(variable), false));
}

/** A copy: some backends hand out their own memory, which the next update would change. */
export function copyOf(tensor: tf.Tensor): NamedTensor {
  return { shape: [...tensor.shape], values: tensor.dataSync<'float32'>().slice() };
}

/** Puts a stored tensor into a variable, checking that it is there and has its shape. */
export function assign(
  variable: tf.Variable,
  tensors: ReadonlyMap<string, NamedTensor>,
  name: string,
): void {
  const stored = tensors.get(name);
  const came = stored ? `[${stored.shape.join(', ')}]` : 'nothing';
  if (!stored || stored.shape.join() !== variable.shape.join()) {
    throw inputError(
      `Restoring ${name}: expected a tensor [${variable.shape.join(', ')}], got ${came}. Use the policy and the adapter settings the state was made with.`,
    );
  }
  tf.tidy(() => variable.assign(tf.tensor(stored.values.slice(), stored.shape, 'float32')));
}

function firstNotFinite(gradients: Gradients): string {
  for (const [name, gradient] of gradients) {
    if (!Array.from(gradient.dataSync()).every(Number.isFinite)) return name;
  }
  return 'the whole model (its norm overflows)';
}
