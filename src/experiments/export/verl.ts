import { inputError } from '../../errors.js';
import type { FreeColumns } from '../../datasets/index.js';
import { isOnline } from '../config/index.js';
import type { Config } from '../config/index.js';
import type { ExportSource } from './source.js';
import { quoted, script, serverLines } from './files.js';
import type { ExportFiles } from './files.js';
import { noConfig } from './trl.js';

/** Data with verl's columns, the reward function and a run script for `rlsf export --to verl`. */
export async function verlFiles({ method, config, rows, run }: ExportSource): Promise<ExportFiles> {
  if (!isOnline(method))
    throw inputError(
      `rlsf export --to verl: expected prompts (GRPO, PPO), got what ${method} learns from. Export it --to trl.`,
    );
  const { name: scheme } = config.reward.token_scheme;
  const options = method === 'ppo' ? ppoOptions(config) : grpoOptions(config);
  const lines = Object.entries(options).map(([name, value]) => `  ${name}=${quoted(value)} \\`);
  return {
    rows: rows.map((row, index) => verlRow(row, index)),
    texts: {
      'reward.py': await script('verl_reward.py'),
      'run.sh': [
        '#!/bin/sh',
        '# Needs verl with vLLM. Further options on the command line win over these.',
        ...serverLines(run !== null),
        'cd "$(dirname "$0")" && exec python3 -m verl.trainer.main_ppo \\',
        ...lines,
        '  "$@"',
        '',
      ].join('\n'),
    },
    notes: [
      ...(scheme === 'scalar'
        ? []
        : [`reward.token_scheme.name is ${scheme} here; verl trains on the scalar reward.`]),
      ...(run === null ? [noConfig] : []),
    ],
  };
}

function verlRow(row: FreeColumns, index: number): FreeColumns {
  const { prompt, problem_id: id, task } = row;
  return {
    data_source: task ?? '',
    prompt: typeof prompt === 'string' ? [{ role: 'user', content: prompt }] : prompt,
    ability: 'code',
    reward_model: { style: 'rule', ground_truth: id ?? String(index) },
    extra_info: { index, problem_id: id ?? null, split: 'train' },
  };
}

type Options = Record<string, unknown>;

function common(config: Config): Options {
  const { sampling, policy } = config;
  return {
    'data.train_files': 'train.parquet',
    'data.val_files': 'train.parquet',
    'data.max_response_length': sampling.max_completion_length,
    ...(config.task.max_prompt_length !== null && {
      'data.max_prompt_length': config.task.max_prompt_length,
    }),
    'reward.custom_reward_function.path': 'reward.py',
    'reward.custom_reward_function.name': 'compute_score',
    'actor_rollout_ref.model.path': policy.model_name_or_path ?? 'MODEL',
    ...(policy.use_peft && {
      'actor_rollout_ref.model.lora_rank': policy.lora_r,
      'actor_rollout_ref.model.lora_alpha': policy.lora_alpha,
    }),
    'actor_rollout_ref.rollout.name': 'vllm',
    'actor_rollout_ref.rollout.temperature': sampling.temperature,
    'actor_rollout_ref.rollout.top_p': sampling.top_p,
    // vLLM's word for all.
    'actor_rollout_ref.rollout.top_k': sampling.top_k === 0 ? -1 : sampling.top_k,
    'trainer.rollout_data_dir': 'rollouts',
    'trainer.logger': '[console]',
  };
}

const aggregation: Record<string, string> = {
  grpo: 'seq-mean-token-mean',
  dapo: 'token-mean',
  bnpo: 'token-mean',
  dr_grpo: 'seq-mean-token-sum-norm',
};

function grpoOptions(config: Config): Options {
  const { grpo } = config;
  const prompts = grpo.prompts_per_step * grpo.gradient_accumulation_steps;
  return {
    'algorithm.adv_estimator': 'grpo',
    'algorithm.norm_adv_by_std_in_grpo': grpo.scale_rewards === 'none' ? 'False' : 'True',
    ...common(config),
    'data.train_batch_size': prompts,
    'actor_rollout_ref.rollout.n': grpo.num_generations,
    'actor_rollout_ref.actor.ppo_mini_batch_size': Math.max(
      1,
      Math.floor(prompts / grpo.steps_per_generation),
    ),
    'actor_rollout_ref.actor.ppo_micro_batch_size_per_gpu': grpo.per_device_train_batch_size,
    'actor_rollout_ref.rollout.log_prob_micro_batch_size_per_gpu': grpo.per_device_train_batch_size,
    'actor_rollout_ref.ref.log_prob_micro_batch_size_per_gpu': grpo.per_device_train_batch_size,
    'actor_rollout_ref.actor.ppo_epochs': grpo.num_iterations,
    'actor_rollout_ref.actor.optim.lr': grpo.learning_rate,
    'actor_rollout_ref.actor.clip_ratio_low': grpo.epsilon,
    'actor_rollout_ref.actor.clip_ratio_high': grpo.epsilon_high ?? grpo.epsilon,
    ...(grpo.clip_ratio_c !== null && {
      'actor_rollout_ref.actor.clip_ratio_c': grpo.clip_ratio_c,
    }),
    ...(grpo.loss_type in aggregation && {
      'actor_rollout_ref.actor.loss_agg_mode': aggregation[grpo.loss_type],
    }),
    'actor_rollout_ref.actor.use_kl_loss': grpo.beta > 0 ? 'True' : 'False',
    'actor_rollout_ref.actor.kl_loss_coef': grpo.beta,
    'actor_rollout_ref.actor.kl_loss_type': 'low_var_kl',
    'actor_rollout_ref.actor.entropy_coeff': grpo.entropy_coef,
    'trainer.total_training_steps': grpo.max_steps,
  };
}

function ppoOptions(config: Config): Options {
  const { ppo } = config;
  const prompts = ppo.prompts_per_step * ppo.gradient_accumulation_steps;
  return {
    'algorithm.adv_estimator': 'gae',
    'algorithm.gamma': ppo.gamma,
    'algorithm.lam': ppo.lam,
    'algorithm.use_kl_in_reward': 'True',
    'algorithm.kl_ctrl.kl_coef': ppo.kl_coef,
    ...common(config),
    'data.train_batch_size': prompts,
    'actor_rollout_ref.rollout.n': ppo.num_generations,
    'actor_rollout_ref.actor.ppo_mini_batch_size': Math.max(
      1,
      Math.floor(prompts / ppo.num_mini_batches),
    ),
    'actor_rollout_ref.actor.ppo_micro_batch_size_per_gpu': ppo.per_device_train_batch_size,
    'actor_rollout_ref.actor.ppo_epochs': ppo.num_ppo_epochs,
    'actor_rollout_ref.actor.optim.lr': ppo.learning_rate,
    'actor_rollout_ref.actor.clip_ratio': ppo.cliprange,
    'critic.model.path': config.policy.model_name_or_path ?? 'MODEL',
    'critic.ppo_micro_batch_size_per_gpu': ppo.per_device_train_batch_size,
    'critic.cliprange_value': ppo.cliprange_value,
    'trainer.total_training_steps': ppo.max_steps,
  };
}
