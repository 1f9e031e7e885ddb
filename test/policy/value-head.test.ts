import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  attachAdapter,
  completionLogprobs,
  completionLogprobsAndValues,
  createValueHead,
  hiddenStates,
  loadValueHead,
  openSafetensors,
  saveAdapter,
  saveValueHead,
  trainableVariables,
  valueHeadVariables,
  type Policy,
  type TokenSequence,
} from '../../src/policy/index.js';
import { tf } from '../../src/tensor/index.js';
import { tinyPolicy, useOneThread } from '../training/tiny-policy.js';

beforeAll(useOneThread);

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'rlsf-value-head-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const sequences: TokenSequence[] = [
  { promptIds: [97, 58], completionIds: [97, 98, 256] },
  { promptIds: [98], completionIds: [] },
  { promptIds: [99, 58, 99], completionIds: [100] },
];

function numbers(tensor: tf.Tensor): number[] {
  return Array.from(tensor.dataSync());
}

describe('completionLogprobsAndValues', () => {
  it('gives the head’s value of the state before each token, and the logprobs to the bit', async () => {
    const policy = await tinyPolicy(1, { adapter: true });
    const head = createValueHead(policy, { initializerRange: 0.5, seed: 3 });
    head.bias.assign(tf.tensor1d([0.25]));
    tf.tidy(() => {
      const options = { temperature: 0.8 };
      const plain = completionLogprobs(policy, sequences, options);
      const both = completionLogprobsAndValues(policy, head, sequences, options);
      expect(both.values.shape).toEqual([3, 3]);
      for (const field of ['logprobs', 'entropy', 'mask'] as const) {
        expect(numbers(both[field])).toEqual(numbers(plain[field]));
      }
      // The first sequence alone: its states at the last prompt token and the first two of its completion.
      const states = hiddenStates(policy, Int32Array.of(97, 58, 97, 98), Int32Array.of(0, 4));
      const expected = numbers(tf.add(tf.matMul(states, head.weight, false, true), 0.25)).slice(1);
      const values = numbers(both.values);
      expected.forEach((value, t) => expect(values[t]).toBeCloseTo(value, 5));
      expect(values.slice(3, 6)).toEqual([0, 0, 0]);
      expect(values[6]).not.toBe(0);
      expect(values.slice(7)).toEqual([0, 0]);
    });
    policy.dispose();
    head.dispose();
  });

  it('has a gradient in the head and in the policy below it', async () => {
    const policy = await tinyPolicy(1);
    const head = createValueHead(policy, { initializerRange: 0.5 });
    const variables = [...trainableVariables(policy), ...valueHeadVariables(head)];
    const loss = (): tf.Scalar =>
      tf.sum(tf.square(completionLogprobsAndValues(policy, head, sequences).values));
    const { value, grads } = tf.variableGrads(
      loss,
      variables.map(({ variable }) => variable),
    );
    const reached = variables.filter(({ variable }) => grads[variable.name] !== undefined);
    // All but the output layer, which is the embedding here.
    expect(reached.length).toBe(variables.length);
    const probes: [tf.Variable, number][] = [
      [head.weight as tf.Variable, 5],
      [head.bias as tf.Variable, 0],
      [policy.weights.get('model.norm.weight')!, 3],
    ];
    for (const [variable, place] of probes) {
      const gradient = numbers(grads[variable.name])[place];
      const at = (change: number): number => {
        const before = variable.dataSync().slice();
        const moved = before.slice();
        moved[place] += change;
        variable.assign(tf.tensor(moved, variable.shape));
        const result = tf.tidy(() => loss().dataSync()[0]);
        variable.assign(tf.tensor(before, variable.shape));
        return result;
      };
      const difference = (at(1e-2) - at(-1e-2)) / 2e-2;
      expect(Math.abs(gradient - difference)).toBeLessThan(1e-2 * Math.max(1, Math.abs(gradient)));
    }
    tf.dispose([value, ...Object.values(grads)]);
    policy.dispose();
    head.dispose();
  });

  it('says 0 with fresh weights, also where no row has a completion, and keeps no tensor', async () => {
    const policy = await tinyPolicy(1);
    const head = createValueHead(policy);
    const { numTensors } = tf.memory();
    for (const batch of [sequences, [sequences[1]]]) {
      const outputs = completionLogprobsAndValues(policy, head, batch);
      expect(numbers(outputs.values).every((value) => value === 0)).toBe(true);
      tf.dispose(Object.values(outputs));
    }
    expect(tf.memory().numTensors).toBe(numTensors);
    policy.dispose();
    head.dispose();
  });
});

describe('a value head', () => {
  it('is drawn from its seed alone', async () => {
    const policy = await tinyPolicy(1);
    const drawn = (seed: number): number[] => {
      const head = createValueHead(policy, { initializerRange: 0.02, seed });
      const values = numbers(head.weight);
      head.dispose();
      return values;
    };
    expect(drawn(1)).toEqual(drawn(1));
    expect(drawn(1)).not.toEqual(drawn(2));
    expect(drawn(1).every((value) => Math.abs(value) < 0.2 && value !== 0)).toBe(true);
    expect(() => createValueHead(policy, { initializerRange: -1 })).toThrow(/at least 0, got -1/);
    policy.dispose();
  });

  it('comes back to the bit from a folder, beside the adapter there, under TRL’s names', async () => {
    const policy = await tinyPolicy(1);
    attachAdapter(policy, { r: 2, loraAlpha: 4, targetModules: ['q_proj'], seed: 1 });
    const head = createValueHead(policy, { initializerRange: 0.3, seed: 9 });
    head.bias.assign(tf.tensor1d([-1.5]));
    await saveAdapter(policy, folder);
    const before = readdirSync(folder);
    await saveValueHead(head, folder);
    expect(readdirSync(folder).sort()).toEqual([...before, 'value_head.safetensors'].sort());
    const file = await openSafetensors(path.join(folder, 'value_head.safetensors'));
    expect([...file.names].sort()).toEqual(['v_head.summary.bias', 'v_head.summary.weight']);
    expect(file.shape('v_head.summary.weight')).toEqual([1, 32]);
    await file.close();
    const loaded = await loadValueHead(policy, folder);
    expect(numbers(loaded.weight)).toEqual(numbers(head.weight));
    expect(numbers(loaded.bias)).toEqual([-1.5]);
    // Saving the adapter again leaves it there.
    await saveAdapter(policy, folder);
    expect(readdirSync(folder)).toContain('value_head.safetensors');
    for (const each of [policy, head, loaded]) each.dispose();
  });

  it('is refused where there is none, or one of another width', async () => {
    const policy = await tinyPolicy(1);
    await expect(loadValueHead(policy, folder)).rejects.toThrow(/expected value_head.safetensors/);
    const wide: Pick<Policy, 'config'> = { config: { ...policy.config, hiddenSize: 48 } };
    const head = createValueHead(wide);
    await saveValueHead(head, folder);
    await expect(loadValueHead(policy, folder)).rejects.toThrow(
      /expected v_head.summary.weight \[1, 32\], got \[1, 48\]/,
    );
    writeFileSync(path.join(folder, 'value_head.safetensors'), 'nothing of the kind');
    await expect(loadValueHead(policy, folder)).rejects.toThrow(/value_head.safetensors/);
    head.dispose();
    policy.dispose();
  });
});
