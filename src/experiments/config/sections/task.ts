import { z } from 'zod';
import { option, share, whole } from '../option.js';

export const taskSection = z
  .strictObject({
    name: option(
      z.string().min(1).nullable().default(null),
      'The task, e.g. `cpp`; `rlsf tasks` lists them. null: none, for a training from a file.',
    ),
    path: option(
      z.string().min(1).nullable().default(null),
      'The data set’s file, folder or Hub id (`owner/name@revision`). null: `data/<name>`, or below RLSF_DATA.',
    ),
    prompt_format: option(
      z.string().min(1).nullable().default(null),
      'One of the task’s prompt formats; `rlsf tasks list` has them. null: its first.',
    ),
    language: option(
      z.enum(['cpp', 'python', 'java', 'text']).nullable().default(null),
      'One of the task’s languages. null: its first.',
    ),
    malformed: option(
      z.enum(['fail', 'skip']).default('fail'),
      'What a row that cannot be used does; skipped ones are counted.',
    ),
    held_out_share: option(
      share().gt(0).lt(1).default(0.2),
      'Of a set without splits of its own: the share kept for evaluation.',
    ),
    shot_seed: option(
      z.int().default(0),
      'Which training rows become the examples of a few-shot prompt.',
    ),
    max_prompt_length: option(
      whole(1).nullable().default(null),
      'Tokens of a prompt at most; problems with longer ones are left out and counted. null: what the policy’s context leaves beside sampling.max_completion_length.',
    ),
    train_split: option(z.string().min(1).default('train'), 'Split that prompts are drawn from.'),
    train_problems: option(
      whole(1).default(96),
      'Distinct problems drawn from the train split; every step takes the next prompts_per_step of them, reshuffled each time all were seen.',
    ),
    held_out_split: option(
      z.string().min(1).nullable().default(null),
      'Split of the evaluation. null: `held_out`, else `test`, else the task’s last.',
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
