import { z } from 'zod';
import { option } from '../option.js';

export const trackersSection = z
  .strictObject({
    report_to: option(
      z.array(z.enum(['tensorboard', 'wandb', 'mlflow', 'trackio'])).default(['tensorboard']),
      'What follows the run beside `metrics.jsonl`: TensorBoard event files; W&B through your own `wandb` command; MLflow and trackio over HTTP. docs/trackers.md has their environment variables.',
    ),
    project: option(
      z.string().min(1).default('rlsf'),
      'Project (W&B, trackio) or experiment (MLflow), where the environment names none.',
    ),
    wandb_sync_seconds: option(
      z.number().min(0).default(60),
      'How often the `wandb` command uploads while the run goes on. 0: at its end only.',
    ),
    timeout_seconds: option(
      z.number().positive().default(30),
      'What one request may take, and what the end of a run waits for each of them.',
    ),
  })
  .describe('Who else is told of the figures. None of them can stop a run.');
