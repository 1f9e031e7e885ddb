import { stringify } from 'yaml';
import { usageError } from '../../errors.js';
import type { ExportSource } from './source.js';
import { peftArguments, trlArguments } from './trl-options.js';
import type { ExportFiles } from './files.js';
import { script, serverLines } from './files.js';

/** Data, TRL's own config and a script for `rlsf export --to trl`. */
export async function trlFiles({ method, config, rows, run }: ExportSource): Promise<ExportFiles> {
  if (method === 'ppo')
    throw usageError(
      'rlsf export --to trl: TRL has no PPO that asks a reward function: up to 0.x it took a reward model, and 1.13 has none. Export the run --to openrlhf or verl.',
    );
  const { args, notes } = trlArguments(method, config);
  const settings = {
    method,
    module: method === 'cpo' || method === 'orpo' ? `trl.experimental.${method}` : 'trl',
    model_name_or_path: config.policy.model_name_or_path ?? 'MODEL',
    args,
    peft: peftArguments(config),
    ...(method === 'grpo' && { token_scheme: tokenScheme(config) }),
  };
  return {
    rows,
    texts: {
      'config.yaml': pythonYaml(settings),
      'train.py': await script('trl_train.py'),
      'run.sh': [
        '#!/bin/sh',
        '# pip install trl peft datasets pyyaml requests',
        ...(method === 'grpo' ? serverLines(run !== null) : []),
        'cd "$(dirname "$0")" && exec accelerate launch --num_processes "${PROCESSES:-1}" train.py',
        '',
      ].join('\n'),
    },
    notes: [...notes, ...(run === null ? [noConfig] : [])],
  };
}

export const noConfig =
  'A file of rows has no config: the options are the defaults, and the model is MODEL.';

/** Python's YAML 1.1 reads `1e-8` as a text; `1.0e-8` is a number to both. */
function pythonYaml(settings: object): string {
  return stringify(settings).replaceAll(/(?<=[:-] )(-?\d+)e(?=[+-]\d+$)/gm, '$1.0e');
}

/** In the words of the reward server. */
function tokenScheme({ reward }: ExportSource['config']): Record<string, unknown> {
  const { name, lambda, gamma } = reward.token_scheme;
  if (name === 'scalar') return { name };
  return name === 'return_to_go' ? { name, lambda, gamma } : { name, lambda };
}
