import { z } from 'zod';
import { option, share, whole } from '../option.js';

export const evaluationSection = z
  .strictObject({
    problems: option(whole(1).default(200), 'Held-out problems.'),
    held_out_families_problems: option(
      whole(0).default(80),
      'Problems of families held out whole. 0: none.',
    ),
    num_samples: option(whole(1).default(1), 'Completions of each problem.'),
    temperature: option(
      z.number().min(0).default(1),
      'Temperature of the evaluation’s completions. 0: greedy.',
    ),
    top_p: option(z.number().gt(0).max(1).default(1), 'As in sampling.'),
    seed: option(
      z.int().default(7),
      'Decoding seed, the same before and after, so that both face the same luck.',
    ),
    after_training: option(
      z.boolean().default(false),
      'Measure the held-out problems after `rlsf train`; a tour does so in any case.',
    ),
    eval_steps: option(
      whole(1).nullable().default(null),
      'During training, measure after every so many steps: the loss on rows kept back (dataset.eval_share), or the rates on eval_problems. null: never.',
      null,
    ),
    eval_problems: option(whole(1).default(50), 'Held-out problems of such a measurement.'),
    metric_for_best_model: option(
      z.string().min(1).nullable().default(null),
      'The figure that decides which checkpoint is best, e.g. `eval_loss`. null: eval_loss, or eval_fully_clean_rate where problems are measured.',
      null,
    ),
    greater_is_better: option(
      z.boolean().nullable().default(null),
      'null: true unless the name ends in loss.',
      null,
    ),
    early_stopping_patience: option(
      whole(1).nullable().default(null),
      'Stop after so many measurements in a row without a better one. null: never.',
    ),
    early_stopping_threshold: option(
      z.number().min(0).default(0),
      'By how much a better one must be better.',
      0,
    ),
    load_best_model_at_end: option(
      z.boolean().default(false),
      'Save the best checkpoint’s weights, not the last one’s.',
      false,
    ),
    bootstrap_resamples: option(whole(100).default(10000), 'Resamples of the bootstrap.'),
    confidence: option(share().default(0.95), 'Coverage of the intervals.'),
  })
  .describe('The measurements before, during and after training.');
