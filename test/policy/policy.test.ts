import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  attachAdapter,
  completionLogprobs,
  createPolicy,
  detachAdapter,
  loadAdapter,
  loadPolicy,
  samplePolicy,
  saveAdapter,
  savePolicy,
  trainableVariables,
  type Policy,
} from '../../src/policy/index.js';
import { float32ToBfloat16, bfloat16ToFloat32 } from '../../src/policy/folder/floats.js';
import { selectBackend, tf } from '../../src/tensor/index.js';
import { isAddonBuilt } from '../../src/tensor/native/addon.js';
import { temporaryFolder, tinyPolicy } from './fixtures.js';

const folder = await temporaryFolder();
beforeAll(() => selectBackend('cpu'));

const greedy = {
  temperature: 0,
  topK: 0,
  topP: 1,
  minP: 0,
  maxNewTokens: 2,
  stop: [],
  seed: 0,
};

function bitsOf(policy: Policy): Record<string, string> {
  return Object.fromEntries(
    [...policy.weights].map(([name, variable]) => [
      name,
      Buffer.from(Float32Array.from(variable.dataSync()).buffer).toString('base64'),
    ]),
  );
}

function logprobsOf(policy: Policy, options: { useAdapter?: boolean } = {}): number[][] {
  const result = completionLogprobs(
    policy,
    [{ promptIds: [1, 2, 3], completionIds: [4, 5] }],
    options,
  );
  const values = result.logprobs.arraySync();
  tf.dispose([result.logprobs, result.entropy, result.mask]);
  return values;
}

describe('a saved policy', () => {
  it('loads with the same bits, the same revision and the same answers', async () => {
    for (const tieWordEmbeddings of [true, false]) {
      const policy = await tinyPolicy({ tieWordEmbeddings });
      const target = path.join(folder, `saved-${tieWordEmbeddings}`);
      await savePolicy(policy, target);
      const loaded = await loadPolicy(target);
      expect(bitsOf(loaded)).toEqual(bitsOf(policy));
      expect(loaded.revision).toBe(policy.revision);
      expect(loaded.config).toEqual({ ropeScaling: null, bosTokenId: null, ...policy.config });
      expect(logprobsOf(loaded)).toEqual(logprobsOf(policy));
      expect(await readFile(path.join(target, 'tokenizer.json'), 'utf8')).toBe(
        policy.tokenizer.files.tokenizer,
      );
      expect((await readdir(target)).sort()).toEqual([
        'config.json',
        'generation_config.json',
        'model.safetensors',
        'special_tokens_map.json',
        'tokenizer.json',
        'tokenizer_config.json',
      ]);
      // Saving again gives the same file, in place.
      const first = await readFile(path.join(target, 'model.safetensors'));
      await savePolicy(loaded, target);
      expect((await readFile(path.join(target, 'model.safetensors'))).equals(first)).toBe(true);
      policy.dispose();
      loaded.dispose();
    }
    expect((await readdir(folder)).filter((name) => name.includes('partial'))).toEqual([]);
  });

  it('holds the nearest bfloat16 values when asked to', async () => {
    const policy = await tinyPolicy();
    const target = path.join(folder, 'bf16');
    await savePolicy(policy, target, { dtype: 'bfloat16' });
    const loaded = await loadPolicy(target);
    const rounded = [...policy.weights.values()].map((variable) =>
      bfloat16ToFloat32(float32ToBfloat16(Float32Array.from(variable.dataSync()))),
    );
    expect([...loaded.weights.values()].map((variable) => variable.dataSync())).toEqual(rounded);
    policy.dispose();
    loaded.dispose();
  });

  it.skipIf(!isAddonBuilt())('is the same policy with its matrices held in bfloat16', async () => {
    const original = await tinyPolicy();
    const target = path.join(folder, 'held');
    await savePolicy(original, target, { dtype: 'bfloat16' });
    original.dispose();
    await selectBackend('native');
    const plain = await loadPolicy(target);
    const held = await loadPolicy(target, { dtype: 'bfloat16' });
    expect(held.revision).toBe(plain.revision);
    expect(bitsOf(held)).toEqual(bitsOf(plain));
    logprobsOf(held)
      .flat()
      .forEach((value, i) => expect(value).toBeCloseTo(logprobsOf(plain).flat()[i], 4));
    const again = path.join(folder, 'held again');
    await savePolicy(held, again, { dtype: 'bfloat16' });
    const read = (from: string): Promise<Buffer> => readFile(path.join(from, 'model.safetensors'));
    expect(await read(again)).toEqual(await read(target));
    plain.dispose();
    held.dispose();
    await selectBackend('cpu');
  });

  it('is refused with the reason when a part is missing or does not fit', async () => {
    await expect(loadPolicy(path.join(folder, 'nowhere'))).rejects.toThrow(/no folder/);
    await mkdir(path.join(folder, 'empty'));
    await expect(loadPolicy(path.join(folder, 'empty'))).rejects.toThrow(/config\.json/);
    const policy = await tinyPolicy();
    const target = path.join(folder, 'wrong');
    await savePolicy(policy, target);
    const config = JSON.parse(await readFile(path.join(target, 'config.json'), 'utf8'));
    await writeFile(
      path.join(target, 'config.json'),
      JSON.stringify({ ...config, num_hidden_layers: 1 }),
    );
    await expect(loadPolicy(target)).rejects.toThrow(/surplus model\.layers\.1\..* and 7 more/);
    await writeFile(
      path.join(target, 'config.json'),
      JSON.stringify({ ...config, vocab_size: 20 }),
    );
    await expect(loadPolicy(target)).rejects.toThrow(
      /tokenizer has ids up to 294, config\.json says vocab_size 20: the embedding has no row for "5" \(20\), .* and 270 more\. Resize the model's embedding/,
    );
    policy.dispose();
  });
});

describe('a policy that cannot run', () => {
  it('says that it was disposed of, wherever it is used', async () => {
    const policy = await tinyPolicy();
    policy.dispose();
    const message = /policy was disposed of\. Load it again/;
    expect(() => logprobsOf(policy)).toThrow(message);
    const request = { prompt: 'int', n: 1, seed: 1 };
    await expect(samplePolicy(policy, [request], greedy)).rejects.toThrow(message);
    await expect(savePolicy(policy, path.join(folder, 'gone'))).rejects.toThrow(message);
  });

  it('is refused where dtype is no type that weights are held in', async () => {
    const options = { dtype: 'bf16' } as unknown as { dtype: 'bfloat16' };
    await expect(loadPolicy(folder, options)).rejects.toThrow(
      /loadPolicy: expected dtype to be float32 or bfloat16, got "bf16"/,
    );
  });

  it('is refused in a folder that Git LFS has not filled, and in one with empty files', async () => {
    const policy = await tinyPolicy();
    const target = path.join(folder, 'pointers');
    const pointer = 'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 988097824\n';
    for (const name of ['model.safetensors', 'tokenizer.json', 'config.json']) {
      for (const [content, message] of [
        [pointer, `${name}: is a Git LFS pointer, not the file itself. Run git lfs pull`],
        ['', `${name}: is empty`],
      ]) {
        await rm(target, { recursive: true, force: true });
        await savePolicy(policy, target);
        await writeFile(path.join(target, name), content);
        await expect(loadPolicy(target)).rejects.toThrow(message);
      }
    }
    policy.dispose();
  });
});

describe('log-probabilities', () => {
  it('are refused for a prompt of 130,000 tokens by the context, not by the stack', async () => {
    const policy = await tinyPolicy();
    const promptIds = new Array<number>(130_000).fill(1);
    expect(() => completionLogprobs(policy, [{ promptIds, completionIds: [2] }])).toThrow(
      /a sequence has 130000 tokens, the policy's context holds 128/,
    );
    policy.dispose();
  });
});

describe('a new policy', () => {
  it('says what to set where the tokenizer has more tokens', async () => {
    const policy = await tinyPolicy();
    const config = { ...policy.config, vocabSize: 20 };
    expect(() => createPolicy(config, policy.tokenizer, 1)).toThrow(/Set vocabSize to at least/);
    policy.dispose();
  });

  it('is the same for the same seed and another for another', async () => {
    const policy = await tinyPolicy();
    const make = (seed: number): string => {
      const made = createPolicy(policy.config, policy.tokenizer, seed);
      const { revision } = made;
      made.dispose();
      return revision;
    };
    expect(make(1)).toBe(make(1));
    expect(make(1)).not.toBe(make(2));
    policy.dispose();
  });

  it('leaves no tensor behind when disposed of', async () => {
    const before = tf.memory().numTensors;
    const policy = await tinyPolicy();
    attachAdapter(policy, { r: 2, loraAlpha: 4, targetModules: ['all-linear'], seed: 1 });
    logprobsOf(policy);
    policy.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('an adapter', () => {
  const options = { r: 2, loraAlpha: 8, targetModules: ['v_proj', 'down_proj', 'q_proj'], seed: 3 };

  it('starts as the base, and its edits never reach the reference', async () => {
    const policy = await tinyPolicy();
    const base = logprobsOf(policy);
    const revision = policy.revision;
    const adapter = attachAdapter(policy, options);
    expect(logprobsOf(policy)).toEqual(base);
    expect(trainableVariables(policy)).toHaveLength(2 * 3 * 2);
    const { a, b } = adapter.pairs.get('model.layers.0.self_attn.q_proj')!;
    const bound = 1 / Math.sqrt(policy.config.hiddenSize);
    expect(Math.max(...a.abs().dataSync())).toBeLessThanOrEqual(bound);
    expect(Math.max(...a.abs().dataSync())).toBeGreaterThan(bound / 2);
    b.assign(b.add(0.5));
    expect(logprobsOf(policy)).not.toEqual(base);
    expect(logprobsOf(policy, { useAdapter: false })).toEqual(base);
    expect(policy.revision).not.toBe(revision);
    detachAdapter(policy);
    expect(policy.revision).toBe(revision);
    policy.dispose();
  });

  it('is read back from PEFT files bit for bit, and merges into a full model', async () => {
    const policy = await tinyPolicy();
    const adapter = attachAdapter(policy, options);
    for (const { b } of adapter.pairs.values())
      b.assign(tf.randomNormal(b.shape, 0, 0.1, 'float32', 5));
    await saveAdapter(policy, path.join(folder, 'adapter'));
    await savePolicy(policy, path.join(folder, 'base'));
    const loaded = await loadPolicy(path.join(folder, 'base'), {
      adapter: path.join(folder, 'adapter'),
    });
    expect(loaded.adapter?.targetModules).toEqual(['q_proj', 'v_proj', 'down_proj']);
    expect(loaded.revision).toBe(policy.revision);
    expect(logprobsOf(loaded)).toEqual(logprobsOf(policy));
    const config = JSON.parse(
      await readFile(path.join(folder, 'adapter', 'adapter_config.json'), 'utf8'),
    );
    expect(config).toMatchObject({
      peft_type: 'LORA',
      r: 2,
      lora_alpha: 8,
      task_type: 'CAUSAL_LM',
    });

    await savePolicy(policy, path.join(folder, 'merged'), { merge: true });
    const merged = await loadPolicy(path.join(folder, 'merged'));
    logprobsOf(merged)[0].forEach((value, t) =>
      expect(value).toBeCloseTo(logprobsOf(policy)[0][t], 4),
    );
    for (const each of [policy, loaded, merged]) each.dispose();
  });

  it('trains normalisations whole beside the pairs, in the adapter alone', async () => {
    const policy = await tinyPolicy();
    const base = logprobsOf(policy);
    const before = tf.memory().numTensors;
    const adapter = attachAdapter(policy, {
      ...options,
      modulesToSave: ['model.norm', 'input_layernorm'],
    });
    expect([...adapter.saved.keys()].sort()).toEqual([
      'model.layers.0.input_layernorm.weight',
      'model.layers.1.input_layernorm.weight',
      'model.norm.weight',
    ]);
    expect(trainableVariables(policy)).toHaveLength(2 * 3 * 2 + 3);
    expect(logprobsOf(policy)).toEqual(base);
    const final = adapter.saved.get('model.norm.weight')!;
    tf.tidy(() => final.assign(final.mul(1.5)));
    expect(logprobsOf(policy)).not.toEqual(base);
    expect(logprobsOf(policy, { useAdapter: false })).toEqual(base);

    await saveAdapter(policy, path.join(folder, 'norms'));
    await savePolicy(policy, path.join(folder, 'norms-base'));
    const loaded = await loadPolicy(path.join(folder, 'norms-base'), {
      adapter: path.join(folder, 'norms'),
    });
    expect(loaded.adapter?.modulesToSave).toEqual(['model.norm', 'input_layernorm']);
    expect(logprobsOf(loaded)).toEqual(logprobsOf(policy));
    await savePolicy(policy, path.join(folder, 'norms-merged'), { merge: true });
    const merged = await loadPolicy(path.join(folder, 'norms-merged'));
    expect(logprobsOf(merged)).toEqual(logprobsOf(policy));
    for (const each of [loaded, merged]) each.dispose();
    detachAdapter(policy);
    expect(tf.memory().numTensors).toBe(before);
    expect(() => attachAdapter(policy, { ...options, modulesToSave: ['score'] })).toThrow(
      /modules to save among those of the policy.*got score/,
    );
    policy.dispose();
  });

  it('is refused where it does not fit or asks for more than LoRA', async () => {
    const policy = await tinyPolicy();
    expect(() => attachAdapter(policy, { ...options, targetModules: ['c_attn'] })).toThrow(
      /got c_attn/,
    );
    const other = await tinyPolicy({ hiddenSize: 32 });
    attachAdapter(other, options);
    await saveAdapter(other, path.join(folder, 'other'));
    await expect(loadAdapter(policy, path.join(folder, 'other'))).rejects.toThrow(
      /lora_B\.weight should have shape \[16, 2\]/,
    );
    const file = path.join(folder, 'other', 'adapter_config.json');
    await writeFile(
      file,
      JSON.stringify({ ...JSON.parse(await readFile(file, 'utf8')), use_dora: true }),
    );
    await expect(loadAdapter(policy, path.join(folder, 'other'))).rejects.toThrow(
      /use_dora = true/,
    );
    expect(policy.adapter).toBeNull();
    policy.dispose();
    other.dispose();
  });
});
