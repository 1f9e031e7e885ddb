import { inputError } from '../errors.js';
import { trainableVariables, type Policy, type TrainableVariable } from '../policy/index.js';
import { nextTurn, tf } from '../tensor/index.js';

/** What an update changes: a policy's trainable variables, or those of a list (see `ppoVariables`). */
export type Trainable = Policy | readonly TrainableVariable[];

/** The variables of a `Trainable`, each under its name. */
export function variablesOf(model: Trainable): readonly TrainableVariable[] {
  return 'weights' in model ? trainableVariables(model) : model;
}

/** One gradient per trainable variable, by its name; a variable the loss does not reach is absent. */
export type Gradients = Map<string, tf.Tensor>;

/**
 * The loss and its gradients over the model's trainable variables; the caller owns the gradients.
 * A loss that is not finite throws before any gradient is handed out.
 */
export function lossGradients(
  model: Trainable,
  where: string,
  loss: () => tf.Scalar,
): { loss: number; gradients: Gradients } {
  const trainable = variablesOf(model);
  const { value, grads } = tf.variableGrads(
    loss,
    trainable.map(({ variable }) => variable),
  );
  const lossValue = value.dataSync()[0];
  value.dispose();
  const gradients: Gradients = new Map();
  for (const { name, variable } of trainable) {
    // tfjs keys gradients by the variable's own name, which is not the weight's.
    const gradient = grads[variable.name];
    if (gradient) gradients.set(name, gradient);
  }
  if (!Number.isFinite(lossValue)) {
    disposeGradients(gradients);
    throw divergenceError(where, `the loss is ${lossValue}`);
  }
  return { loss: lossValue, gradients };
}

/**
 * Gradient accumulation: the sum of the losses of the parts and of their gradients. When each part's
 * loss is its share of the whole batch's, that is the whole batch's loss and gradient; without parts,
 * none. Between parts
 * it lets others have their turn; an aborted signal ends it with nothing updated.
 */
export async function accumulateGradients<Part>(
  model: Trainable,
  where: string,
  parts: Iterable<Part> | AsyncIterable<Part>,
  lossOf: (part: Part) => tf.Scalar,
  signal?: AbortSignal,
): Promise<{ loss: number; gradients: Gradients }> {
  let total: Gradients = new Map();
  let loss = 0;
  try {
    for await (const part of parts) {
      await takeTurns(signal);
      const result = lossGradients(model, where, () => lossOf(part));
      loss += result.loss;
      total = addGradients(total, result.gradients);
    }
  } catch (error) {
    disposeGradients(total);
    throw error;
  }
  return { loss, gradients: total };
}

/** Lets timers, signals and the screen have their turn; throws the reason of an aborted signal. */
export async function takeTurns(signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted();
  await nextTurn();
  signal?.throwIfAborted();
}

/** total + part, by name; both arguments are used up. */
function addGradients(total: Gradients, part: Gradients): Gradients {
  const sum: Gradients = new Map(total);
  for (const [name, gradient] of part) {
    const before = sum.get(name);
    sum.set(name, before ? tf.add(before, gradient) : gradient);
    if (before) tf.dispose([before, gradient]);
  }
  return sum;
}

export function disposeGradients(gradients: Gradients): void {
  for (const gradient of gradients.values()) gradient.dispose();
}

const diverged = new WeakSet<object>();

/** Training went out of the numbers; the weights are still those before this update. */
export function divergenceError(where: string, what: string): Error {
  const error = inputError(
    `${where}: expected finite numbers, but ${what}. The weights are unchanged by this update. Go on from the last checkpoint with a lower learning_rate or max_grad_norm.`,
  );
  diverged.add(error);
  return error;
}

/** Whether the error is one of `divergenceError`. */
export function isDivergence(error: unknown): boolean {
  return typeof error === 'object' && error !== null && diverged.has(error);
}
