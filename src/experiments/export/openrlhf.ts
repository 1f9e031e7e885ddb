import type { FreeColumns } from '../../datasets/index.js';
import { isOnline } from '../config/index.js';
import type { Config, Method } from '../config/index.js';
import type { ExportSource } from './source.js';
import { quoted, serverLines } from './files.js';
import type { ExportFiles } from './files.js';
import { noConfig } from './trl.js';
import { usageError } from '../../errors.js';

/** Data and a run script with OpenRLHF's options (0.10.2 and later) for `rlsf export --to openrlhf`. */
export async function openrlhfFiles(source: ExportSource): Promise<ExportFiles> {
  const { method, config, rows, run } = source;
  const lines = Object.entries(optionsOf(method, config)).map(([name, value]) =>
    value === true ? `  --${name} \\` : `  --${name} ${value as string} \\`,
  );
  const program = { sft: 'train_sft', dpo: 'train_dpo' }[method as string] ?? 'train_ppo_ray';
  const { name: scheme } = config.reward.token_scheme;
  const online = isOnline(method);
  return {
    rows: online ? rows.map(promptRow) : rows,
    texts: {
      'run.sh': [
        '#!/bin/sh',
        '# Needs openrlhf with vLLM and Ray. Further options on the command line win over these.',
        ...(online
          ? [
              ...serverLines(run !== null),
              '# OpenRLHF sends no key: the server has to be on a network of your own (--insecure).',
            ]
          : []),
        `cd "$(dirname "$0")" && exec python3 -m openrlhf.cli.${program} \\`,
        ...lines,
        '  "$@"',
        '',
      ].join('\n'),
    },
    notes: [
      ...(online && scheme !== 'scalar'
        ? [`reward.token_scheme.name is ${scheme} here; OpenRLHF trains on the scalar reward.`]
        : []),
      ...(run === null ? [noConfig] : []),
    ],
  };
}

/** The label is what the reward server finds the problem by. */
function promptRow({ prompt, problem_id: id, task }: FreeColumns): FreeColumns {
  return { input: prompt, label: JSON.stringify({ task, id }) };
}

type Options = Record<string, unknown>;

function optionsOf(method: Method, config: Config): Options {
  if (method === 'grpo' || method === 'ppo') return onlineOptions(method, config);
  if (method !== 'sft' && method !== 'dpo')
    throw usageError(
      `rlsf export --to openrlhf: expected a run of grpo, ppo, sft or dpo, got ${method}. Export it --to trl.`,
    );
  const section = config[method];
  const data: Options =
    method === 'sft'
      ? { 'data.input_key': 'prompt', 'data.output_key': 'completion' }
      : {
          'data.prompt_key': 'prompt',
          'data.chosen_key': 'chosen',
          'data.rejected_key': 'rejected',
          'algo.dpo.beta': config.dpo.beta,
        };
  return {
    'model.model_name_or_path': quoted(config.policy.model_name_or_path ?? 'MODEL'),
    'data.dataset': 'train.jsonl',
    ...data,
    ...(config.dataset.max_length !== null && { 'data.max_len': config.dataset.max_length }),
    'train.micro_batch_size': section.per_device_train_batch_size,
    'train.batch_size': section.per_device_train_batch_size * section.gradient_accumulation_steps,
    'train.max_epochs': Math.ceil(section.num_train_epochs),
    'train.seed': config.run.seed,
    'adam.lr': section.learning_rate,
    ...lora(config),
    'ckpt.output_dir': 'out',
  };
}

function onlineOptions(method: 'grpo' | 'ppo', config: Config): Options {
  const { grpo, ppo, sampling } = config;
  const section = config[method];
  const prompts = section.prompts_per_step * section.gradient_accumulation_steps;
  const own: Options =
    method === 'grpo'
      ? {
          'algo.advantage.estimator': grpo.scale_rewards === 'none' ? 'dr_grpo' : 'group_norm',
          ...(grpo.beta > 0 && {
            'algo.kl.use_loss': true,
            'algo.kl.estimator': grpo.kl_estimator,
          }),
          'algo.kl.init_coef': grpo.beta,
          'actor.eps_clip_low_high': `${grpo.epsilon} ${grpo.epsilon_high ?? grpo.epsilon}`,
        }
      : {
          'algo.advantage.estimator': 'gae',
          'algo.advantage.gamma': ppo.gamma,
          'algo.advantage.lambd': ppo.lam,
          'algo.kl.init_coef': ppo.kl_coef,
          'actor.eps_clip': ppo.cliprange,
          'critic.model_name_or_path': quoted(config.policy.model_name_or_path ?? 'MODEL'),
          'critic.value_clip': ppo.cliprange_value,
        };
  return {
    'actor.model_name_or_path': quoted(config.policy.model_name_or_path ?? 'MODEL'),
    'reward.remote_url': '"$RLSF_URL/get_reward"',
    'data.prompt_dataset': 'train.jsonl',
    'data.input_key': 'input',
    'data.label_key': 'label',
    'rollout.batch_size': prompts,
    'rollout.n_samples_per_prompt': section.num_generations,
    'rollout.max_new_tokens': sampling.max_completion_length,
    'rollout.temperature': sampling.temperature,
    'rollout.top_p': sampling.top_p,
    'train.batch_size': prompts * section.num_generations,
    'train.micro_batch_size': section.per_device_train_batch_size,
    'train.max_epochs': method === 'grpo' ? grpo.num_iterations : ppo.num_ppo_epochs,
    'train.seed': config.run.seed,
    'actor.adam.lr': section.learning_rate,
    ...own,
    ...lora(config),
    'ckpt.output_dir': 'out',
  };
}

function lora({ policy }: Config): Options {
  if (!policy.use_peft) return {};
  const targets = [policy.lora_target_modules].flat();
  return {
    'ds.lora.rank': policy.lora_r,
    'ds.lora.alpha': policy.lora_alpha,
    'ds.lora.dropout': policy.lora_dropout,
    'ds.lora.target_modules': targets.map(quoted).join(' '),
  };
}
