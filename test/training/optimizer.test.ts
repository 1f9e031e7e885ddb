import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { trainableVariables, type Policy } from '../../src/policy/index.js';
import { tf } from '../../src/tensor/index.js';
import { createOptimizer, type Gradients } from '../../src/training/index.js';
import { tinyPolicy, useOneThread, weightsOf } from './tiny-policy.js';

let policy: Policy;
beforeAll(useOneThread);
beforeEach(async () => {
  policy = await tinyPolicy(1);
});
afterEach(() => policy.dispose());

function gradientsOf(value: number): Gradients {
  return new Map(
    trainableVariables(policy).map(({ name, variable }) => [name, tf.fill(variable.shape, value)]),
  );
}

function weightsByName(): Map<string, ArrayLike<number>> {
  return new Map(
    trainableVariables(policy).map(({ name, variable }) => [name, variable.dataSync().slice()]),
  );
}

describe('createOptimizer', () => {
  it('decays matrices and embeddings, never norms and biases', () => {
    const optimizer = createOptimizer(policy, { learningRate: 0.1, weightDecay: 0.5 });
    const before = weightsByName();
    optimizer.update(gradientsOf(0));
    for (const { name, variable } of trainableVariables(policy)) {
      const factor = name.endsWith('.bias') || name.includes('norm') ? 1 : 0.95;
      const old = before.get(name)!;
      variable.dataSync().forEach((value, i) => expect(value).toBeCloseTo(old[i] * factor, 6));
    }
    optimizer.dispose();
  });

  it('clips by max / (norm + 1e-6) and reports the norm before clipping', () => {
    // With beta1 = beta2 = 0 and a huge epsilon the update is -lr * gradient / epsilon: it shows the scale.
    const settings = { adamBeta1: 0, adamBeta2: 0, adamEpsilon: 1e6, maxGradNorm: 0.5 };
    const optimizer = createOptimizer(policy, { learningRate: 1e6, ...settings });
    const before = weightsOf(policy);
    const norm = optimizer.update(gradientsOf(0.01));
    expect(norm).toBeCloseTo(0.01 * Math.sqrt(before.length), 4);
    const moved = weightsOf(policy);
    const step = 0.01 * (0.5 / (norm + 1e-6));
    expect(before[0] - moved[0]).toBeCloseTo(step, 6);
    optimizer.dispose();
  });

  it('takes the first AdamW steps of torch', () => {
    // By hand, as torch.optim.AdamW: with a constant gradient g the bias-corrected moments are g and
    // g², so every step is -lr * g / (|g| + eps) after the decay (none here).
    const optimizer = createOptimizer(policy, { learningRate: 0.01, maxGradNorm: 0 });
    const before = weightsOf(policy);
    for (let i = 0; i < 3; i++) optimizer.update(gradientsOf(0.3));
    const moved = weightsOf(policy);
    expect(before[5] - moved[5]).toBeCloseTo(0.03, 5);
    expect(optimizer.step).toBe(3);
    optimizer.dispose();
  });

  it('moves normalisations by their own ratio of the rate', () => {
    const optimizer = createOptimizer(policy, { learningRate: 0.01, normLearningRateRatio: 5 });
    const before = weightsByName();
    optimizer.update(gradientsOf(0.3));
    for (const { name, variable } of trainableVariables(policy)) {
      const moved = before.get(name)![0] - variable.dataSync()[0];
      expect(moved).toBeCloseTo(name.endsWith('norm.weight') ? 0.05 : 0.01, 5);
    }
    optimizer.dispose();
  });

  it('throws on a gradient that is not finite, naming it, with the weights untouched', () => {
    const optimizer = createOptimizer(policy, { learningRate: 0.1 });
    const before = weightsOf(policy);
    const tensors = tf.memory().numTensors;
    const gradients = gradientsOf(1);
    const last = [...gradients.keys()].at(-1)!;
    gradients.get(last)!.dispose();
    gradients.set(last, tf.fill(trainableVariables(policy).at(-1)!.variable.shape, NaN));
    expect(() => optimizer.update(gradients)).toThrow(`gradient of ${last} is not finite`);
    expect(weightsOf(policy)).toEqual(before);
    expect(optimizer.step).toBe(0);
    expect(tf.memory().numTensors).toBe(tensors);
    optimizer.dispose();
  });

  it('goes on from an exported state as if never stopped, to the bit', () => {
    const optimizer = createOptimizer(policy, { learningRate: 0.01 });
    optimizer.update(gradientsOf(0.2));
    const state = optimizer.exportState();
    const weights = trainableVariables(policy).map(({ variable }) => variable.clone());
    optimizer.update(gradientsOf(-0.1));
    const straight = weightsOf(policy);

    trainableVariables(policy).forEach(({ variable }, i) => variable.assign(weights[i]));
    const other = createOptimizer(policy, { learningRate: 0.01 });
    other.importState(state);
    expect(other.step).toBe(1);
    other.update(gradientsOf(-0.1));
    expect(weightsOf(policy)).toEqual(straight);
    tf.dispose(weights);
    optimizer.dispose();
    other.dispose();
  });
});
