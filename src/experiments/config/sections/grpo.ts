import { z } from 'zod';
import {
  advantageEstimators,
  grpoLossTypes,
  importanceSamplingLevels,
  klEstimators,
} from '../../../algorithms/index.js';
import { option, share, whole } from '../option.js';
import { optimizerFields } from './trainer.js';
import { vllmFields } from './vllm.js';

export const grpoSection = z
  .strictObject({
    max_steps: option(
      whole(1).default(30),
      'Updates in all: each samples, judges and learns once.',
      -1,
    ),
    prompts_per_step: option(
      whole(1).default(16),
      'Prompts of one step, each answered num_generations times (TRL’s generation_batch_size is the product of both).',
    ),
    gradient_accumulation_steps: option(
      whole(1).default(1),
      'Multiplies prompts_per_step, for configs that name a batch and its accumulation; gradients add up over the whole step in any case.',
      1,
    ),
    num_generations: option(whole(2).default(8), 'Completions of one prompt: the group G.', 8),
    ...optimizerFields({
      learningRate: 1e-4,
      trlLearningRate: 1e-6,
      lrSchedulerType: 'constant_with_warmup',
      perDeviceTrainBatchSize: 16,
    }),
    beta: option(
      z.number().min(0).default(0.02),
      'Weight of the KL term against the reference model. 0: no reference model.',
      0,
    ),
    epsilon: option(
      z.number().gt(0).lt(1).default(0.2),
      'Lower clip of the ratio: 1 − epsilon.',
      0.2,
    ),
    epsilon_high: option(
      z.number().gt(0).nullable().default(null),
      'Upper clip of the ratio: 1 + epsilon_high. null: epsilon. `cispo` needs it and takes it as the largest ratio itself (5).',
      null,
    ),
    delta: option(
      z.number().positive().nullable().default(null),
      'The two-sided clip: where A < 0 the unclipped ratio counts as at most delta. null: no such limit.',
      null,
    ),
    clip_ratio_c: option(
      z.number().gt(1).nullable().default(null),
      'verl’s dual clip: where A < 0 a token’s loss is at most −clip_ratio_c · A. null: none.',
    ),
    loss_type: option(
      z.enum(grpoLossTypes).default('dapo'),
      'What a token’s loss is and how the losses are averaged; docs/conformance.md says whose each is.',
      'dapo',
    ),
    importance_sampling_level: option(
      z.enum(importanceSamplingLevels).default('token'),
      'What the ratio is taken over; `sequence` is GSPO.',
      'token',
    ),
    sapo_temperature_pos: option(z.number().positive().default(1), 'Of `sapo` where A > 0.', 1),
    sapo_temperature_neg: option(z.number().positive().default(1.05), 'Of `sapo` elsewhere.', 1.05),
    vespo_k_pos: option(z.number().positive().default(2), 'Of `vespo` where A ≥ 0: exponent.', 2),
    vespo_lambda_pos: option(z.number().positive().default(3), 'Decay.', 3),
    vespo_k_neg: option(z.number().positive().default(3), 'Of `vespo` elsewhere: exponent.', 3),
    vespo_lambda_neg: option(z.number().positive().default(2), 'Decay.', 2),
    kl_estimator: option(
      z.enum(klEstimators).default('k3'),
      'How the KL term is estimated from the sampled tokens.',
    ),
    use_bias_correction_kl: option(
      z.boolean().default(false),
      'Multiply the KL term by the ratio (DeepSeek-V3.2).',
      false,
    ),
    entropy_coef: option(
      z.number().default(0),
      'Weight of a bonus for the mean entropy of the trained tokens.',
      0,
    ),
    top_entropy_quantile: option(
      share().gt(0).default(1),
      'Train only this share of the tokens, those of highest entropy.',
      1,
    ),
    off_policy_mask_threshold: option(
      z.number().positive().nullable().default(null),
      'Leave out completions with A < 0 whose mean log-ratio of sampling to current policy exceeds it. null: none.',
      null,
    ),
    advantage_estimator: option(
      z.enum(advantageEstimators).default('grpo'),
      'How rewards become advantages; docs/conformance.md says whose each is.',
    ),
    scale_rewards: option(
      z.enum(['group', 'batch', 'none']).default('group'),
      'What the centred rewards are divided by: the group’s deviation, the batch’s, or nothing.',
      'group',
    ),
    normalize_advantages: option(
      z.boolean().default(false),
      'Of the estimator `rloo`: divide by the deviation of the batch’s advantages.',
      false,
    ),
    multi_objective_aggregation: option(
      z.enum(['sum_then_normalize', 'normalize_then_sum']).default('sum_then_normalize'),
      'Of several rewards: compare their sum within the group, or compare each and sum (GDPO).',
      'sum_then_normalize',
    ),
    num_iterations: option(whole(1).default(1), 'Passes over one batch of rollouts: μ.', 1),
    steps_per_generation: option(
      whole(1).default(1),
      'Updates of one pass: the batch is cut into so many, in order. TRL: gradient_accumulation_steps.',
    ),
    dynamic_sampling: option(
      z.boolean().default(false),
      'DAPO: groups whose rewards are all equal teach nothing; draw other problems in their place, at most max_resampling times.',
    ),
    max_resampling: option(whole(1).default(3), 'Further draws of one step at most.'),
    sync_ref_model: option(
      z.boolean().default(false),
      'Let the reference follow the policy: after every ref_model_sync_steps steps it becomes ref_model_mixup_alpha of the policy and the rest of itself. Needs policy.use_peft: false.',
      false,
    ),
    ref_model_mixup_alpha: option(
      share().gt(0).default(0.6),
      'Share of the policy in the new reference.',
      0.6,
    ),
    ref_model_sync_steps: option(whole(1).default(512), 'Steps between two of them.', 512),
    mask_truncated_completions: option(
      z.boolean().default(false),
      'Leave completions that hit max_completion_length out of the loss.',
      false,
    ),
    ...vllmFields,
  })
  .describe('Group-relative policy optimisation.');
