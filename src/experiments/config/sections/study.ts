import { z } from 'zod';
import { methods } from '../methods.js';
import { option, whole } from '../option.js';

const arm = z.strictObject({
  method: z.enum(methods),
  set: z.record(z.string(), z.unknown()).default({}),
});

export const studySection = z
  .strictObject({
    seeds: option(
      z.array(z.int()).min(1).default([1, 2, 3]),
      'Each arm is trained once with each of them as run.seed.',
    ),
    arms: option(
      z.record(z.string(), arm).default({}),
      'What is compared, by name: a `method`, and in `set` the options in which the arm differs from the rest of this file (`grpo.beta: 0`).',
    ),
    compare: option(
      z.array(z.array(z.string()).length(2)).default([]),
      'Pairs of arms [a, b]: the report has a − b of each, beside every arm’s difference from the untrained policy.',
    ),
    samples: option(
      whole(1).nullable().default(null),
      'Judged completions that every arm learns from, but those that learn from none. null: as many as the first such arm takes.',
    ),
  })
  .describe('Methods compared over several seeds (`rlsf study`); docs/studies.md tells how.');
