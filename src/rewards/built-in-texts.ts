import { z } from 'zod';
import { answerReadings } from './answers.js';
import { builtIn, type BuiltInReward } from './built-in-reward.js';
import { formatTags, tagCredits } from './format-tags.js';
import { cosineScaled, lengthPenalty, overlong } from './length-rewards.js';
import { malformed, malformedChecks } from './malformed.js';
import { referenceSimilarity, similarityMeasures } from './reference-similarity.js';
import { repetition } from './repetition.js';

const tokens = (description: string): z.ZodInt => z.int().min(0).describe(description);

/** The built-ins that read lengths and texts. */
export const textRewards: Readonly<Record<string, BuiltInReward>> = {
  length_penalty: builtIn(
    'Minus `per_token` for each token beyond `target_len`.',
    {
      target_len: tokens('Tokens that cost nothing.'),
      per_token: z.number().min(0).default(0.001).describe('Cost of each token beyond them.'),
      max_penalty: z.number().min(0).default(1).describe('The whole cost is at most this.'),
    },
    (options, base) =>
      lengthPenalty({
        ...base,
        targetLen: options.target_len,
        perToken: options.per_token,
        maxPenalty: options.max_penalty,
      }),
  ),
  overlong: builtIn(
    'DAPO’s soft overlong punishment: from 0 down to -1 over the last `soft_punish_cache` tokens before `max_completion_len` (TRL’s `get_soft_overlong_punishment`).',
    {
      max_completion_len: tokens('Beyond so many tokens the whole punishment.'),
      soft_punish_cache: tokens('The punishment sets in so many tokens before that.'),
    },
    (options, base) =>
      overlong({
        ...base,
        maxCompletionLen: options.max_completion_len,
        softPunishCache: options.soft_punish_cache,
      }),
  ),
  cosine_scaled: builtIn(
    'A right completion earns more the shorter it is, a wrong one loses less the longer it is, along a cosine (TRL’s `get_cosine_scaled_reward`).',
    {
      max_len: z.int().min(1).describe('Longer completions score as ones of so many tokens.'),
      min_value_wrong: z.number().default(-1).describe('Of the shortest wrong completion.'),
      max_value_wrong: z.number().default(-0.5).describe('Of the longest wrong completion.'),
      min_value_correct: z.number().default(0.5).describe('Of the longest right completion.'),
      max_value_correct: z.number().default(1).describe('Of the shortest right completion.'),
      reading: z
        .enum(answerReadings)
        .default('strict')
        .describe('Of a maths answer. lenient: right is the last number, whatever the form.'),
    },
    (options, base) =>
      cosineScaled({
        ...base,
        maxLen: options.max_len,
        minValueWrong: options.min_value_wrong,
        maxValueWrong: options.max_value_wrong,
        minValueCorrect: options.min_value_correct,
        maxValueCorrect: options.max_value_correct,
        reading: options.reading,
      }),
  ),
  repetition: builtIn(
    'Minus the share of n-grams of tokens that stood there before (TRL’s `get_repetition_penalty_reward`); a span under each run of them.',
    {
      ngram_size: z.int().min(1).default(3).describe('Tokens in a row that are compared.'),
      max_penalty: z
        .number()
        .max(0)
        .default(-1)
        .describe('Score of a completion that only repeats itself.'),
    },
    (options, base) =>
      repetition({ ...base, ngramSize: options.ngram_size, maxPenalty: options.max_penalty }),
  ),
  format_tags: builtIn(
    '1 when the completion is divided by tags such as `<think>…</think>` (TRL’s `think_format_reward`), else 0; or a share for each tag.',
    {
      tags: z.array(z.string()).min(1).default(['think']).describe('Names of the parts, in order.'),
      credit: z
        .enum(tagCredits)
        .default('whole')
        .describe(
          'whole: all or nothing. count: the share of opening and closing tags that stand there exactly once.',
        ),
    },
    (options, base) => formatTags({ ...base, ...options }),
  ),
  malformed: builtIn(
    'A penalty for what is no whole text; the log names the reasons.',
    {
      checks: z
        .array(z.enum(malformedChecks))
        .min(1)
        .default([...malformedChecks])
        .describe(
          'empty: nothing but blanks. truncated: cut off at the limit of tokens. undecodable: U+FFFD, half a surrogate pair, control characters. open_fence, open_bracket: opened in the completion and not closed.',
        ),
      penalty: z.number().max(0).default(-1).describe('Score of a malformed completion.'),
    },
    (options, base) => malformed({ ...base, ...options }),
  ),
  reference_similarity: builtIn(
    'How like the reference solution the completion reads, from 0 to 1; unscorable without a reference.',
    {
      measure: z
        .enum(similarityMeasures)
        .default('levenshtein')
        .describe(
          'levenshtein: 1 − edit distance / length of the longer text. ngrams: smoothed BLEU of words.',
        ),
      max_ngram: z.int().min(1).default(4).describe('The longest n-grams of `ngrams`.'),
      max_length: z
        .int()
        .min(1)
        .default(4000)
        .describe(
          'How much of a text is compared; beyond it, levenshtein counts all as different.',
        ),
    },
    (options, base) =>
      referenceSimilarity({
        ...base,
        measure: options.measure,
        maxNgram: options.max_ngram,
        maxLength: options.max_length,
      }),
  ),
};
