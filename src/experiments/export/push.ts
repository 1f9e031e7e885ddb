import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { inputError } from '../../errors.js';
import { pushToHub } from '../../hub/push.js';
import type { Pushed, PushOptions } from '../../hub/push.js';
import { processEnvironment } from '../config/index.js';
import { runPaths } from '../run/run-paths.js';
import { findOneRun } from '../runs/find-runs.js';

export type PushThingOptions = Pick<PushOptions, 'private' | 'onProgress' | 'signal' | 'title'> & {
  /** Where runs are found by name. @default 'runs' */
  outputDir?: string;
};

/**
 * Sends a run's adapter or model, a folder of either, or a data set (a file or a folder of rows) to the
 * repository `name` on the Hub, with a card where it has none. HF_TOKEN may stand in `.env`.
 */
export async function pushThing(
  what: string,
  name: string,
  { outputDir = 'runs', ...options }: PushThingOptions = {},
): Promise<Pushed> {
  const from = await placeOf(what, outputDir);
  const token = (await processEnvironment())['HF_TOKEN']?.trim();
  const given = { ...options, ...(token ? { token } : {}) };
  const weights = weightsIn(from);
  if (weights !== null)
    return pushToHub(from, name, { ...given, kind: 'model', card: weightsCard(from, weights) });
  return pushToHub(from, name, { ...given, kind: 'dataset', card: dataCard(from) });
}

async function placeOf(what: string, outputDir: string): Promise<string> {
  if (existsSync(what) && !existsSync(runPaths(what).status)) return what;
  const { folder } = await findOneRun(what, outputDir);
  const { adapter, model } = runPaths(folder);
  const found = [adapter, model].find((each) => existsSync(each));
  if (found !== undefined) return found;
  throw inputError(
    `${what}: expected a run with an adapter or a model, got one without. Push another, or a folder.`,
  );
}

type Weights = 'adapter' | 'model';

function weightsIn(from: string): Weights | null {
  if (!statSync(from).isDirectory()) return null;
  if (existsSync(path.join(from, 'adapter_config.json'))) return 'adapter';
  return existsSync(path.join(from, 'config.json')) ? 'model' : null;
}

function weightsCard(from: string, kind: Weights): string {
  const config = JSON.parse(
    readFileSync(
      path.join(from, kind === 'adapter' ? 'adapter_config.json' : 'config.json'),
      'utf8',
    ),
  ) as Record<string, unknown>;
  const base = config['base_model_name_or_path'];
  // The Hub knows a base by its id; a folder of this machine is no business of its readers.
  const isId = typeof base === 'string' && /^[\w.-]+\/[\w.-]+$/.test(base) && !existsSync(base);
  return [
    '---',
    ...(kind === 'adapter' ? ['library_name: peft'] : ['library_name: transformers']),
    ...(kind === 'adapter' && isId ? [`base_model: ${base}`] : []),
    'tags: [rlsf, reinforcement-learning, code]',
    '---',
    '',
    kind === 'adapter'
      ? 'A LoRA adapter in PEFT’s layout, trained by RLSF: reinforcement learning from what compilers, sanitizers and tests say.'
      : 'A model in Hugging Face’s layout, trained by RLSF: reinforcement learning from what compilers, sanitizers and tests say.',
    '',
  ].join('\n');
}

function dataCard(from: string): string {
  const isFile = statSync(from).isFile();
  return [
    '---',
    'tags: [rlsf, trl]',
    ...(isFile ? [`configs: [{config_name: default, data_files: ${path.basename(from)}}]`] : []),
    '---',
    '',
    'Rows in one of TRL’s formats, made by RLSF.',
    '',
  ].join('\n');
}
