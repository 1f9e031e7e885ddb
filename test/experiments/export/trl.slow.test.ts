import { execa } from 'execa';
import { readdirSync } from 'node:fs';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportTraining } from '../../../src/experiments/export/index.js';
import { importRollouts } from '../../../src/experiments/import/index.js';
import { loadConfig, rescoreRun } from '../../../src/experiments/index.js';
import { readRollouts } from '../../../src/rollouts/index.js';
import { writeJsonl } from '../../../src/datasets/index.js';
import { startRewardServer } from '../../../src/serving/rewards/index.js';
import { writeRun } from './run-folder.js';

const policy = fileURLToPath(new URL('../../../data/policies/cpp-tiny', import.meta.url));
const goldens = fileURLToPath(new URL('../../golden/peft', import.meta.url));
const python = process.env['RLSF_TEST_PYTHON'];

// Set RLSF_TEST_PYTHON to the path of an interpreter that has trl, peft, datasets, pyyaml and requests.
describe.skipIf(python === undefined)('TRL with what is exported (RLSF_TEST_PYTHON)', () => {
  let root: string;
  const at = (...parts: string[]): string => path.join(root, ...parts);

  beforeAll(async () => {
    root = await mkdtemp(path.join(os.tmpdir(), 'rlsf-trl-'));
  });

  afterAll(() => rm(root, { recursive: true, force: true }));

  const train = (folder: string, env: Record<string, string> = {}): Promise<unknown> =>
    execa(python!, ['train.py'], {
      cwd: folder,
      env: { ...env, HF_HUB_OFFLINE: '1', CUDA_VISIBLE_DEVICES: '' },
      all: true,
    });

  const small = { max_steps: 2, per_device_train_batch_size: 4, learning_rate: 1e-4 };
  const config = {
    policy: { model_name_or_path: policy, lora_r: 4 },
    task: { name: 'cpp', train_problems: 4 },
    sampling: { max_completion_length: 40 },
    reward: { token_scheme: { name: 'span_penalty', lambda: 0.5 } },
    grpo: { ...small, prompts_per_step: 2, num_generations: 4 },
  };

  it('GRPO trains on the server’s token advantages, and its completions come back the same', async () => {
    await writeRun(at('run'), 'grpo', config);
    await exportTraining(at('run'), { to: 'trl', out: at('trl') });
    const server = await startRewardServer({
      config: await loadConfig(at('trl', 'rlsf.yaml'), { env: {} }),
      tokenizers: [policy],
    });
    try {
      await train(at('trl'), { RLSF_URL: server.url });
    } finally {
      await server.stop();
    }
    expect(readdirSync(at('trl', 'out', 'final'))).toContain('adapter_model.safetensors');
    const done = await importRollouts(at('trl', 'out', 'completions'), {
      out: at('back'),
      task: 'cpp',
    });
    expect(done).toMatchObject({ format: 'trl', steps: 2, rollouts: 16, matched: 16 });
    const theirs = [...readRollouts(done.file)].map(({ reward }) => reward);
    const { difference } = await rescoreRun(at('back'), { rejudge: true });
    // Judged again here, every completion earns what TRL was told.
    expect(difference.points.map((point) => point.rewardAfter)).toEqual(theirs);
  }, 900_000);

  const pairs = [{ prompt: 'int f() {', chosen: ' return 1; }', rejected: ' return }' }];

  it.each([
    ['dpo', pairs],
    ['cpo', pairs],
    ['orpo', pairs],
    [
      'kto',
      [
        { prompt: 'int f() {', completion: ' return 1; }', label: true },
        { prompt: 'int g() {', completion: ' return }', label: false },
      ],
    ],
    ['sft', [{ prompt: 'int f() {', completion: ' return 1; }' }]],
  ] as const)(
    '%s takes the options of the run',
    async (method, rows) => {
      writeJsonl(at(`${method}.jsonl`), Array.from({ length: 4 }, () => rows).flat());
      await writeRun(at(`${method}-run`), method, {
        policy: config.policy,
        dataset: { path: at(`${method}.jsonl`) },
        [method]: small,
      });
      await exportTraining(at(`${method}-run`), { to: 'trl', out: at(method) });
      await train(at(method));
      expect(readdirSync(at(method, 'out', 'final'))).toContain('adapter_model.safetensors');
    },
    300_000,
  );

  it('takes the merged model for what the adapter on its base is, and goes on from either', async () => {
    const base = path.join(goldens, 'base-qwen2');
    writeJsonl(at('rows.jsonl'), [{ prompt: 'int f() {', completion: ' return 1; }' }]);
    await writeRun(at('tuned'), 'sft', {
      policy: { model_name_or_path: base, lora_r: 4 },
      dataset: { path: at('rows.jsonl') },
      sft: { ...small, per_device_train_batch_size: 1 },
    });
    await cp(path.join(goldens, 'qwen2-r4'), at('tuned', 'adapter'), { recursive: true });
    for (const merge of [true, false]) {
      const out = at(merge ? 'merged' : 'apart');
      await exportTraining(at('tuned'), { to: 'trl', out, merge });
      await train(out);
      expect(readdirSync(path.join(out, 'out', 'final'))).toContain('adapter_model.safetensors');
    }
    const { stdout } = await execa(python!, [
      '-c',
      `
import sys, torch
from peft import PeftModel
from transformers import AutoModelForCausalLM
base, adapter, merged = sys.argv[1:]
ids = torch.tensor([[1, 5, 9, 2, 30, 7]])
load = lambda name: AutoModelForCausalLM.from_pretrained(name, dtype=torch.float32).eval()
with torch.no_grad():
    bare = load(base)(ids).logits
    wanted = PeftModel.from_pretrained(load(base), adapter).eval()(ids).logits
    given = load(merged)(ids).logits
print((given - wanted).abs().max().item(), (bare - wanted).abs().max().item())
`,
      ...[base, at('apart', 'adapter'), at('merged', 'model')],
    ]);
    const [apart, moved] = stdout.trim().split(/\s+/).slice(-2).map(Number);
    expect(apart).toBeLessThan(1e-5);
    expect(moved).toBeGreaterThan(1e-3);
  }, 300_000);
});
