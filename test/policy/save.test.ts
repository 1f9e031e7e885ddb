import {
  chmod,
  mkdir,
  readdir,
  readFile,
  readlink,
  rename,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  attachAdapter,
  loadPolicy,
  openSafetensors,
  saveAdapter,
  savePolicy,
  type Policy,
} from '../../src/policy/index.js';
import {
  bfloat16ToFloat32,
  float16ToFloat32,
  float32ToBfloat16,
  float32ToFloat16,
} from '../../src/policy/folder/floats.js';
import { writeFolder } from '../../src/policy/folder/write.js';
import { selectBackend, tf } from '../../src/tensor/index.js';
import { temporaryFolder, tinyPolicy } from './fixtures.js';

const root = await temporaryFolder();
let made = 0;
const fresh = (): string => path.join(root, String(made++));
beforeAll(() => selectBackend('cpu'));

function valuesOf(policy: Policy): Record<string, Float32Array> {
  return Object.fromEntries(
    [...policy.weights].map(([name, variable]) => [name, variable.dataSync<'float32'>().slice()]),
  );
}

async function jsonOf(folder: string, name: string): Promise<Record<string, unknown>> {
  const json: unknown = JSON.parse(await readFile(path.join(folder, name), 'utf8'));
  return json as Record<string, unknown>;
}

/** A folder as someone else's tools leave it, with fields that the decoder does not read. */
async function foreignFolder(
  change: (files: Record<string, Record<string, unknown>>) => void = () => {},
): Promise<{ folder: string; texts: Record<string, string> }> {
  const policy = await tinyPolicy();
  const folder = fresh();
  await savePolicy(policy, folder);
  const files: Record<string, Record<string, unknown>> = {
    'config.json': {
      ...(await jsonOf(folder, 'config.json')),
      _name_or_path: 'someone/else',
      attention_dropout: 0.1,
      sliding_window: 32768,
      max_window_layers: 21,
      transformers_version: '4.44.0',
    },
    'generation_config.json': {
      bos_token_id: 1,
      do_sample: true,
      eos_token_id: [policy.tokenizer.eosTokenId, 2],
      pad_token_id: 3,
      repetition_penalty: 1.1,
      temperature: 0.7,
      top_k: 20,
      top_p: 0.8,
    },
    'tokenizer_config.json': {
      ...(await jsonOf(folder, 'tokenizer_config.json')),
      model_max_length: 131072,
      pad_token: '<|endoftext|>',
    },
    'special_tokens_map.json': { eos_token: '<|endoftext|>', pad_token: '<|endoftext|>' },
  };
  change(files);
  const texts: Record<string, string> = {};
  // Python's own spacing, so that what is kept can be told from what is written anew.
  for (const [name, json] of Object.entries(files)) texts[name] = JSON.stringify(json, null, 4);
  texts['chat_template.jinja'] = '{% for m in messages %}{{ m.content }}\n{% endfor %}';
  for (const [name, text] of Object.entries(texts)) await writeFile(path.join(folder, name), text);
  policy.dispose();
  return { folder, texts };
}

describe('saving a policy', () => {
  it('gives back the loaded configs, tokenizer and chat template byte for byte', async () => {
    const { folder, texts } = await foreignFolder();
    const loaded = await loadPolicy(folder);
    const target = fresh();
    await savePolicy(loaded, target);
    for (const [name, text] of Object.entries(texts)) {
      expect(await readFile(path.join(target, name), 'utf8'), name).toBe(text);
    }
    expect(await readFile(path.join(target, 'model.safetensors'))).toEqual(
      await readFile(path.join(folder, 'model.safetensors')),
    );
    // An adapter folder brings them too.
    attachAdapter(loaded, { r: 1, loraAlpha: 1, targetModules: ['q_proj'], seed: 1 });
    const adapter = fresh();
    await saveAdapter(loaded, adapter);
    for (const [name, text] of Object.entries(texts)) {
      if (name === 'config.json') continue;
      expect(await readFile(path.join(adapter, name), 'utf8'), name).toBe(text);
    }
    loaded.dispose();
  });

  it('changes in config.json only what is no longer so', async () => {
    const { folder } = await foreignFolder();
    const before = await jsonOf(folder, 'config.json');
    const loaded = await loadPolicy(folder);
    const target = fresh();
    await savePolicy(loaded, target, { dtype: 'bfloat16' });
    expect(await jsonOf(target, 'config.json')).toEqual({ ...before, torch_dtype: 'bfloat16' });
    loaded.config.eosTokenIds = [5];
    loaded.config.ropeTheta = 20000;
    await savePolicy(loaded, target);
    expect(await jsonOf(target, 'config.json')).toMatchObject({
      eos_token_id: 5,
      rope_theta: 20000,
      max_window_layers: 21,
    });
    expect(await jsonOf(target, 'generation_config.json')).toMatchObject({
      eos_token_id: 5,
      top_p: 0.8,
    });
    const again = await loadPolicy(target);
    expect(again.config).toEqual(loaded.config);
    loaded.dispose();
    again.dispose();
  });

  it('names the end token as the pad token in every file that has none', async () => {
    const { folder } = await foreignFolder((files) => {
      delete files['config.json'].pad_token_id;
      files['generation_config.json'].pad_token_id = null;
      delete files['tokenizer_config.json'].pad_token;
      delete files['special_tokens_map.json'].pad_token;
    });
    const loaded = await loadPolicy(folder);
    const eos = loaded.tokenizer.eosTokenId;
    expect(loaded.config.padTokenId).toBe(eos);
    const target = fresh();
    await savePolicy(loaded, target);
    attachAdapter(loaded, { r: 1, loraAlpha: 1, targetModules: ['q_proj'], seed: 1 });
    const adapter = fresh();
    await saveAdapter(loaded, adapter);
    expect(await jsonOf(target, 'config.json')).toMatchObject({
      pad_token_id: eos,
      max_window_layers: 21,
    });
    for (const written of [target, adapter]) {
      expect(await jsonOf(written, 'generation_config.json')).toMatchObject({
        pad_token_id: eos,
        temperature: 0.7,
      });
      for (const name of ['tokenizer_config.json', 'special_tokens_map.json']) {
        expect(await jsonOf(written, name)).toMatchObject({ pad_token: '<|endoftext|>' });
      }
    }
    loaded.dispose();
  });

  it("takes the tokenizer's pad token where the configs name none", async () => {
    const { folder } = await foreignFolder((files) => {
      delete files['config.json'].pad_token_id;
      delete files['generation_config.json'].pad_token_id;
      files['tokenizer_config.json'].pad_token = { content: 'a', special: false };
    });
    const loaded = await loadPolicy(folder);
    expect(loaded.config.padTokenId).toBe(loaded.tokenizer.encode('a')[0]);
    expect(loaded.config.padTokenId).not.toBe(loaded.tokenizer.eosTokenId);
    loaded.dispose();
  });

  it('writes every type so that it loads with the nearest values', async () => {
    const policy = await tinyPolicy();
    const exact = valuesOf(policy);
    const nearest = {
      float32: (values: Float32Array) => values,
      bfloat16: (values: Float32Array) => bfloat16ToFloat32(float32ToBfloat16(values)),
      float16: (values: Float32Array) => float16ToFloat32(float32ToFloat16(values)),
    };
    for (const dtype of ['float32', 'bfloat16', 'float16'] as const) {
      const target = fresh();
      await savePolicy(policy, target, { dtype });
      expect(await jsonOf(target, 'config.json')).toMatchObject({ torch_dtype: dtype });
      const loaded = await loadPolicy(target);
      const expected = Object.entries(exact).map(([name, v]) => [name, nearest[dtype](v)]);
      expect(valuesOf(loaded)).toEqual(Object.fromEntries(expected));
      // And once more without loss.
      const again = fresh();
      await savePolicy(loaded, again, { dtype });
      expect(await readFile(path.join(again, 'model.safetensors'))).toEqual(
        await readFile(path.join(target, 'model.safetensors')),
      );
      loaded.dispose();
    }
    policy.dispose();
  });

  it('splits the weights into shards with an index, as transformers does', async () => {
    const policy = await tinyPolicy({ tieWordEmbeddings: false });
    const maxShardBytes = 8000;
    const target = fresh();
    await savePolicy(policy, target, { maxShardBytes });
    const { metadata, weight_map: map } = await jsonOf(target, 'model.safetensors.index.json');
    const bytes = [...policy.weights.values()].reduce((sum, { size }) => sum + 4 * size, 0);
    expect(metadata).toEqual({ total_size: bytes });
    const shardOf = map as Record<string, string>;
    expect(Object.keys(shardOf)).toEqual([...policy.weights.keys()].sort());
    const shards = (await readdir(target)).filter((name) => name.endsWith('.safetensors'));
    expect(shards.length).toBeGreaterThan(3);
    expect(shards[0]).toBe(`model-00001-of-${String(shards.length).padStart(5, '0')}.safetensors`);
    for (const shard of shards) {
      const opened = await openSafetensors(path.join(target, shard));
      const sizes = opened.names.map((name) => 4 * policy.weights.get(name)!.size);
      const sum = sizes.reduce((total, size) => total + size, 0);
      expect(sum <= maxShardBytes || sizes.length === 1).toBe(true);
      for (const name of opened.names) expect(shardOf[name]).toBe(shard);
      await opened.close();
    }
    const loaded = await loadPolicy(target);
    expect(loaded.revision).toBe(policy.revision);
    loaded.dispose();
    policy.dispose();
  });

  it('leaves one set of weights when one file follows shards, shards one file, shards shards', async () => {
    const policy = await tinyPolicy();
    const target = fresh();
    const single = /^model\.safetensors$/;
    const plain = /^model-\d{5}-of-\d{5}\.safetensors$/;
    const saves = [
      [undefined, single],
      [8000, plain],
      [8000, plain],
      [9000, plain],
      [undefined, single],
    ] as const;
    for (const [maxShardBytes, pattern] of saves) {
      tf.tidy(() => {
        for (const variable of policy.weights.values()) variable.assign(variable.add(1));
      });
      await savePolicy(policy, target, {
        ...(maxShardBytes === undefined ? {} : { maxShardBytes }),
      });
      const names = (await readdir(target)).filter((name) => name.includes('.safetensors'));
      const hasIndex = names.includes('model.safetensors.index.json');
      expect(hasIndex).toBe(maxShardBytes !== undefined);
      for (const name of names) {
        if (!name.endsWith('.json')) expect(name).toMatch(pattern);
      }
      const loaded = await loadPolicy(target);
      expect(loaded.revision).toBe(policy.revision);
      loaded.dispose();
    }
    policy.dispose();
  });

  it('leaves no file of the model before: no template, no tokenizer file, no shard', async () => {
    const { folder } = await foreignFolder();
    for (const name of ['vocab.json', 'tokenizer.model', 'model-b-00001-of-00002.safetensors'])
      await writeFile(path.join(folder, name), 'old');
    await mkdir(path.join(folder, 'additional_chat_templates'));
    // The same tokenizer's other files still fit.
    const policy = await tinyPolicy();
    await savePolicy(policy, folder);
    const others = ['additional_chat_templates', 'tokenizer.model', 'vocab.json'];
    const written = [
      'config.json',
      'generation_config.json',
      'model.safetensors',
      'special_tokens_map.json',
      'tokenizer.json',
      'tokenizer_config.json',
    ];
    expect((await readdir(folder)).sort()).toEqual([...others, ...written].sort());
    await writeFile(path.join(folder, 'tokenizer.json'), '{}');
    await savePolicy(policy, folder);
    expect((await readdir(folder)).sort()).toEqual(written);
    policy.dispose();
  });

  it('does not go over an adapter unless it is told to remove it', async () => {
    const policy = await tinyPolicy();
    const target = fresh();
    attachAdapter(policy, { r: 1, loraAlpha: 1, targetModules: ['q_proj'], seed: 1 });
    await saveAdapter(policy, target);
    const before = await readdir(target);
    await expect(savePolicy(policy, target, { merge: true })).rejects.toThrow(
      /holds a PEFT adapter \(adapter_config\.json, adapter_model\.safetensors\).*removeAdapter/,
    );
    expect(await readdir(target)).toEqual(before);
    await savePolicy(policy, target, { merge: true, removeAdapter: true });
    expect((await readdir(target)).filter((name) => name.startsWith('adapter'))).toEqual([]);
    policy.dispose();
  });

  it.each(['load', 'save'])('is put back by the next %s where it was set aside', async (next) => {
    const policy = await tinyPolicy();
    const target = fresh();
    await savePolicy(policy, target);
    await writeFile(path.join(target, 'README.md'), 'mine');
    await writeFile(path.join(target, 'chat_template.jinja'), 'old');
    // Killed between its two renames; no process has this id.
    await rename(target, `${target}.old-99999999`);
    if (next === 'save') await savePolicy(policy, target);
    const loaded = await loadPolicy(target);
    expect((await readdir(target)).includes('chat_template.jinja')).toBe(next === 'load');
    expect(loaded.revision).toBe(policy.revision);
    expect(await readFile(path.join(target, 'README.md'), 'utf8')).toBe('mine');
    const beside = (await readdir(root)).filter((name) =>
      name.startsWith(`${path.basename(target)}.`),
    );
    expect(beside).toEqual([]);
    // Another process is between them just now.
    await rename(target, `${target}.old-${process.pid}`);
    await expect(loadPolicy(target)).rejects.toThrow(/is just being saved, its old files are in/);
    policy.dispose();
    loaded.dispose();
  });

  it('keeps other files of the folder, and clears what a killed save left', async () => {
    const policy = await tinyPolicy();
    const target = fresh();
    // No process has this id: the system's largest is smaller.
    const leftover = `${target}.partial-99999999`;
    await mkdir(target);
    await mkdir(leftover);
    await writeFile(path.join(target, 'README.md'), 'mine');
    await mkdir(path.join(target, 'logs'));
    await writeFile(path.join(target, 'logs', 'one'), 'log');
    await symlink('README.md', path.join(target, 'link'));
    await chmod(target, 0o750);
    const link = fresh();
    await symlink(target, link);
    for (const place of [target, link]) {
      await savePolicy(policy, place);
      expect(await readFile(path.join(target, 'README.md'), 'utf8')).toBe('mine');
      expect(await readFile(path.join(target, 'logs', 'one'), 'utf8')).toBe('log');
      expect(await readlink(path.join(target, 'link'))).toBe('README.md');
      expect((await stat(target)).mode & 0o777).toBe(0o750);
    }
    expect(await readlink(link)).toBe(target);
    const beside = await readdir(root);
    expect(beside.filter((name) => name.includes('partial'))).toEqual([]);
    policy.dispose();
  });

  it('leaves the old folder whole when writing fails', async () => {
    const policy = await tinyPolicy();
    const target = fresh();
    await savePolicy(policy, target);
    const before = await loadPolicy(target);
    const large = policy.weights.get('model.norm.weight')!;
    tf.tidy(() => large.assign(tf.fill(large.shape, 1e6)));
    await expect(savePolicy(policy, target, { dtype: 'float16' })).rejects.toThrow(
      /model\.norm\.weight holds 1000000, beyond float16's largest/,
    );
    const after = await loadPolicy(target);
    expect(after.revision).toBe(before.revision);
    expect(await jsonOf(target, 'config.json')).toMatchObject({ torch_dtype: 'float32' });
    await expect(savePolicy(policy, target, { maxShardBytes: 0 })).rejects.toThrow(/maxShardBytes/);
    await expect(savePolicy(policy, path.join(target, 'config.json', 'x'))).rejects.toThrow(
      /Cannot write the folder/,
    );
    for (const each of [policy, before, after]) each.dispose();
    await expect(savePolicy(policy, target)).rejects.toThrow(/disposed/);
  });

  it('leaves the base of an adapter named after a merged copy was saved', async () => {
    const policy = await tinyPolicy();
    const base = fresh();
    await savePolicy(policy, base);
    attachAdapter(policy, { r: 1, loraAlpha: 1, targetModules: ['q_proj'], seed: 1 });
    await savePolicy(policy, fresh(), { merge: true });
    expect(policy.folder).toBe(base);
    policy.dispose();
  });
});

describe('writing a folder', () => {
  it('replaces what it is given, and removes what it is told to', async () => {
    const target = fresh();
    await writeFolder(target, [
      { name: 'a', chunks: ['1'] },
      { name: 'b', chunks: ['1'] },
    ]);
    await writeFolder(target, [{ name: 'a', chunks: ['2', new Uint8Array([51])] }], {
      remove: ['b', 'never there'],
    });
    expect(await readdir(target)).toEqual(['a']);
    expect(await readFile(path.join(target, 'a'), 'utf8')).toBe('23');
  });
});
