import { z } from 'zod';
import { option, share, whole } from '../option.js';

export const schedulerTypes = ['constant', 'constant_with_warmup', 'linear', 'cosine'] as const;

export const checkpointingText =
  'Keep only the input of each layer and compute the layer again in the backward pass: less memory, more time, the same weights.';

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
    num_generations: option(whole(2).default(8), 'Completions of one prompt: the group G.', 8),
    learning_rate: option(
      z.number().positive().default(1e-4),
      'AdamW’s step size at its peak; far above TRL’s because the shipped policies are tiny.',
      1e-6,
    ),
    norm_learning_rate_ratio: option(
      z.number().positive().default(1),
      'Normalisation weights, which are near 1 and not near 0, learn at learning_rate times this.',
    ),
    lr_scheduler_type: option(
      z.enum(schedulerTypes).default('constant_with_warmup'),
      'Course of the learning rate over max_steps.',
      'linear',
    ),
    warmup_ratio: option(
      share().default(0),
      'Share of max_steps spent warming up (the first update then has rate 0).',
      0,
    ),
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
      'Upper clip of the ratio: 1 + epsilon_high. null: epsilon.',
      null,
    ),
    loss_type: option(
      z.enum(['grpo', 'bnpo', 'dr_grpo', 'dapo']).default('dapo'),
      'How the tokens’ losses are averaged.',
      'dapo',
    ),
    scale_rewards: option(
      z.enum(['group', 'batch', 'none']).default('group'),
      'What the centred rewards are divided by: the group’s deviation, the batch’s, or nothing.',
      'group',
    ),
    num_iterations: option(whole(1).default(1), 'Updates on one batch of rollouts: μ.', 1),
    per_device_train_batch_size: option(
      whole(1).default(16),
      'Completions of one forward and backward pass; gradients add up over the step, so this changes memory, not the result (beyond rounding).',
      8,
    ),
    gradient_checkpointing: option(z.boolean().default(false), checkpointingText, true),
    max_grad_norm: option(
      z.number().positive().default(1),
      'Gradients are scaled down to this norm.',
      1,
    ),
    weight_decay: option(z.number().min(0).default(0), 'AdamW’s decay of weight matrices.', 0),
    adam_beta1: option(z.number().min(0).lt(1).default(0.9), 'AdamW’s first-moment decay.', 0.9),
    adam_beta2: option(
      z.number().min(0).lt(1).default(0.999),
      'AdamW’s second-moment decay.',
      0.999,
    ),
    adam_epsilon: option(z.number().positive().default(1e-8), 'AdamW’s denominator floor.', 1e-8),
    mask_truncated_completions: option(
      z.boolean().default(false),
      'Leave completions that hit max_completion_length out of the loss.',
      false,
    ),
  })
  .describe('Group-relative policy optimisation.');
