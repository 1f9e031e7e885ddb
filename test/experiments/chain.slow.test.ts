import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig, readMetrics, train, trainPretrain } from '../../src/experiments/index.js';
import type { Method } from '../../src/experiments/index.js';
import { tinyOptions, type KilledMethod } from './killed-runs.js';
import { hasCompiler, tinyPretrain } from './tiny.js';

let folder = '';
let model = '';
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'rlsf-chain-'));
  model = (await trainPretrain(tinyPretrain(path.join(folder, 'policy')))).paths.model ?? '';
}, 60_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

describe.skipIf(!hasCompiler)('one method on top of another (needs g++)', () => {
  async function run(method: Method, name: string, more: string[]): Promise<string> {
    const set = [
      ...tinyOptions(method as KilledMethod, model, path.join(folder, name)),
      'evaluation.eval_steps=null',
      ...more,
    ];
    const config = await loadConfig(null, { env: {}, method, set });
    return (await train(method, config)).folder;
  }

  it('goes on from an adapter, which is the reference then', async () => {
    const sft = await run('sft', 'sft', ['sft.learning_rate=0.01']);
    const adapter = path.join(sft, 'adapter');
    const start = `policy.adapter_name_or_path=${adapter}`;
    const dpo = await run('dpo', 'dpo', [start]);
    const [first] = await readMetrics(path.join(dpo, 'metrics.jsonl'));
    // Policy and reference are still one: log 2, no margin.
    expect(first.loss).toBeCloseTo(Math.LN2, 4);
    expect(first['rewards/margins']).toBeCloseTo(0, 4);
    const grpo = await run('grpo', 'grpo', [start, 'grpo.max_steps=1', 'grpo.num_iterations=1']);
    const [step] = await readMetrics(path.join(grpo, 'metrics.jsonl'));
    expect(step.kl ?? 0).toBeCloseTo(0, 4);
    const again = await run('sft', 'again', [start, 'sft.learning_rate=0.01']);
    const before = await readMetrics(path.join(sft, 'metrics.jsonl'));
    const after = await readMetrics(path.join(again, 'metrics.jsonl'));
    expect(after[0].loss).toBeLessThan(before[0].loss);
    expect(existsSync(path.join(again, 'adapter', 'adapter_config.json'))).toBe(true);
  }, 120_000);

  it('says that all weights and an adapter do not go together', async () => {
    await expect(
      run('sft', 'both', ['policy.use_peft=false', 'policy.adapter_name_or_path=nowhere']),
    ).rejects.toThrow(/expected policy\.use_peft: true, got false\. To train all weights, merge/);
  });
});
