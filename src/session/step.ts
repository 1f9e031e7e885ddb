import { inputError } from '../errors.js';
import { trainableVariables } from '../policy/index.js';
import type { Policy } from '../policy/index.js';
import { tf } from '../tensor/index.js';
import { createOptimizer, grpoStep } from '../training/index.js';
import type { GrpoStepSettings, Optimizer, StepMetrics } from '../training/index.js';
import type { Session } from './session.js';
import { remember } from './undo.js';

/** What updates the policy; made by the first step. */
export interface Learner {
  optimizer: Optimizer;
}

export interface StepOptions extends GrpoStepSettings {
  /** @default 1e-4, for a small adapter */
  learningRate?: number;
}

/** One GRPO update on the scored rollouts in hand; its metrics under TRL's names. */
export async function step(session: Session, options: StepOptions = {}): Promise<StepMetrics> {
  const { policy, rollouts } = session;
  if (rollouts.length === 0 || rollouts.some((rollout) => rollout.reward === undefined))
    throw inputError(
      'step: expected scored rollouts in the session. Call sample, judge and score first.',
    );
  const learningRate = options.learningRate ?? 1e-4;
  session.learner ??= { optimizer: createOptimizer(policy, { learningRate }) };
  const { optimizer } = session.learner;
  const weights = copyWeights(policy);
  const state = optimizer.exportState();
  const metrics = await grpoStep(policy, optimizer, rollouts, {
    dropoutSeed: session.seed,
    ...options,
    learningRate,
  });
  remember(session, 'step', () => {
    putWeights(policy, weights);
    optimizer.importState(state);
  });
  session.steps += 1;
  return metrics;
}

type Weights = Map<string, Float32Array>;

function copyWeights(policy: Policy): Weights {
  return new Map(
    trainableVariables(policy).map(({ name, variable }) => [
      name,
      // A copy: a backend may hand out its own memory.
      Float32Array.from(variable.dataSync()),
    ]),
  );
}

function putWeights(policy: Policy, weights: Weights): void {
  for (const { name, variable } of trainableVariables(policy)) {
    const values = weights.get(name);
    if (!values) continue;
    tf.tidy(() => variable.assign(tf.tensor(values, variable.shape)));
  }
}
