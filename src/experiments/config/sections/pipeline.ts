import { z } from 'zod';
import { methods } from '../methods.js';
import { option } from '../option.js';

/** The stages of `rlsf run`, in the order in which they are run. */
export const experimentStages = [
  'baseline',
  'train_gen',
  'rl_build',
  'train_all',
  'online_grpo',
  'merge',
  'test_after',
  'analyze',
  'report',
] as const;

export type ExperimentStage = (typeof experimentStages)[number];

export const pipelineSection = z
  .strictObject({
    stages: option(
      z
        .array(z.enum(experimentStages))
        .min(1)
        .default([
          'baseline',
          'train_gen',
          'rl_build',
          'train_all',
          'test_after',
          'analyze',
          'report',
        ]),
      'What `rlsf run` does without --only. Stages are run in the order of this page, whatever the order here.',
    ),
    methods: option(
      z.union([z.enum(methods), z.array(z.enum(methods)).min(1)]).default('dpo'),
      'What train_all trains by: one method, or several in order (`[kto, sft]`), each going on with the adapter (or the weights) that the one before left.',
    ),
    online_grpo_start: option(
      z.enum(['policy', 'train_all']).default('policy'),
      'What online_grpo starts from: the policy of this file, or what train_all left.',
    ),
  })
  .describe('An experiment in stages (`rlsf run`); docs/stages.md tells how.');
