/* eslint-disable @typescript-eslint/explicit-module-boundary-types -- the types are zod's, inferred */
/** Options that every training method has, in Hugging Face's words; a method brings its defaults. */
import { z } from 'zod';
import { option, share, whole } from '../option.js';

export const schedulerTypes = ['constant', 'constant_with_warmup', 'linear', 'cosine'] as const;

export const checkpointingText =
  'Keep only the input of each layer and compute the layer again in the backward pass: less memory, more time, the same weights.';

export interface OptimizerDefaults {
  readonly learningRate: number;
  /** TRL's, named where ours differs. */
  readonly trlLearningRate: number;
  readonly lrSchedulerType: (typeof schedulerTypes)[number];
  readonly perDeviceTrainBatchSize: number;
}

/** AdamW, its schedule, and how a batch is cut for memory. */
export function optimizerFields(defaults: OptimizerDefaults) {
  return {
    learning_rate: option(
      z.number().min(0).default(defaults.learningRate),
      'AdamW’s step size at its peak; far above TRL’s because the shipped policies are tiny. 0: nothing is learned (a control).',
      defaults.trlLearningRate,
    ),
    norm_learning_rate_ratio: option(
      z.number().positive().default(1),
      'Normalisation weights, which are near 1 and not near 0, learn at learning_rate times this.',
    ),
    lr_scheduler_type: option(
      z.enum(schedulerTypes).default(defaults.lrSchedulerType),
      'Course of the learning rate over max_steps.',
      'linear',
    ),
    warmup_ratio: option(
      share().default(0),
      'Share of max_steps spent warming up (the first update then has rate 0).',
      0,
    ),
    per_device_train_batch_size: option(
      whole(1).default(defaults.perDeviceTrainBatchSize),
      'Sequences of one forward and backward pass; gradients add up over the update, so in one step this changes memory, not the result (beyond rounding).',
      8,
    ),
    gradient_checkpointing: option(z.boolean().default(false), checkpointingText, true),
    max_grad_norm: option(
      z.number().min(0).default(1),
      'Gradients are scaled down to this norm. 0: never.',
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
  };
}

/** What a method that learns from a fixed set adds: how long it goes over it, in batches of what size. */
export function offlineFields() {
  return {
    max_steps: option(
      whole(1).nullable().default(null),
      'Updates in all. null: num_train_epochs decides.',
      -1,
    ),
    num_train_epochs: option(
      z.number().positive().default(3),
      'Passes over the set; max_steps wins when set.',
      3,
    ),
    gradient_accumulation_steps: option(
      whole(1).default(1),
      'Passes of one update: it learns from per_device_train_batch_size times as many examples.',
      1,
    ),
  };
}
