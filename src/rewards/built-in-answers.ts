import { z } from 'zod';
import { answerLenient, answerStrict, numericDistance } from './answer-rewards.js';
import { answerReadings } from './answers.js';
import { builtIn, type BuiltInReward } from './built-in-reward.js';
import { answerLines, reasoningStructure } from './reasoning-structure.js';

const reading = z
  .enum(answerReadings)
  .default('strict')
  .describe('strict: the number in the demanded form. lenient: the last number of the completion.');

/** The built-ins for maths answers. */
export const answerRewards: Readonly<Record<string, BuiltInReward>> = {
  answer_strict: builtIn(
    'A maths answer in the demanded form: right 1, wrong 0.1, none 0.',
    {
      correct: z.number().default(1).describe('Score of the right number in the demanded form.'),
      wrong: z.number().default(0.1).describe('Score of a wrong number in that form.'),
      no_answer: z.number().default(0).describe('Score without a number in that form.'),
    },
    ({ correct, wrong, no_answer: noAnswer }, base) =>
      answerStrict({ ...base, correct, wrong, noAnswer }),
  ),
  answer_lenient: builtIn(
    '1 when the last number of the completion is the right one, else 0.',
    {},
    (_, base) => answerLenient(base),
  ),
  numeric_distance: builtIn(
    'A maths answer: 1 when right, else `partial_credit` × max(0, 1 − d / `tolerance`) with d the distance from the right number relative to it.',
    {
      reading,
      tolerance: z
        .number()
        .positive()
        .default(1)
        .describe('The relative distance at which nothing is left.'),
      partial_credit: z
        .number()
        .min(0)
        .max(1)
        .default(0.5)
        .describe('What a wrong number can come near to.'),
    },
    ({ partial_credit: partialCredit, ...options }, base) =>
      numericDistance({ ...base, ...options, partialCredit }),
  ),
  reasoning_structure: builtIn(
    'A maths answer shows true worked steps (`<<6*7=42>>`, `6 * 7 = 42`) and states its answer, right or wrong; a span of -1 under every false step.',
    {
      min_steps: z
        .int()
        .min(1)
        .default(2)
        .describe('Different true steps that earn the whole share of the steps.'),
      steps_share: z
        .number()
        .min(0)
        .max(1)
        .default(0.5)
        .describe('Share of the steps in the score; the answer line has the rest.'),
      answer_lines: z
        .array(z.enum(answerLines))
        .min(1)
        .default([...answerLines])
        .describe(
          'What counts as an answer line. gsm8k: `#### 42`. final: `Final: 42` at the end. phrase: «The answer is 42».',
        ),
    },
    (options, base) =>
      reasoningStructure({
        ...base,
        minSteps: options.min_steps,
        stepsShare: options.steps_share,
        answerLines: options.answer_lines,
      }),
  ),
};
