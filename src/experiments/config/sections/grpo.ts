import { z } from 'zod';
import { option, whole } from '../option.js';
import { optimizerFields } from './trainer.js';

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
    mask_truncated_completions: option(
      z.boolean().default(false),
      'Leave completions that hit max_completion_length out of the loss.',
      false,
    ),
  })
  .describe('Group-relative policy optimisation.');
