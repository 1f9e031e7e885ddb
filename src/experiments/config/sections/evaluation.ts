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
    bootstrap_resamples: option(whole(100).default(10000), 'Resamples of the bootstrap.'),
    confidence: option(share().default(0.95), 'Coverage of the intervals.'),
  })
  .describe('The measurement before and after.');
