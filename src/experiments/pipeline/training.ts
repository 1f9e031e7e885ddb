/** train_all and online_grpo: trainings as runs of their own below the experiment's folder. */
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { inputError } from '../../errors.js';
import type { Config, Method } from '../config/index.js';
import { configWith } from '../config/index.js';
import { readStatus } from '../run/run-status.js';
import { train } from '../train.js';
import { startingFrom, trainedBy } from './trained.js';
import { pipelineMethods, setOf } from './stages.js';
import type { StageOutcome, StageWork } from './work.js';

/**
 * The methods of the config in order. Each goes on with the adapter that the one before left (with
 * `policy.use_peft: false`, with its weights): so the reference of the second is what the first made,
 * nothing is rounded in between, and there is one adapter to merge at the end. What is finished is left
 * alone, what was interrupted is resumed.
 */
export async function trainAllStage(work: StageWork): Promise<StageOutcome> {
  const { folder } = work;
  let { config } = work;
  let result = '';
  const told: string[] = [];
  for (const [index, method] of pipelineMethods(config).entries()) {
    const name = `${index + 1}-${method}`;
    const own = configWith(
      config,
      {
        ...(await learnsFrom(folder, method)),
        'run.output_dir': path.join(folder, 'train'),
        'run.name': name,
      },
      'rlsf run',
    );
    const { steps, result: made } = await trainOne(work, method, own, method);
    result = path.join('train', name, made);
    told.push(`${method}, ${steps} updates`);
    config = startingFrom(config, folder, result);
  }
  return trainedOutcome(folder, result, told.join('; then '));
}

/** GRPO on what it samples, from the policy of the config or from what train_all left. */
export async function onlineGrpoStage(work: StageWork): Promise<StageOutcome> {
  const { config, folder, records } = work;
  const before =
    config.pipeline.online_grpo_start === 'train_all' ? trainedBy(records, 'train_all') : null;
  const start = before ? startingFrom(config, folder, before.result) : config;
  const own = configWith(
    start,
    { 'run.output_dir': folder, 'run.name': 'online_grpo' },
    'rlsf run',
  );
  const { steps, result } = await trainOne(work, 'grpo', own, 'grpo');
  const onTop = before ? ` on top of ${before.result}/` : '';
  return trainedOutcome(folder, path.join('online_grpo', result), `grpo, ${steps} updates${onTop}`);
}

async function learnsFrom(folder: string, method: Method): Promise<Record<string, unknown>> {
  const set = setOf(method);
  if (set === null) return {};
  const file = path.join(folder, set);
  if ((await readFile(file, 'utf8')).trim() === '') {
    throw inputError(
      `${file}: expected rows for ${method} to learn from, got none; manifest.json says why. Draw more or other candidates (dataset.candidates.num_candidates, sampling.temperature), or change dataset.pairs or dataset.completions.`,
    );
  }
  return { 'dataset.path': file };
}

/** Starts the run, takes it up, or leaves it where it is finished. */
async function trainOne(
  { emit, signal }: StageWork,
  method: Method,
  config: Config,
  title: string,
): Promise<{ steps: number; result: string }> {
  const at = path.join(config.run.output_dir, config.run.name ?? '');
  const own = configWith(config, { 'evaluation.after_training': false }, 'rlsf run');
  const status = await readStatus(at);
  if (status?.state !== 'finished') {
    const ended = await train(method, own, {
      signal,
      emit: (event) =>
        emit(event.type === 'stage' ? { ...event, title: `${title}: ${event.title}` } : event),
      ...(status ? { resume: at } : {}),
    });
    if (ended.status === 'interrupted') throw signal.reason;
  }
  const result = ['adapter', 'model'].find((name) => existsSync(path.join(at, name)));
  if (result === undefined) throw new Error(`Internal: ${at} is finished and left no policy.`);
  return { steps: (await readStatus(at))?.step ?? 0, result };
}

async function trainedOutcome(folder: string, result: string, what: string): Promise<StageOutcome> {
  const names = await readdir(path.join(folder, result));
  const kept = names.filter((name) => /\.safetensors$|^(adapter_)?config\.json$/.test(name)).sort();
  return { outputs: kept.map((name) => path.join(result, name)), facts: { what, result } };
}
