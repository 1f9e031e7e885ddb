/** Trained weights: out of the variables into a value, and back. */
import type { NamedTensor, Policy, TrainableVariable, ValueHead } from '../policy/index.js';
import { trainableVariables, valueHeadVariables } from '../policy/index.js';
import { assign, copyOf } from '../training/optimizer.js';

type Weights = ReadonlyMap<string, NamedTensor>;

/** What updates change, the value head included where there is one. */
export function trainedVariables(live: {
  policy: Policy;
  valueHead: ValueHead | null;
}): TrainableVariable[] {
  const beside = live.valueHead ? valueHeadVariables(live.valueHead) : [];
  return [...trainableVariables(live.policy), ...beside];
}

export function copyWeights(variables: readonly TrainableVariable[]): Map<string, NamedTensor> {
  return new Map(variables.map(({ name, variable }) => [name, copyOf(variable)]));
}

/** Variables that the weights do not name stay as they are. */
export function assignWeights(variables: readonly TrainableVariable[], weights: Weights): void {
  for (const { name, variable } of variables)
    if (weights.has(name)) assign(variable, weights, name);
}

/** Whether a value head was trained with them. */
export function hasValueHead(weights: Weights): boolean {
  return [...weights.keys()].some((name) => name.startsWith('v_head.'));
}
