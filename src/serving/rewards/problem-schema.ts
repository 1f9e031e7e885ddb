import { createHash } from 'node:crypto';
import { z } from 'zod';
import { languages } from '../../records.js';
import type { Language, Problem } from '../../records.js';
import type { RewardLimits } from './limits.js';

/** A problem given whole: the record of `rlsf`, all but what judges it left out at will. */
export function problemSchema(limits: RewardLimits): z.ZodType<Problem> {
  const text = z.string().max(limits.program);
  const testCase = z.union([
    z.strictObject({
      stdin: text,
      expected: text.nullable(),
      args: z.array(z.string().max(4096)).max(100).optional(),
    }),
    z.strictObject({ assert: text }),
    z.strictObject({ code: text, expected: text }),
  ]);
  const tests = z
    .strictObject({
      includes: text.default(''),
      prefix: text.default(''),
      suffix: text.default(''),
      cases: z.array(testCase).max(limits.cases).default([]),
      files: z.record(z.string().max(200), text).optional(),
      compileOnly: z.boolean().optional(),
    })
    .refine((given) => sizeOf(given) <= limits.program, {
      error: `at most ${limits.program} characters in includes, prefix, suffix, files and cases together`,
    });
  return z
    .strictObject({
      id: z.string().min(1).max(200).optional(),
      task: z.string().max(200).default(''),
      split: z.string().max(200).default(''),
      prompt: z
        .union([
          z.string().max(limits.completion),
          z.array(
            z.strictObject({
              role: z.enum(['system', 'user', 'assistant']),
              content: z.string().max(limits.completion),
            }),
          ),
        ])
        .default(''),
      language: z.enum(Object.keys(languages) as [Language, ...Language[]]),
      tests: tests.optional(),
      answer: z.string().max(1000).optional(),
      answerFormat: z.enum(['gsm8k', 'final']).optional(),
      reference: z.string().max(limits.completion).optional(),
      columns: z.record(z.string(), z.unknown()).default({}),
    })
    .refine(
      (problem) =>
        problem.language === 'text' ? problem.answer !== undefined : problem.tests !== undefined,
      { error: 'an `answer` for a text, `tests` for a program' },
    )
    .transform((problem): Problem => ({ ...problem, id: problem.id ?? contentId(problem) }))
    .meta({ id: 'Problem' });
}

interface Tests {
  includes: string;
  prefix: string;
  suffix: string;
  files?: Record<string, string>;
  cases: object[];
}

function sizeOf({ includes, prefix, suffix, files = {}, cases }: Tests): number {
  const texts = [includes, prefix, suffix, ...Object.values(files)];
  for (const each of cases)
    for (const value of Object.values(each)) if (typeof value === 'string') texts.push(value);
  return texts.reduce((sum, text) => sum + text.length, 0);
}

/** A problem without a name is the same problem wherever it is the same. */
function contentId(problem: object): string {
  const digest = createHash('sha256').update(JSON.stringify(problem)).digest('hex');
  return `given-${digest.slice(0, 16)}`;
}
