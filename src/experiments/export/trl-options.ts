import { isOnline } from '../config/index.js';
import type { Config, Method } from '../config/index.js';

export type TrlArguments = Record<string, unknown>;

/** Options that TRL has under the same name and with the same meaning. */
const shared = [
  'learning_rate',
  'lr_scheduler_type',
  'per_device_train_batch_size',
  'gradient_checkpointing',
  'max_grad_norm',
  'weight_decay',
  'adam_beta1',
  'adam_beta2',
  'adam_epsilon',
] as const;

const own: Partial<Record<Method, readonly string[]>> = {
  grpo: [
    'max_steps',
    'num_generations',
    'beta',
    'epsilon',
    'epsilon_high',
    'delta',
    'loss_type',
    'importance_sampling_level',
    'sapo_temperature_pos',
    'sapo_temperature_neg',
    'vespo_k_pos',
    'vespo_lambda_pos',
    'vespo_k_neg',
    'vespo_lambda_neg',
    'use_bias_correction_kl',
    'entropy_coef',
    'top_entropy_quantile',
    'off_policy_mask_threshold',
    'scale_rewards',
    'multi_objective_aggregation',
    'num_iterations',
    'sync_ref_model',
    'ref_model_mixup_alpha',
    'ref_model_sync_steps',
    'mask_truncated_completions',
  ],
  sft: ['completion_only_loss', 'assistant_only_loss', 'packing'],
  dpo: [
    'beta',
    'loss_type',
    'loss_weights',
    'label_smoothing',
    'f_divergence_type',
    'f_alpha_divergence_coef',
    'use_weighting',
    'ld_alpha',
    'precompute_ref_log_probs',
  ],
  kto: ['beta', 'loss_type', 'desirable_weight', 'undesirable_weight', 'precompute_ref_log_probs'],
  cpo: ['beta', 'loss_type', 'cpo_alpha', 'simpo_gamma', 'alpha', 'label_smoothing'],
  orpo: ['beta'],
};

/** Of a section, what our loss or estimator has and TRL's does not: by option, the value TRL stands for. */
const unlike: Partial<Record<Method, Readonly<Record<string, unknown>>>> = {
  grpo: {
    clip_ratio_c: null,
    kl_estimator: 'k3',
    advantage_estimator: 'grpo',
    dynamic_sampling: false,
    norm_learning_rate_ratio: 1,
    use_vllm: false,
  },
  dpo: { use_token_level_rewards: false, norm_learning_rate_ratio: 1 },
  kto: { use_token_level_rewards: false, norm_learning_rate_ratio: 1 },
  cpo: { use_token_level_rewards: false, norm_learning_rate_ratio: 1 },
  orpo: { use_token_level_rewards: false, norm_learning_rate_ratio: 1 },
  sft: { norm_learning_rate_ratio: 1 },
};

/**
 * The arguments of TRL's config class of this method; `notes` tell what the config asks for and TRL does
 * not have.
 */
export function trlArguments(
  method: Method,
  config: Config,
): { args: TrlArguments; notes: string[] } {
  const section = config[method] as Readonly<Record<string, unknown>>;
  const args: TrlArguments = { seed: config.run.seed };
  for (const name of [...shared, ...(own[method] ?? [])]) args[name] = section[name];
  args['bf16'] = config.policy.dtype === 'bfloat16';
  args['logging_steps'] = 1;
  const steps = section['max_steps'] as number | null;
  if (isOnline(method)) Object.assign(args, onlineArguments(config));
  else {
    args['max_steps'] = steps ?? -1;
    args['num_train_epochs'] = section['num_train_epochs'];
    args['gradient_accumulation_steps'] = section['gradient_accumulation_steps'];
    args['max_length'] = config.dataset.max_length;
  }
  const ratio = section['warmup_ratio'] as number;
  // transformers reads a share below 1 as one of all steps.
  if (ratio > 0) args['warmup_steps'] = steps === null ? ratio : Math.ceil(steps * ratio);
  const notes = Object.entries(unlike[method] ?? {})
    .filter(([name, theirs]) => section[name] !== theirs)
    .map(
      ([name, theirs]) =>
        `${method}.${name} is ${JSON.stringify(section[name])} here; TRL trains as with ${JSON.stringify(theirs)}.`,
    );
  return { args, notes };
}

/** A step of ours is prompts × generations completions, whatever one pass holds. */
function onlineArguments({ grpo, sampling }: Config): TrlArguments {
  const completions =
    grpo.prompts_per_step * grpo.gradient_accumulation_steps * grpo.num_generations;
  const pass = divisorUpTo(completions, grpo.per_device_train_batch_size, grpo.num_generations);
  return {
    per_device_train_batch_size: pass,
    gradient_accumulation_steps: completions / pass / grpo.steps_per_generation,
    steps_per_generation: completions / pass,
    temperature: sampling.temperature,
    top_k: sampling.top_k,
    top_p: sampling.top_p,
    min_p: sampling.min_p === 0 ? null : sampling.min_p,
    repetition_penalty: sampling.repetition_penalty,
    max_completion_length: sampling.max_completion_length,
    log_completions: true,
  };
}

/** The largest whole number of groups that is not above `most` (but one at least) and divides all. */
function divisorUpTo(all: number, most: number, group: number): number {
  for (let groups = Math.max(1, Math.floor(most / group)); groups > 1; groups--)
    if ((all / group) % groups === 0) return groups * group;
  return group;
}

/** PEFT's LoraConfig; `null` where all weights are trained. */
export function peftArguments({ policy }: Config): TrlArguments | null {
  if (!policy.use_peft) return null;
  return {
    task_type: 'CAUSAL_LM',
    r: policy.lora_r,
    lora_alpha: policy.lora_alpha,
    lora_dropout: policy.lora_dropout,
    use_rslora: policy.use_rslora,
    target_modules: policy.lora_target_modules,
    exclude_modules: policy.lora_exclude_modules,
    layers_to_transform: policy.lora_layers_to_transform,
    layers_pattern: policy.lora_layers_pattern,
    rank_pattern: policy.lora_rank_pattern,
    alpha_pattern: policy.lora_alpha_pattern,
    init_lora_weights: policy.init_lora_weights,
    modules_to_save: policy.lora_modules_to_save.length > 0 ? policy.lora_modules_to_save : null,
  };
}
