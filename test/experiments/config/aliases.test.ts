import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Config, Method } from '../../../src/experiments/config/index.js';
import { loadConfig } from '../../../src/experiments/config/index.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'rlsf-aliases-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function read(
  text: string,
  method: Method,
  env: Record<string, string> = {},
): Promise<{ config: Config; notes: string[] }> {
  const file = path.join(folder, 'theirs.yaml');
  await writeFile(file, text);
  const notes: string[] = [];
  const config = await loadConfig(file, { env, method, onNote: (note) => notes.push(note) });
  return { config, notes };
}

describe('a config of another project', () => {
  it('is read where it trains by supervised fine-tuning, each key with a note', async () => {
    const { config, notes } = await read(
      `max_seq_length: 1500
dataset_size: inf
epochs: 1
per_device_train_batch_size: 8
gradient_accumulation_steps: 16
learning_rate: 1.41e-6
lora_r: 64
lora_alpha: 16
lora_dropout: 0.05
dataset_name: data/csn.jsonl
base_model: models/base
dataset_ref_field: whole_func_string
torch_dtype: bfloat16
`,
      'sft',
    );
    expect(config).toMatchObject({
      policy: { model_name_or_path: 'models/base', lora_r: 64, lora_alpha: 16, dtype: 'bfloat16' },
      dataset: {
        path: 'data/csn.jsonl',
        size: null,
        text_field: 'whole_func_string',
        max_length: 1500,
      },
      sft: {
        num_train_epochs: 1,
        per_device_train_batch_size: 8,
        gradient_accumulation_steps: 16,
        learning_rate: 1.41e-6,
      },
    });
    expect(notes).toHaveLength(13);
    expect(notes.join('\n')).toMatch(/theirs\.yaml: epochs is read as sft\.num_train_epochs: 1\./);
  });

  it('is read where it trains by KTO without an adapter', async () => {
    const { config } = await read(
      'no_lora: true\nwarmup_ratio: 0.1\nweight_decay: 0.1\nuse_token_level_rewards: false\n',
      'kto',
    );
    expect(config.policy.use_peft).toBe(false);
    expect(config.kto).toMatchObject({
      warmup_ratio: 0.1,
      weight_decay: 0.1,
      use_token_level_rewards: false,
    });
  });

  it('is read where its sections are train, dataset and runtime', async () => {
    const { config, notes } = await read(
      `model_name: models/base
max_new_tokens: 128
num_generations: 4
train: { output_dir: outputs/debug, max_steps: 10, learning_rate: 1.0e-5, per_device_train_batch_size: 1, gradient_accumulation_steps: 2, temperature: 0.7, save_steps: 0, seed: 3 }
dataset: { n_train: 256, n_eval: 128 }
runtime: { mps_fallback: true }
`,
      'grpo',
    );
    expect(config).toMatchObject({
      sampling: { max_completion_length: 128, temperature: 0.7 },
      run: { output_dir: 'outputs/debug', save_steps: 0, seed: 3 },
      grpo: {
        num_generations: 4,
        max_steps: 10,
        learning_rate: 1e-5,
        prompts_per_step: 1,
        gradient_accumulation_steps: 2,
      },
      task: { train_problems: 256 },
      evaluation: { problems: 128 },
    });
    expect(notes.at(-1)).toMatch(/runtime\.mps_fallback is not used: there is no MPS backend here/);
  });

  it('is read where it generates candidates', async () => {
    const { config } = await read(
      'generation: { model_name: m, num_candidates: 12, temperature: 0.8, max_tokens: 300 }\nn_best: 3\n',
      'dpo',
    );
    expect(config).toMatchObject({
      policy: { model_name_or_path: 'm' },
      sampling: { temperature: 0.8, max_completion_length: 300 },
      dataset: { n_best: 3, candidates: { num_candidates: 12 } },
    });
  });

  it('turns the token-level switch into what it is for the method', async () => {
    const scheme = async (value: boolean): Promise<string> =>
      (await read(`use_token_level_rewards: ${value}`, 'grpo')).config.reward.token_scheme.name;
    expect([await scheme(true), await scheme(false)]).toEqual(['span_penalty', 'scalar']);
    const ppo = await read('use_token_level_rewards: false', 'ppo');
    expect(ppo.config.ppo.token_reward_weight).toBe(0);
  });

  it('leaves a key that is nobody’s to the usual error, and gives ours no note', async () => {
    await expect(read('learning_rat: 1', 'grpo')).rejects.toThrow(/no such option\. Nearest/);
    await expect(read('dataset: { n_trian: 1 }', 'grpo')).rejects.toThrow(/no such option/);
    expect((await read('grpo: { beta: 0.5 }', 'grpo')).notes).toEqual([]);
  });

  it('takes environment names for the method that is to run', async () => {
    const env = { MAX_STEPS: '7', LR: '0.5', BATCH_SIZE: '3', GRAD_ACCUM: '2' };
    expect((await read('', 'kto', env)).config.kto).toMatchObject({
      max_steps: 7,
      learning_rate: 0.5,
      per_device_train_batch_size: 3,
      gradient_accumulation_steps: 2,
    });
    expect((await read('', 'grpo', env)).config.grpo).toMatchObject({
      max_steps: 7,
      prompts_per_step: 3,
      gradient_accumulation_steps: 2,
    });
  });
});
