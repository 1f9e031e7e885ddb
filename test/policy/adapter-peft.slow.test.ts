import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cp, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  attachAdapter,
  hiddenStates,
  loadAdapter,
  loadPolicy,
  outputOperands,
  saveAdapter,
  savePolicy,
  type AttachOptions,
  type Policy,
} from '../../src/policy/index.js';
import { selectBackend, tf } from '../../src/tensor/index.js';
import { availableBackends } from './backends.js';
import { temporaryFolder } from './fixtures.js';

const goldens = fileURLToPath(new URL('../golden/peft', import.meta.url));
const python = process.env['RLSF_TEST_PYTHON'];
const folder = await temporaryFolder();

interface Golden {
  ids: number[][];
  bases: Record<string, { logits: number[][][] }>;
  adapters: Record<string, { base: string; logits: number[][][] }>;
}
const golden = JSON.parse(readFileSync(path.join(goldens, 'golden.json'), 'utf8')) as Golden;

const base = (kind: string): Promise<Policy> => loadPolicy(path.join(goldens, `base-${kind}`));

function logitsOf(policy: Policy, options: { useAdapter?: boolean } = {}): number[][][] {
  return golden.ids.map((ids) =>
    tf.tidy(() => {
      const states = hiddenStates(
        policy,
        Int32Array.from(ids),
        Int32Array.of(0, ids.length),
        options,
      );
      const { hidden, weight } = outputOperands(policy, states, options);
      return tf.matMul(hidden, weight, false, true).arraySync() as number[][];
    }),
  );
}

/** Of each base with its adapter from PEFT, of a model alone from transformers. */
function pythonLogits(folders: string[][]): number[][][][] {
  const output = execFileSync(python!, [path.join(goldens, 'peft_logits.py')], {
    input: JSON.stringify({ ids: golden.ids, folders }),
    encoding: 'utf8',
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  return JSON.parse(output) as number[][][][];
}

function expectClose(found: number[][][], expected: number[][][], bound: number): void {
  const all = expected.flat(2);
  expect(found.flat(2)).toHaveLength(all.length);
  const worst = found
    .flat(2)
    .reduce((most, value, i) => Math.max(most, Math.abs(value - all[i])), 0);
  expect(worst).toBeLessThan(bound);
}

for (const backend of await availableBackends()) {
  describe(`adapters that PEFT saved, on ${backend}`, () => {
    beforeAll(() => selectBackend(backend));

    it.each(Object.keys(golden.adapters))('%s loads and gives the logits of PEFT', async (name) => {
      const { base: kind, logits } = golden.adapters[name];
      const policy = await base(kind);
      expectClose(logitsOf(policy), golden.bases[kind].logits, 1e-5);
      await loadAdapter(policy, path.join(goldens, name));
      expectClose(logitsOf(policy), logits, 1e-5);
      expectClose(logitsOf(policy, { useAdapter: false }), golden.bases[kind].logits, 1e-5);

      // Merged it is a model by itself, and saved again the same adapter.
      const merged = path.join(folder, `${backend}-${name}-merged`);
      await savePolicy(policy, merged, { merge: true });
      const whole = await loadPolicy(merged);
      expectClose(logitsOf(whole), logits, 1e-5);
      const again = path.join(folder, `${backend}-${name}-again`);
      await saveAdapter(policy, again);
      const copy = await base(kind);
      await loadAdapter(copy, again);
      expect(logitsOf(copy)).toEqual(logitsOf(policy));
      for (const each of [policy, whole, copy]) each.dispose();
    });
  });
}

describe('adapter folders', () => {
  beforeAll(() => selectBackend('cpu'));

  it('has every field of adapter_config.json that PEFT writes, with the same values', async () => {
    for (const [name, { base: kind }] of Object.entries(golden.adapters)) {
      const policy = await base(kind);
      await loadAdapter(policy, path.join(goldens, name));
      const target = path.join(folder, `${name}-config`);
      await saveAdapter(policy, target);
      const read = async (from: string): Promise<Record<string, unknown>> => {
        const config = JSON.parse(await readFile(path.join(from, 'adapter_config.json'), 'utf8'));
        if (Array.isArray(config.target_modules)) config.target_modules.sort();
        const { layers_pattern: layers, base_model_name_or_path: _, ...others } = config;
        return { ...others, layers_pattern: layers === null ? null : [layers].flat() };
      };
      expect(await read(target)).toEqual(await read(path.join(goldens, name)));
      policy.dispose();
    }
  });

  it('is complete by itself: tokenizer and generation config lie in it', async () => {
    const policy = await base('qwen2');
    attachAdapter(policy, { r: 2, loraAlpha: 2, targetModules: 'all-linear', seed: 1 });
    const target = path.join(folder, 'complete');
    await saveAdapter(policy, target);
    const names = await readdir(target);
    for (const name of ['tokenizer.json', 'tokenizer_config.json', 'generation_config.json'])
      expect(names).toContain(name);
    policy.dispose();
  });

  it('reads the config of an old PEFT, which lacks the newer fields', async () => {
    const policy = await base('qwen2');
    const old = path.join(folder, 'old');
    await cp(path.join(goldens, 'qwen2-r4'), old, { recursive: true });
    await writeFile(
      path.join(old, 'adapter_config.json'),
      JSON.stringify({
        base_model_name_or_path: 'somewhere',
        bias: 'none',
        enable_lora: null,
        fan_in_fan_out: false,
        inference_mode: true,
        lora_alpha: 8,
        lora_dropout: 0.05,
        merge_weights: false,
        modules_to_save: null,
        peft_type: 'LORA',
        r: 4,
        target_modules: ['v_proj', 'q_proj'],
        task_type: 'CAUSAL_LM',
      }),
    );
    const adapter = await loadAdapter(policy, old);
    expect(adapter).toMatchObject({ loraDropout: 0.05, targetModules: ['q_proj', 'v_proj'] });
    expectClose(logitsOf(policy), golden.adapters['qwen2-r4'].logits, 1e-5);
    policy.dispose();
  });

  it.each<[string, Record<string, unknown>, RegExp]>([
    ['DoRA', { use_dora: true }, /use_dora = true is not supported/],
    ['another method', { peft_type: 'VERA' }, /peft_type = "VERA" is not supported, only LORA/],
    ['biases', { bias: 'lora_only' }, /bias = "lora_only"/],
    ['PiSSA', { init_lora_weights: 'pissa_niter_16' }, /init_lora_weights.*changes the base/],
    ['trained tokens', { trainable_token_indices: [1, 2] }, /trainable_token_indices = \[1,2\]/],
    ['repeated layers', { layer_replication: [[0, 2]] }, /layer_replication/],
    ['what a later PEFT may bring', { use_tomorrow: { x: 1 } }, /use_tomorrow = \{"x":1\}/],
    ['tying', { ensure_weight_tying: true, modules_to_save: ['lm_head'] }, /ensure_weight_tying/],
    ['a wrong rank', { r: 2 }, /lora_A\.weight should have shape \[2, 16\].*has \[4, 16\]/],
    ['a module too few', { target_modules: ['q_proj'] }, /do not name model.*v_proj/],
    [
      'a module too many',
      { target_modules: ['q_proj', 'v_proj', 'o_proj'] },
      /should hold.*o_proj/,
    ],
    ['no module', { target_modules: ['c_attn'] }, /"c_attn".*name no linear layer/],
    ['LoRA on the embedding', { target_modules: ['embed_tokens'] }, /embedding is not supported/],
    ['a broken expression', { target_modules: '(' }, /expected a regular expression, got "\("/],
    ['a text for r', { r: '4' }, /expected r to be a number, got "4"/],
  ])('refuses by name: %s', async (_what, changes, message) => {
    const policy = await base('qwen2');
    const target = await temporaryFolder();
    await cp(path.join(goldens, 'qwen2-r4'), target, { recursive: true });
    const file = path.join(target, 'adapter_config.json');
    const config = JSON.parse(await readFile(file, 'utf8'));
    await writeFile(file, JSON.stringify({ ...config, ...changes }));
    await expect(loadAdapter(policy, target)).rejects.toThrow(message);
    expect(policy.adapters.size).toBe(0);
    policy.dispose();
  });

  it('names an adapter of another base, and weights that only look alike', async () => {
    const policy = await base('llama');
    const target = await temporaryFolder();
    await cp(path.join(goldens, 'qwen2-r4'), target, { recursive: true });
    // The same shapes: LoRA files say nothing about their base, so this one loads.
    await loadAdapter(policy, target, { name: 'alike' });
    // The copy of the output layer that PEFT puts beside a pair there tells them apart.
    const { 'qwen2-tied-head': head } = golden.adapters;
    expect(head.base).toBe('qwen2');
    await expect(loadAdapter(policy, path.join(goldens, 'qwen2-tied-head'))).rejects.toThrow(
      /lm_head\.base_layer\.weight is a weight of the base, and differs/,
    );
    policy.dispose();
  });
});

const kinds: [string, string, Omit<AttachOptions, 'seed'>][] = [
  ['plain', 'qwen2', { r: 4, loraAlpha: 8, targetModules: ['q_proj', 'mlp.up_proj'] }],
  [
    'rslora, patterns, dropout, norm',
    'llama',
    {
      r: 4,
      loraAlpha: 8,
      useRslora: true,
      loraDropout: 0.1,
      targetModules: 'all-linear',
      rankPattern: { 'layers.0.self_attn.k_proj': 1, down_proj: 6 },
      alphaPattern: { '.*\\.1\\..*': 5 },
      modulesToSave: ['model.norm'],
    },
  ],
  ['head', 'llama', { r: 2, loraAlpha: 4, targetModules: '.*(lm_head|layers\\.1.*o_proj)' }],
  ['tied head', 'qwen2', { r: 2, loraAlpha: 4, targetModules: ['lm_head', 'k_proj'] }],
  [
    'one layer, embedding',
    'llama',
    {
      r: 2,
      loraAlpha: 4,
      targetModules: ['v_proj'],
      layersToTransform: [1],
      modulesToSave: ['embed_tokens'],
    },
  ],
];

// Set RLSF_TEST_PYTHON to the path of an interpreter that has torch, transformers and peft.
describe.skipIf(python === undefined)('PEFT itself (RLSF_TEST_PYTHON)', () => {
  beforeAll(() => selectBackend('cpu'));

  it('loads adapters that were saved here, transformers what was merged here', async () => {
    const expected: number[][][][] = [];
    const folders: string[][] = [];
    for (const [name, kind, options] of kinds) {
      const policy = await base(kind);
      const adapter = attachAdapter(policy, { ...options, seed: 3 });
      for (const { b } of adapter.pairs.values())
        tf.tidy(() => b.assign(tf.randomNormal(b.shape, 0, 0.2, 'float32', 5)));
      for (const saved of adapter.saved.values()) tf.tidy(() => saved.assign(saved.mul(1.3)));
      const target = path.join(folder, `live ${name}`);
      await saveAdapter(policy, target);
      await savePolicy(policy, `${target} merged`, { merge: true });
      folders.push([path.join(goldens, `base-${kind}`), target], [`${target} merged`]);
      expected.push(logitsOf(policy), logitsOf(policy));
      policy.dispose();
    }
    const found = pythonLogits(folders);
    expected.forEach((logits, i) => expectClose(found[i], logits, 1e-5));
  }, 300_000);
});
