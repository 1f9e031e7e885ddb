import { z } from 'zod';
import { option } from '../option.js';
import { offlineFields, optimizerFields } from './trainer.js';

export const sftSection = z
  .strictObject({
    ...offlineFields(),
    ...optimizerFields({
      learningRate: 1e-3,
      trlLearningRate: 2e-5,
      lrSchedulerType: 'linear',
      perDeviceTrainBatchSize: 8,
    }),
    completion_only_loss: option(
      z.boolean().nullable().default(null),
      'Learn completions, not prompts. null: so where rows have prompts, and whole texts else.',
      null,
    ),
    assistant_only_loss: option(
      z.boolean().default(false),
      'Of conversations, learn the assistant’s turns only.',
      false,
    ),
    packing: option(
      z.boolean().default(false),
      'Fill each pass by tokens (best fit decreasing, at most per_device_train_batch_size times dataset.max_length tokens) instead of by rows. Rows never see one another, and nothing is padded either way.',
      false,
    ),
  })
  .describe('Supervised fine-tuning (`rlsf train sft`).');
