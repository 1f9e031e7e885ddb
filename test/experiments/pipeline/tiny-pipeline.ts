/** Experiments in stages that a test can afford, in this process or in one that dies on its way. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Config } from '../../../src/experiments/config/index.js';
import { loadConfig } from '../../../src/experiments/config/index.js';
import type { ExperimentStage } from '../../../src/experiments/pipeline/index.js';
import { sha256OfFile } from '../../../src/experiments/run/files.js';
import type { Rollout } from '../../../src/records.js';
import { readRollouts } from '../../../src/rollouts/index.js';

/** Caps over the C++ or the maths task. */
export function tinyPipeline(task: 'cpp' | 'maths', model: string, folder: string): string[] {
  return [
    `run.output_dir=${folder}`,
    'run.name=exp',
    'run.threads=1',
    'run.seed=5',
    'run.save_steps=1',
    `policy.model_name_or_path=${model}`,
    'policy.lora_r=4',
    `task.name=${task}`,
    'task.train_problems=3',
    'task.held_out_families_split=null',
    `judge.cache=${path.join(path.dirname(folder), 'cache')}`,
    'sampling.max_completion_length=12',
    'dataset.candidates.num_candidates=3',
    // A policy this small gets nothing right.
    'dataset.pairs.chosen=reference',
    'kto.max_steps=3',
    'kto.per_device_train_batch_size=3',
    'kto.learning_rate=0.01',
    'sft.max_steps=3',
    'sft.per_device_train_batch_size=2',
    'sft.learning_rate=0.01',
    'dpo.max_steps=2',
    'dpo.per_device_train_batch_size=2',
    'dpo.learning_rate=0.01',
    'grpo.max_steps=3',
    'grpo.prompts_per_step=2',
    'grpo.num_generations=2',
    'grpo.learning_rate=0.01',
    'evaluation.problems=3',
    'evaluation.bootstrap_resamples=100',
  ];
}

export function configOf(set: readonly string[]): Promise<Config> {
  return loadConfig(null, { env: {}, method: 'kto', set });
}

/**
 * Runs stages in a process of its own, which dies inside one of them: at the first progress or heading
 * of the stage, in a training after the second step of its last method.
 * @returns whether it came to its end
 */
export function pipelineProcess(
  set: readonly string[],
  only: readonly ExperimentStage[],
  dieIn: ExperimentStage | null,
): Promise<boolean> {
  const source = `
    import { loadConfig } from ${JSON.stringify(path.resolve('src/experiments/index.js'))};
    import { runExperiment } from ${JSON.stringify(path.resolve('src/experiments/pipeline/index.js'))};
    const config = await loadConfig(null, { env: {}, method: 'kto', set: ${JSON.stringify(set)} });
    const dieIn = ${JSON.stringify(dieIn)};
    let title = '';
    const emit = (event) => {
      if (event.type === 'stage') title = event.title;
      if (dieIn === null || !title.startsWith(dieIn + ':')) return;
      const isTraining = dieIn === 'train_all' || dieIn === 'online_grpo';
      const isLate = event.type === 'step' && event.step === 2 && !title.includes(' kto:');
      const isQuick = ['rl_build', 'merge', 'analyze'].includes(dieIn) && event.type === 'stage';
      if (isTraining ? isLate : isQuick || event.type === 'progress') process.kill(process.pid, 'SIGKILL');
    };
    await runExperiment(config, { only: ${JSON.stringify(only)}, emit });
  `;
  return new Promise((resolve, reject) => {
    const child = spawn(
      process.execPath,
      ['--import', 'tsx', '--input-type=module', '--eval', source],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    );
    let errors = '';
    child.stderr.on('data', (text: Buffer) => (errors += text.toString()));
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      if (code === 0) resolve(true);
      else if (signal === 'SIGKILL' && dieIn !== null) resolve(false);
      else reject(new Error(`rlsf run ended with ${code ?? signal}: ${errors.slice(-2000)}`));
    });
  });
}

/** Every file below a folder with its hash and the time of its last change. */
export async function stamps(folder: string): Promise<Record<string, string>> {
  const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) =>
    entry.isFile(),
  );
  const found: Record<string, string> = {};
  for (const { parentPath, name } of files) {
    const file = path.join(parentPath, name);
    const { mtimeMs } = await stat(file);
    found[path.relative(folder, file)] = `${mtimeMs} ${await sha256OfFile(file)}`;
  }
  return found;
}

/** What an experiment leaves, but clocks: what a killed one must have in common with a whole one. */
export async function remainsOf(folder: string): Promise<Record<string, unknown>> {
  const same = ['candidates.jsonl', 'nbest.jsonl', 'pairs.jsonl', 'kto.jsonl', 'sft.jsonl'];
  const weights = [
    'train/1-kto/adapter/adapter_model.safetensors',
    'train/2-sft/adapter/adapter_model.safetensors',
    'online_grpo/adapter/adapter_model.safetensors',
    'merged/model.safetensors',
  ];
  const hashes: Record<string, unknown> = {};
  for (const file of [...same, ...weights]) {
    const at = path.join(folder, file);
    hashes[file] = existsSync(at) ? await sha256OfFile(at) : null;
  }
  const judged = [...readRollouts(path.join(folder, 'candidates_annotated.jsonl'))];
  const rows = async (name: string): Promise<string> =>
    readFile(path.join(folder, `evaluations_${name}.jsonl`), 'utf8');
  return {
    ...hashes,
    judged: judged.map(settled),
    before: await rows('baseline'),
    after: await rows('after'),
  };
}

function settled({ verdict, ...rollout }: Rollout): unknown {
  if (!verdict) return rollout;
  const { stages: _stages, fromCache: _fromCache, retried: _retried, ...facts } = verdict;
  return { ...rollout, verdict: facts };
}
