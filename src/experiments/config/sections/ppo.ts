import { z } from 'zod';
import { option, whole } from '../option.js';
import { optimizerFields } from './trainer.js';

export const ppoSection = z
  .strictObject({
    max_steps: option(whole(1).default(30), 'Steps in all: each samples, judges and learns.', -1),
    prompts_per_step: option(whole(1).default(64), 'Prompts of one step.'),
    gradient_accumulation_steps: option(
      whole(1).default(1),
      'Multiplies prompts_per_step, for configs that name a batch and its accumulation; gradients add up over the whole step in any case.',
      1,
    ),
    num_generations: option(whole(1).default(2), 'Completions of one prompt (TRL: 1).'),
    ...optimizerFields({
      learningRate: 1e-4,
      trlLearningRate: 3e-6,
      lrSchedulerType: 'constant_with_warmup',
      perDeviceTrainBatchSize: 16,
    }),
    num_ppo_epochs: option(whole(1).default(4), 'Passes over the rollouts of a step.', 4),
    num_mini_batches: option(whole(1).default(1), 'Updates of one pass.', 1),
    kl_coef: option(
      z.number().min(0).default(0.05),
      'What each token’s divergence from the reference costs, as a reward.',
      0.05,
    ),
    kl_estimator: option(z.enum(['k1', 'k3']).default('k1'), 'How it is estimated.', 'k1'),
    cliprange: option(z.number().gt(0).default(0.2), 'Clip of the policy’s ratio.', 0.2),
    vf_coef: option(z.number().min(0).default(0.1), 'Weight of the value loss.', 0.1),
    cliprange_value: option(
      z.number().gt(0).default(0.2),
      'How far a value may move from the old one.',
      0.2,
    ),
    gamma: option(z.number().min(0).max(1).default(1), 'Discount a token.', 1),
    lam: option(z.number().min(0).max(1).default(0.95), 'GAE’s λ.', 0.95),
    whiten_rewards: option(z.boolean().default(false), 'Whiten the rewards too.', false),
    missing_eos_penalty: option(
      z.number().min(0).nullable().default(null),
      'Taken from the score of a completion without an end token. null: none.',
      null,
    ),
    token_reward_weight: option(
      z.number().min(0).default(0.5),
      'Weight of the findings’ spans as rewards of their tokens; 0 is the scalar algorithm to the bit.',
    ),
    mask_truncated_completions: option(
      z.boolean().default(false),
      'Leave completions that hit max_completion_length out of the loss.',
    ),
  })
  .describe('Proximal policy optimisation with a value head on the policy (`rlsf train ppo`).');
