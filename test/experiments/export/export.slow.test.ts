import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { parse } from 'yaml';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readDataset, writeJsonl } from '../../../src/datasets/index.js';
import { exportTraining } from '../../../src/experiments/export/index.js';
import { loadConfig } from '../../../src/experiments/index.js';
import { readRows } from '../../../src/tasks/files/rows.js';
import { writeRun } from './run-folder.js';

let root: string;
const at = (...parts: string[]): string => path.join(root, ...parts);

beforeAll(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), 'rlsf-export-'));
});

afterAll(() => rm(root, { recursive: true, force: true }));

const read = (...parts: string[]): string => readFileSync(at(...parts), 'utf8');

async function rowsOf(file: string): Promise<unknown[]> {
  const rows: unknown[] = [];
  for await (const row of readRows(file)) rows.push('value' in row ? row.value : row);
  return rows;
}

const grpo = {
  policy: { model_name_or_path: 'data/policies/cpp-tiny', lora_r: 8 },
  task: { name: 'cpp', train_problems: 12, seed: 5 },
  sampling: { temperature: 0.7, max_completion_length: 64, min_p: 0.05 },
  reward: { token_scheme: { name: 'return_to_go', lambda: 0.25, gamma: 0.9 } },
  grpo: {
    prompts_per_step: 6,
    num_generations: 4,
    per_device_train_batch_size: 16,
    steps_per_generation: 1,
    max_steps: 20,
    warmup_ratio: 0.1,
    beta: 0.01,
    epsilon_high: 0.28,
    clip_ratio_c: 3,
  },
};

test('a GRPO run becomes prompts, TRL’s own options and a script; what TRL lacks is said', async () => {
  await writeRun(at('grpo'), 'grpo', grpo);
  const done = await exportTraining(at('grpo'), { to: 'trl', out: at('trl') });
  expect(done).toMatchObject({ method: 'grpo', rows: 12 });
  expect(done.files.sort()).toEqual(readdirSync(at('trl')).sort());
  expect(done.notes).toEqual(['grpo.clip_ratio_c is 3 here; TRL trains as with null.']);
  const config = parse(read('trl', 'config.yaml'));
  expect(config).toMatchObject({
    method: 'grpo',
    model_name_or_path: 'data/policies/cpp-tiny',
    peft: { r: 8, lora_alpha: 32 },
    token_scheme: { name: 'return_to_go', lambda: 0.25, gamma: 0.9 },
    args: {
      num_generations: 4,
      epsilon_high: 0.28,
      beta: 0.01,
      temperature: 0.7,
      min_p: 0.05,
      warmup_steps: 2,
      max_steps: 20,
      seed: 42,
    },
  });
  const { args } = config;
  // Python’s YAML takes a number without a point for a text.
  expect(read('trl', 'config.yaml')).toContain('adam_epsilon: 1.0e-8\n');
  // 24 completions a step: whole groups in a pass, no more than 16.
  expect([args.per_device_train_batch_size, args.gradient_accumulation_steps]).toEqual([12, 2]);
  expect(statSync(at('trl', 'run.sh')).mode & 0o111).not.toBe(0);
  // The problems are those of the run: the reward server finds them by its config.
  const server = await loadConfig(at('trl', 'rlsf.yaml'), { env: {} });
  expect(server.task).toMatchObject({ name: 'cpp', seed: 5 });
  const rows = await rowsOf(at('trl', 'train.jsonl'));
  expect(await rowsOf(at('trl', 'train.parquet'))).toEqual(rows);
  expect(Object.keys(rows[0] as object)).toEqual(['prompt', 'task', 'problem_id']);
});

test('verl gets its columns and its words for the same options', async () => {
  await writeRun(at('grpo-v'), 'tour', grpo);
  const done = await exportTraining(at('grpo-v'), { to: 'verl', out: at('verl') });
  expect(done.notes.join()).toContain('scalar');
  const [row] = (await rowsOf(at('verl', 'train.parquet'))) as Record<string, never>[];
  expect(row).toMatchObject({
    data_source: 'cpp',
    prompt: [{ role: 'user', content: expect.any(String) }],
    reward_model: { style: 'rule', ground_truth: row['extra_info']['problem_id'] },
  });
  const run = read('verl', 'run.sh');
  for (const option of [
    'algorithm.adv_estimator=grpo',
    'actor_rollout_ref.rollout.n=4',
    'actor_rollout_ref.actor.clip_ratio_high=0.28',
    'actor_rollout_ref.actor.clip_ratio_c=3',
    'actor_rollout_ref.actor.use_kl_loss=True',
    'data.train_batch_size=6',
    'reward.custom_reward_function.path=reward.py',
  ])
    expect(run).toContain(`  ${option} \\\n`);
  expect(existsSync(at('verl', 'reward.py'))).toBe(true);
});

test('OpenRLHF gets a label that its reward protocol is answered by', async () => {
  await writeRun(at('grpo-o'), 'grpo', grpo);
  await exportTraining(at('grpo-o'), { to: 'openrlhf', out: at('openrlhf') });
  const [row] = (await rowsOf(at('openrlhf', 'train.jsonl'))) as { label: string }[];
  expect(JSON.parse(row.label)).toMatchObject({ task: 'cpp', id: expect.any(String) });
  const run = read('openrlhf', 'run.sh');
  expect(run).toContain('  --reward.remote_url "$RLSF_URL/get_reward" \\\n');
  expect(run).toContain('  --algo.advantage.estimator group_norm \\\n');
  expect(run).toContain('  --rollout.n_samples_per_prompt 4 \\\n');
});

test('rows of a file go round unchanged, and their columns tell the trainer', async () => {
  const pairs = [
    { prompt: 'a', chosen: 'b"ü\n', rejected: 'c', score: 0.5, tags: ['x', 'y'] },
    { prompt: 'd', chosen: 'e', rejected: '', score: 2, tags: ['z'] },
  ];
  writeJsonl(at('pairs.jsonl'), pairs);
  const done = await exportTraining(at('pairs.jsonl'), { to: 'trl', out: at('dpo') });
  expect(done).toMatchObject({ method: 'dpo', rows: 2 });
  expect((await readDataset(at('dpo', 'train.parquet'))).rows).toEqual(pairs);
  expect((await readDataset(at('dpo', 'train.jsonl'))).rows).toEqual(pairs);
  expect(parse(read('dpo', 'config.yaml'))).toMatchObject({ method: 'dpo', args: { beta: 0.1 } });
  expect(existsSync(at('dpo', 'rlsf.yaml'))).toBe(false);
});

test('what cannot be exported is refused, and leaves nothing', async () => {
  await writeRun(at('ppo'), 'ppo', grpo);
  await expect(exportTraining(at('ppo'), { to: 'trl', out: at('no') })).rejects.toThrow('openrlhf');
  await expect(exportTraining(at('pairs.jsonl'), { to: 'verl', out: at('no') })).rejects.toThrow(
    '--to trl',
  );
  await writeRun(at('dpo-run'), 'dpo', grpo);
  await expect(exportTraining(at('dpo-run'), { to: 'trl', out: at('no') })).rejects.toThrow(
    'pairs.jsonl',
  );
  await expect(exportTraining(at('pairs.jsonl'), { to: 'trl', out: at('dpo') })).rejects.toThrow(
    'is free',
  );
  expect(readdirSync(root).filter((name) => name === 'no' || name.startsWith('.export'))).toEqual(
    [],
  );
});
