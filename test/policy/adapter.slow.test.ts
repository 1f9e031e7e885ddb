import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  attachAdapter,
  completionLogprobs,
  deleteAdapter,
  detachAdapter,
  hiddenStates,
  loadAdapter,
  mergeAdapter,
  outputOperands,
  saveAdapter,
  samplePolicy,
  setActiveAdapter,
  trainableVariables,
  type Adapter,
  type AttachOptions,
  type ForwardOptions,
  type Policy,
} from '../../src/policy/index.js';
import { selectBackend, tf } from '../../src/tensor/index.js';
import { createOptimizer, sftStep } from '../../src/training/index.js';
import { availableBackends } from './backends.js';
import { temporaryFolder, tinyPolicy } from './fixtures.js';

const folder = await temporaryFolder();
const plain = { r: 2, loraAlpha: 8, targetModules: ['q_proj', 'down_proj'], seed: 3 };
const sequences = [
  { promptIds: [1, 2, 3], completionIds: [4, 5, 6] },
  { promptIds: [7], completionIds: [] },
  { promptIds: [8, 9], completionIds: [10, 11] },
];

/** Attaches an adapter that does something: B is not zero. */
function attach(policy: Policy, changes: Partial<AttachOptions> = {}): Adapter {
  const adapter = attachAdapter(policy, { ...plain, ...changes });
  let seed = 1;
  for (const { b } of adapter.pairs.values())
    tf.tidy(() => b.assign(tf.randomNormal(b.shape, 0, 0.3, 'float32', seed++)));
  return adapter;
}

function logprobsOf(policy: Policy, options: ForwardOptions = {}, batch = sequences): number[][] {
  return tf.tidy(() => completionLogprobs(policy, batch, options).logprobs.arraySync());
}

/** A loss that looks at every log-probability and at the entropy. */
function lossOf(policy: Policy, options: ForwardOptions): tf.Scalar {
  return tf.tidy(() => {
    const { logprobs, entropy } = completionLogprobs(policy, sequences, options);
    const weights = tf.tensor2d([1, -2, 0.5, 0, 0, 0, 1.5, 1, 0], [3, 3]);
    return tf.add(tf.sum(tf.mul(logprobs, weights)), tf.sum(entropy));
  });
}

function gradientsOf(policy: Policy, options: ForwardOptions): Map<string, Float32Array> {
  const trainable = trainableVariables(policy);
  const { value, grads } = tf.variableGrads(
    () => lossOf(policy, options),
    trainable.map(({ variable }) => variable),
  );
  const found = trainable.map(({ name, variable }): [string, Float32Array] => [
    name,
    Float32Array.from(grads[variable.name].dataSync()),
  ]);
  tf.dispose([value, grads]);
  return new Map(found);
}

/** The slope of the loss along a variable's own gradient, by central differences. */
function slope(
  policy: Policy,
  options: ForwardOptions,
  variable: tf.Variable,
  gradient: Float32Array,
): number {
  const start = Float32Array.from(variable.dataSync());
  const norm = Math.hypot(...gradient);
  const step = Math.min(5e-3, 0.02 / norm);
  const at = (distance: number): number => {
    const values = start.map((value, i) => value + (distance * gradient[i]) / norm);
    tf.tidy(() => variable.assign(tf.tensor(values, variable.shape)));
    return tf.tidy(() => lossOf(policy, options).dataSync()[0]);
  };
  const found = (at(step) - at(-step)) / (2 * step);
  tf.tidy(() => variable.assign(tf.tensor(start, variable.shape)));
  return found;
}

for (const backend of await availableBackends()) {
  describe(`LoRA on ${backend}`, () => {
    beforeAll(() => selectBackend(backend));

    it.each<[string, Partial<AttachOptions>]>([
      ['plain', {}],
      ['dropout', { loraDropout: 0.3 }],
      ['rsLoRA', { useRslora: true, r: 3 }],
      [
        'dropout, rsLoRA, patterns, the output layer, modules trained whole',
        {
          loraDropout: 0.2,
          useRslora: true,
          targetModules: ['all-linear', 'lm_head'],
          rankPattern: { down_proj: 4 },
          alphaPattern: { q_proj: 2 },
          modulesToSave: ['model.norm', 'embed_tokens'],
        },
      ],
    ])('has the gradients that finite differences give: %s', async (_what, changes) => {
      for (const tieWordEmbeddings of [true, false]) {
        const policy = await tinyPolicy({ tieWordEmbeddings });
        attach(policy, changes);
        const options = { dropout: { seed: 5 } };
        const gradients = gradientsOf(policy, options);
        for (const { name, variable } of trainableVariables(policy)) {
          const gradient = gradients.get(name)!;
          const norm = Math.hypot(...gradient);
          expect(norm, name).toBeGreaterThan(1e-3);
          const found = slope(policy, options, variable, gradient);
          expect(Math.abs(found - norm), name).toBeLessThan(0.01 * norm + 5e-3);
        }
        policy.dispose();
      }
    });

    it('drops the same in a layer that is computed again', async () => {
      const policy = await tinyPolicy();
      attach(policy, { loraDropout: 0.3, targetModules: 'all-linear' });
      const dropout = { seed: 'a' };
      const kept = gradientsOf(policy, { dropout });
      expect(gradientsOf(policy, { dropout, gradientCheckpointing: true })).toEqual(kept);
      expect(gradientsOf(policy, { dropout: { seed: 'b' } })).not.toEqual(kept);
      policy.dispose();
    });

    it('draws dropout by seed and sequence, only where it is asked for', async () => {
      const policy = await tinyPolicy();
      const { pairs } = attach(policy, { targetModules: ['all-linear', 'lm_head'] });
      const without = logprobsOf(policy);
      // Without a share to drop not a bit changes.
      expect(logprobsOf(policy, { dropout: { seed: 1 } })).toEqual(without);
      policy.adapter!.loraDropout = 0.5;
      expect(logprobsOf(policy)).toEqual(without);
      const dropped = logprobsOf(policy, { dropout: { seed: 1 } });
      expect(dropped).not.toEqual(without);
      expect(logprobsOf(policy, { dropout: { seed: 1 } })).toEqual(dropped);
      expect(logprobsOf(policy, { dropout: { seed: 2 } })).not.toEqual(dropped);
      // A part of the batch drops what the whole drops.
      const last = logprobsOf(policy, { dropout: { seed: 1, rows: [2] } }, sequences.slice(2));
      last[0].forEach((value, t) => expect(value).toBeCloseTo(dropped[2][t], 5));
      expect(logprobsOf(policy, { useAdapter: false, dropout: { seed: 1 } })).toEqual(
        logprobsOf(policy, { useAdapter: false }),
      );
      expect(pairs.size).toBe(2 * 7 + 1);
      policy.dispose();
    });

    it('samples what it evaluates with a pair on the output layer, and leaves no tensor', async () => {
      for (const tieWordEmbeddings of [true, false]) {
        const policy = await tinyPolicy({ tieWordEmbeddings });
        const settings = { temperature: 1, topK: 0, topP: 1, minP: 0, maxNewTokens: 6, stop: [] };
        const draw = async (): Promise<number[][]> => {
          const requests = [{ prompt: 'int sum', n: 3, seed: 4 }];
          const samples = await samplePolicy(policy, requests, { ...settings, seed: 0 });
          const evaluated = logprobsOf(policy, {}, samples);
          samples.forEach(({ plainLogprobs }, i) =>
            plainLogprobs.forEach((value, t) => expect(value).toBeCloseTo(evaluated[i][t], 4)),
          );
          return samples.map(({ logprobs }) => logprobs);
        };
        const base = await draw();
        attach(policy, { targetModules: ['lm_head', 'q_proj'], loraDropout: 0.9 });
        const before = tf.memory().numTensors;
        expect(await draw()).not.toEqual(base);
        expect(tf.memory().numTensors).toBe(before);
        policy.dispose();
      }
    });

    it('trains with dropout the same in one pass and in several', async () => {
      const train = async (perDeviceTrainBatchSize: number): Promise<number[][]> => {
        const policy = await tinyPolicy();
        attach(policy, { loraDropout: 0.4 });
        const optimizer = createOptimizer(policy, { learningRate: 0.01 });
        for (let update = 0; update < 2; update++)
          await sftStep(policy, optimizer, sequences, { perDeviceTrainBatchSize, dropoutSeed: 9 });
        const logprobs = logprobsOf(policy);
        optimizer.dispose();
        policy.dispose();
        return logprobs;
      };
      const whole = await train(3);
      expect(await train(3)).toEqual(whole);
      (await train(1)).flat().forEach((value, i) => expect(value).toBeCloseTo(whole.flat()[i], 4));
    });
  });
}

describe('target modules', () => {
  beforeAll(() => selectBackend('cpu'));

  it.each<[string, Partial<AttachOptions>, string[]]>([
    ['a name', { targetModules: ['k_proj'] }, ['0.self_attn.k_proj', '1.self_attn.k_proj']],
    ['the end of a path', { targetModules: ['mlp.up_proj'] }, ['0.mlp.up_proj', '1.mlp.up_proj']],
    ['a path', { targetModules: ['model.layers.1.mlp.up_proj'] }, ['1.mlp.up_proj']],
    ['an expression', { targetModules: '.*\\.[1-9]\\..*_attn\\.[ko]_proj' }, ['1.self_attn.k_proj', '1.self_attn.o_proj']],
    ['a named group', { targetModules: '.*\\.(?P<n>0)\\.mlp\\.up_proj' }, ['0.mlp.up_proj']],
    ['layers', { targetModules: ['k_proj'], layersToTransform: [1] }, ['1.self_attn.k_proj']],
    ['one layer', { targetModules: ['k_proj'], layersToTransform: 0, layersPattern: 'layers' }, ['0.self_attn.k_proj']],
    ['what is excluded', { targetModules: 'all-linear', excludeModules: '.*(mlp|q_proj|v_proj|1\\.).*' }, ['0.self_attn.k_proj', '0.self_attn.o_proj']],
    ['names that are excluded', { targetModules: ['k_proj', 'up_proj'], excludeModules: ['up_proj', '0.self_attn.k_proj'] }, ['1.self_attn.k_proj']],
    ['what is saved whole', { targetModules: ['k_proj', 'up_proj'], modulesToSave: ['mlp', 'layers.1.self_attn'] }, ['0.self_attn.k_proj']],
  ])('are given by %s', async (_what, changes, expected) => {
    const policy = await tinyPolicy();
    const { pairs } = attachAdapter(policy, { ...plain, ...changes });
    expect([...pairs.keys()]).toEqual(expected.map((module) => `model.layers.${module}`));
    policy.dispose();
  }); // prettier-ignore

  it('are all linear layers but the output layer for all-linear, which can be added', async () => {
    const policy = await tinyPolicy();
    expect(attachAdapter(policy, { ...plain, targetModules: 'all-linear' }).pairs.size).toBe(14);
    const targets = ['all-linear', 'lm_head'];
    const adapter = attachAdapter(policy, { ...plain, targetModules: targets, name: 'head' });
    expect([...adapter.pairs.keys()].at(-1)).toBe('lm_head');
    expect(adapter.targetModules).toHaveLength(8);
    policy.dispose();
  });

  it('have ranks and scales of their own where a pattern fits, the first that does', async () => {
    const policy = await tinyPolicy();
    const { pairs } = attachAdapter(policy, {
      ...plain,
      targetModules: ['q_proj', 'k_proj'],
      rankPattern: { '1.self_attn.q_proj': 4, 'q_.*': 3 },
      alphaPattern: { 'layers\\.0\\..*': 5 },
      useRslora: true,
    });
    const facts = [...pairs.values()].map(({ a, b, scale }) => [a.shape[0], b.shape[1], scale]);
    expect(facts).toEqual([
      [3, 3, 5 / Math.sqrt(3)],
      [2, 2, 5 / Math.sqrt(2)],
      [4, 4, 8 / 2],
      [2, 2, 8 / Math.sqrt(2)],
    ]);
    policy.dispose();
  });

  it('start at zero, with A drawn as PEFT draws it', async () => {
    const policy = await tinyPolicy({ hiddenSize: 64, headDim: 16 });
    const options = { ...plain, r: 16, targetModules: ['q_proj'] };
    const deviation = (adapter: Adapter): number => {
      const values = [...adapter.pairs.get('model.layers.0.self_attn.q_proj')!.a.dataSync()];
      return Math.hypot(...values) / Math.sqrt(values.length);
    };
    expect(deviation(attachAdapter(policy, options))).toBeCloseTo(1 / 8 / Math.sqrt(3), 2);
    const gaussian = { ...options, initLoraWeights: 'gaussian' as const, name: 'gaussian' };
    expect(deviation(attachAdapter(policy, gaussian))).toBeCloseTo(1 / 16, 2);
    expect(logprobsOf(policy)).toEqual(logprobsOf(policy, { useAdapter: false }));
    policy.dispose();
  });

  it.each<[string, Partial<AttachOptions>, RegExp]>([
    ['a name of nothing', { targetModules: ['q_proj', 'c_attn'] }, /got c_attn/],
    ['a name that is not in a list', { targetModules: 'q_proj' }, /a regular expression for the whole path .* got q_proj, .* write a list: \['q_proj'\]/],
    ['names that are not in a list', { targetModules: 'q_proj, v_proj' }, /write a list: \['q_proj', 'v_proj'\]/],
    ['an expression for nothing', { targetModules: 'c_.*' }, /got c_\.\*/],
    ['no name', { targetModules: [] }, /got none/],
    ['the embedding', { targetModules: ['embed_tokens'] }, /LoRA on the embedding is not supported/],
    ['nothing that is left', { excludeModules: ['q_proj', 'down_proj'] }, /no linear layer is left/],
    ['a layer too many', { layersToTransform: [2] }, /layersToTransform below 2.*got 2/],
    ['layers of an expression', { targetModules: '.*q_proj', layersToTransform: [1] }, /a list where layersToTransform/],
    ['a pattern without layers', { layersPattern: ['layers'] }, /expected layersToTransform beside/],
    ['half a rank', { r: 1.5 }, /r to be a positive whole number, got 1\.5/],
    ['a rank of nothing', { rankPattern: { up_proj: 2 } }, /rankPattern has "up_proj"/],
    ['too much dropout', { loraDropout: 1 }, /loraDropout to be a share.*got 1/],
    ['a broken expression', { excludeModules: '(' }, /expected a regular expression, got "\("/],
  ])('are refused: %s', async (_what, changes, message) => {
    const policy = await tinyPolicy();
    expect(() => attachAdapter(policy, { ...plain, ...changes })).toThrow(message);
    expect(policy.adapters.size).toBe(0);
    policy.dispose();
  }); // prettier-ignore
});

describe('several adapters', () => {
  beforeAll(() => selectBackend('cpu'));

  it('lie side by side; the active one is sampled, trained and hashed', async () => {
    const policy = await tinyPolicy();
    const before = tf.memory().numTensors;
    const base = { logprobs: logprobsOf(policy), revision: policy.revision };
    const first = attach(policy, { name: 'first' });
    const ofFirst = { logprobs: logprobsOf(policy), revision: policy.revision };
    const second = attach(policy, { name: 'second', targetModules: ['up_proj'], useRslora: true });
    expect([...policy.adapters.keys()]).toEqual(['first', 'second']);
    expect(policy.adapter).toBe(second);
    const ofSecond = { logprobs: logprobsOf(policy), revision: policy.revision };
    expect(new Set([base, ofFirst, ofSecond].map(({ revision }) => revision)).size).toBe(3);

    // Any of them as a reference, whichever is active.
    expect(logprobsOf(policy, { adapter: 'first' })).toEqual(ofFirst.logprobs);
    expect(logprobsOf(policy, { useAdapter: false })).toEqual(base.logprobs);
    const optimizer = createOptimizer(policy, { learningRate: 0.01 });
    await sftStep(policy, optimizer, sequences);
    optimizer.dispose();
    expect(logprobsOf(policy)).not.toEqual(ofSecond.logprobs);
    expect(logprobsOf(policy, { adapter: 'first' })).toEqual(ofFirst.logprobs);

    setActiveAdapter(policy, 'first');
    expect(policy.adapter).toBe(first);
    expect({ logprobs: logprobsOf(policy), revision: policy.revision }).toEqual(ofFirst);
    expect(trainableVariables(policy)[0].variable).toBe([...first.pairs.values()][0].a);
    setActiveAdapter(policy, null);
    expect({ logprobs: logprobsOf(policy), revision: policy.revision }).toEqual(base);
    expect(trainableVariables(policy)).toHaveLength(policy.weights.size);
    expect([...policy.weights.values()].every(({ trainable }) => trainable)).toBe(true);

    deleteAdapter(policy, 'second');
    setActiveAdapter(policy, 'first');
    detachAdapter(policy);
    expect(policy.adapters.size).toBe(0);
    expect(policy.adapter).toBeNull();
    expect(tf.memory().numTensors).toBe(before);
    policy.dispose();
  });

  it('are loaded under names, without switching where that is asked for', async () => {
    const policy = await tinyPolicy();
    attach(policy);
    const target = path.join(folder, 'named');
    await saveAdapter(policy, target);
    const logprobs = logprobsOf(policy);
    const reference = await loadAdapter(policy, target, { name: 'reference', activate: false });
    expect(policy.adapter?.name).toBe('default');
    for (const { b } of policy.adapter!.pairs.values()) tf.tidy(() => b.assign(b.mul(2)));
    expect(logprobsOf(policy)).not.toEqual(logprobs);
    expect(logprobsOf(policy, { adapter: reference.name })).toEqual(logprobs);
    policy.dispose();
  });

  it('are refused under a name that is taken, and named where one is missing', async () => {
    const policy = await tinyPolicy();
    attach(policy);
    expect(() => attach(policy)).toThrow(/has an adapter "default" already/);
    await expect(loadAdapter(policy, path.join(folder, 'named'))).rejects.toThrow(
      /"default" already/,
    );
    expect(() => setActiveAdapter(policy, 'x')).toThrow(/no adapter "x", it has default/);
    expect(() => deleteAdapter(policy, 'x')).toThrow(/no adapter "x"/);
    expect(() => logprobsOf(policy, { adapter: 'x' })).toThrow(/no adapter "x"/);
    policy.dispose();
  });
});

describe('mergeAdapter', () => {
  beforeAll(() => selectBackend('cpu'));

  it('adds the adapter into the base and leaves what was computed', async () => {
    const policy = await tinyPolicy({ tieWordEmbeddings: false });
    attach(policy, { targetModules: ['all-linear', 'lm_head'], modulesToSave: ['model.norm'] });
    const norm = policy.adapter!.saved.get('model.norm.weight')!;
    tf.tidy(() => norm.assign(norm.mul(1.5)));
    const logits = (): number[] =>
      tf.tidy(() => {
        const states = hiddenStates(policy, Int32Array.of(1, 2, 3), Int32Array.of(0, 3));
        const { hidden, weight } = outputOperands(policy, states);
        return [...tf.matMul(hidden, weight, false, true).dataSync()];
      });
    const before = logits();
    mergeAdapter(policy);
    expect(policy.adapters.size).toBe(0);
    const largest = Math.max(...before.map(Math.abs));
    logits().forEach((value, i) =>
      expect(Math.abs(value - before[i])).toBeLessThan(1e-6 * largest + 1e-5),
    );
    policy.dispose();
  });

  it('is refused where the policy would have to be untied', async () => {
    const policy = await tinyPolicy();
    attach(policy, { targetModules: ['lm_head'] });
    expect(() => mergeAdapter(policy)).toThrow(/unties them/);
    expect(policy.adapter).not.toBeNull();
    policy.dispose();
  });
});
