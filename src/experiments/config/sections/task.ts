import { z } from 'zod';
import { option, whole } from '../option.js';

export const taskSection = z
  .strictObject({
    name: option(
      z.string().min(1).nullable().default(null),
      'The task, e.g. `cpp`; `rlsf tasks` lists them. null: none, for a training from a file.',
    ),
    train_split: option(z.string().min(1).default('train'), 'Split that prompts are drawn from.'),
    train_problems: option(
      whole(1).default(96),
      'Distinct problems drawn from the train split; every step takes the next prompts_per_step of them, reshuffled each time all were seen.',
    ),
    held_out_split: option(
      z.string().min(1).default('held_out'),
      'Split of the evaluation before and after.',
    ),
    held_out_families_split: option(
      z.string().min(1).nullable().default('held_out_families'),
      'Split of whole families held out, evaluated and reported apart. null: none.',
    ),
    seed: option(
      z.int().default(0),
      'Seed of the problems drawn; apart from run.seed, so that runs with several seeds face the same problems.',
    ),
  })
  .describe('Where the problems come from.');
