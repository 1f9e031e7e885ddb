import { z } from 'zod';
import type { FinishReason, Problem } from '../../records.js';
import type { RewardLimits } from './limits.js';
import { problemSchema } from './problem-schema.js';

/** What is to be judged: a completion, its problem, and, where tokens matter, how it was cut. */
export function itemSchema(limits: RewardLimits): z.ZodType<Item> {
  const ids = z
    .array(
      z
        .int()
        .min(0)
        .max(2 ** 31),
    )
    .max(limits.tokens);
  return z
    .strictObject({
      problem: z
        .union([
          z.strictObject({ task: z.string().max(200).optional(), id: z.string().max(200) }),
          problemSchema(limits),
        ])
        .describe('By its id (and task) among those of the server, or given whole.'),
      completion: z
        .string()
        .max(limits.completion)
        .optional()
        .describe('The text. Without it: what completionIds spell.'),
      completionIds: ids.optional().describe('As sampled, the end token included.'),
      byteOffsets: z
        .array(z.int().min(0))
        .max(limits.tokens + 1)
        .optional()
        .describe(
          'UTF-8 byte where each token starts in the completion, and one past the end. Without it: from completionIds and the tokenizer.',
        ),
      completionMask: z
        .array(z.union([z.literal(0), z.literal(1)]))
        .max(limits.tokens)
        .optional()
        .describe('1 where the policy sampled the token. Without it: everywhere.'),
      finishReason: z.enum(['stop', 'length', 'cancelled']).default('stop'),
      group: z
        .union([z.string().max(200), z.int()])
        .optional()
        .describe('Completions of one group are compared. Without it: those of one problem.'),
      prompt: z.string().max(limits.completion).optional(),
      columns: z.record(z.string(), z.unknown()).optional(),
    })
    .meta({ id: 'Item' });
}

export interface Item {
  problem: { task?: string; id: string } | Problem;
  completion?: string;
  completionIds?: number[];
  byteOffsets?: number[];
  completionMask?: number[];
  finishReason: FinishReason;
  group?: string | number;
  prompt?: string;
  columns?: Record<string, unknown>;
}

/** What both of our own addresses take. */
export function itemsField(limits: RewardLimits): z.ZodType<Item[]> {
  return z.array(itemSchema(limits)).min(1).max(limits.items);
}

export const tokenizerField = z
  .string()
  .max(400)
  .optional()
  .describe('One of those the server was started with. @default the first of them');
