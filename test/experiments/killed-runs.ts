/** Trainings in processes of their own that are killed at a moment of one's choice and taken up again. */
import { spawn } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { createRandom } from '../../src/algorithms/index.js';
import { sha256OfFile } from '../../src/experiments/run/files.js';
import { readMetrics } from '../../src/experiments/index.js';
import type { Rollout } from '../../src/records.js';
import { readRollouts } from '../../src/rollouts/index.js';

export const methods = ['grpo', 'ppo', 'dpo', 'kto', 'sft'] as const;
export type KilledMethod = (typeof methods)[number];

/** What a run that was killed must have in common with one that was not. */
export interface Remains {
  weights: string;
  /** Of the last checkpoint: weights, moments, and what is beside them. */
  checkpoint: Record<string, string>;
  metrics: unknown[];
  rollouts: unknown[];
}

/** Options that make a training of a few seconds, with several checkpoints and an epoch's edge. */
export function tinyOptions(method: KilledMethod, model: string, folder: string): string[] {
  const own: Record<KilledMethod, string[]> = {
    grpo: [
      'grpo.max_steps=4',
      'grpo.prompts_per_step=2',
      'grpo.num_generations=4',
      'grpo.num_iterations=2',
      'grpo.beta=0.02',
      'grpo.learning_rate=0.001',
      'policy.lora_dropout=0.1',
    ],
    ppo: [
      'ppo.max_steps=3',
      'ppo.prompts_per_step=3',
      'ppo.num_generations=2',
      'ppo.num_ppo_epochs=2',
      'ppo.num_mini_batches=2',
      'ppo.learning_rate=0.001',
    ],
    dpo: ['dpo.num_train_epochs=2', 'dpo.per_device_train_batch_size=3'],
    kto: ['kto.num_train_epochs=2', 'kto.per_device_train_batch_size=3'],
    sft: ['sft.num_train_epochs=3', 'sft.per_device_train_batch_size=2'],
  };
  return [
    `run.output_dir=${folder}`,
    'run.name=run',
    'run.threads=1',
    'run.seed=5',
    `policy.model_name_or_path=${model}`,
    'policy.lora_r=4',
    'task.name=cpp',
    'task.train_problems=5',
    'task.held_out_families_split=null',
    'sampling.max_completion_length=16',
    'dataset.candidates.num_candidates=3',
    'dataset.pairs.chosen=reference',
    'evaluation.problems=2',
    'evaluation.eval_problems=2',
    'evaluation.eval_steps=2',
    'evaluation.bootstrap_resamples=100',
    ...own[method],
  ];
}

/** What a process tells of its training while it runs. */
export interface Moment {
  type: string;
  label?: string;
  done?: number;
  step?: number;
}

/**
 * When a process is killed: so long after its training began, at something it tells, or at something
 * seen from outside, looked for every millisecond.
 */
export type Kill = number | ((moment: Moment) => boolean) | { seen: () => boolean } | null;

/**
 * Starts or resumes a training in a process of its own.
 * @param kill `null`: never
 * @returns whether it came to its end
 */
export function trainProcess(
  method: KilledMethod,
  options: readonly string[],
  kill: Kill,
): Promise<boolean> {
  const source = `
    import { loadConfig, findInterruptedRun, train } from ${JSON.stringify(path.resolve('src/experiments/index.js'))};
    const method = ${JSON.stringify(method)};
    const config = await loadConfig(null, { env: {}, method, set: ${JSON.stringify(options)} });
    const interrupted = await findInterruptedRun(config, method);
    process.send({ type: 'started' });
    const emit = ({ type, label, done, step }) => process.send({ type, label, done, step });
    await train(method, config, { emit, ...(interrupted ? { resume: interrupted.folder } : {}) });
    process.disconnect();
  `;
  return new Promise((resolve, reject) => {
    const child = spawn(
      process.execPath,
      ['--import', 'tsx', '--input-type=module', '--eval', source],
      { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] },
    );
    let errors = '';
    const look = setInterval(() => {
      if (kill !== null && typeof kill === 'object' && kill.seen()) child.kill('SIGKILL');
    }, 1);
    child.stderr?.on('data', (text: Buffer) => (errors += text.toString()));
    child.on('message', (moment: Moment) => {
      if (typeof kill === 'function' && kill(moment)) child.kill('SIGKILL');
      if (typeof kill === 'number' && moment.type === 'started') {
        setTimeout(() => child.kill('SIGKILL'), kill);
      }
    });
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      clearInterval(look);
      if (code === 0) resolve(true);
      else if (signal === 'SIGKILL' && kill !== null) resolve(false);
      else
        reject(new Error(`train ${method} ended with ${code ?? signal}: ${errors.slice(-2000)}`));
    });
  });
}

/** Kills a training again and again at random moments until `kills` are done, then lets it finish. */
export async function killAndResume(
  method: KilledMethod,
  options: readonly string[],
  { kills, seed, longestMs }: { kills: number; seed: string; longestMs: number },
): Promise<{ killed: number }> {
  const random = createRandom(seed);
  let killed = 0;
  while (killed < kills) {
    const finished = await trainProcess(method, options, Math.floor(random.next() * longestMs));
    if (finished) return { killed };
    killed++;
  }
  await trainProcess(method, options, null);
  return { killed };
}

/** Everything of a run but what a clock or a cache decides. */
export async function remains(folder: string): Promise<Remains> {
  const checkpoints = path.join(folder, 'checkpoints');
  const names = await readdir(checkpoints);
  const [last] = names.sort((a, b) => stepOf(b) - stepOf(a));
  const files = (await readdir(path.join(checkpoints, last))).sort();
  const hashes = await Promise.all(
    files.map(async (name) => [name, await sha256OfFile(path.join(checkpoints, last, name))]),
  );
  return {
    weights: await sha256OfFile(path.join(folder, 'adapter', 'adapter_model.safetensors')),
    checkpoint: Object.fromEntries(hashes) as Record<string, string>,
    metrics: (await readMetrics(path.join(folder, 'metrics.jsonl'))).map((row) =>
      Object.fromEntries(Object.entries(row).filter(([name]) => !name.startsWith('step_time'))),
    ),
    rollouts: [...(await recorded(folder))],
  };
}

async function recorded(folder: string): Promise<unknown[]> {
  const lists = await Promise.all(
    ['rollouts.jsonl', 'candidates_annotated.jsonl'].map(async (name) => {
      const file = path.join(folder, name);
      const text = await readFile(file, 'utf8').catch(() => '');
      return text === '' ? [] : [...readRollouts(file)].map(settled);
    }),
  );
  return lists.flat();
}

function settled({ verdict, ...rollout }: Rollout): unknown {
  if (!verdict) return rollout;
  const { stages: _stages, fromCache: _fromCache, retried: _retried, ...facts } = verdict;
  return { ...rollout, verdict: facts };
}

function stepOf(name: string): number {
  return Number(/^step_(\d+)$/.exec(name)?.[1] ?? -1);
}
