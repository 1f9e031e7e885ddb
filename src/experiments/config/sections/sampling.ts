import { z } from 'zod';
import { option, share, whole } from '../option.js';

export const samplingSection = z
  .strictObject({
    temperature: option(
      z.number().positive().default(1),
      'Temperature of the rollouts; old and new log-probabilities are taken under it.',
      1,
    ),
    top_k: option(whole(0).default(0), 'Keep the k likeliest tokens. 0: all.', 0),
    top_p: option(
      z.number().gt(0).max(1).default(1),
      'Keep the likeliest tokens that together reach this probability. 1: all.',
      1,
    ),
    min_p: option(
      share().default(0),
      'Keep tokens at least this share as likely as the likeliest. 0 (TRL: null): all.',
    ),
    repetition_penalty: option(
      z.number().positive().default(1),
      'Of ids in the prompt or the completion so far: a logit above 0 is divided by it, another one multiplied, before the temperature. 1: none.',
      1,
    ),
    stop_token_ids: option(
      z.array(whole(0)).default([]),
      'Token ids that end a completion, beside the policy’s end token and the task’s stop strings; in the evaluation too.',
    ),
    max_completion_length: option(whole(1).default(256), 'Tokens of a completion at most.', 512),
  })
  .describe('How rollouts are sampled.');
