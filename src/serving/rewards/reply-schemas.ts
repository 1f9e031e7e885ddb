/** What our own addresses reply, for the OpenAPI document: the records of `rlsf`. */
import { z } from 'zod';
import { outcomeOrder } from '../../records.js';

const position = z
  .object({ file: z.string(), line: z.int(), column: z.int().nullable() })
  .nullable();

const diagnostic = z
  .object({
    tool: z.string(),
    severity: z.enum(['error', 'warning', 'note']),
    kind: z.string(),
    message: z.string(),
    option: z.string().nullable(),
    position,
    span: z
      .union([
        z.object({ start: z.int(), end: z.int(), precision: z.enum(['span', 'line']) }),
        z.object({ precision: z.literal('none'), reason: z.string() }),
      ])
      .describe('UTF-8 bytes of the completion, end exclusive.'),
    frames: z.array(z.object({ function: z.string(), position })),
  })
  .meta({ id: 'Diagnostic' });

export const verdictReply = z
  .object({
    outcome: z.enum(outcomeOrder),
    diagnostics: z.array(diagnostic),
    testsPassed: z.int(),
    testsTotal: z.int(),
    tests: z.array(
      z.object({
        passed: z.boolean(),
        expected: z.string().nullable(),
        actual: z.string().nullable(),
      }),
    ),
    prediction: z.string().nullable(),
    groundTruth: z.string().nullable(),
    correct: z.boolean(),
    formatOk: z.boolean(),
    stages: z.array(
      z.object({
        stage: z.enum(['compile', 'run', 'check']),
        command: z.array(z.string()),
        exitCode: z.int().nullable(),
        signal: z.string().nullable(),
        durationMs: z.number(),
        stdout: z.string(),
        stderr: z.string(),
        truncated: z.boolean(),
      }),
    ),
    toolchain: z.string(),
    isolation: z.string(),
    fromCache: z.boolean(),
    retried: z.boolean(),
  })
  .meta({ id: 'Verdict' });

export const judgeReply = z
  .object({ verdicts: z.array(verdictReply).describe('In the order of the items.') })
  .meta({ id: 'JudgeReply' });

const rewardResult = z.object({
  name: z.string(),
  weight: z.number(),
  score: z.number().nullable(),
  spans: z.array(z.object({ start: z.int(), end: z.int(), value: z.number(), label: z.string() })),
  log: z.record(z.string(), z.unknown()),
});

export const rewardsReply = z
  .object({
    items: z.array(
      z.object({
        problemId: z.string(),
        completion: z.string(),
        outcome: z.enum(outcomeOrder),
        verdict: verdictReply.optional(),
        reward: z
          .number()
          .nullable()
          .describe('Sum of weight × score. null: unscorable, our own tooling broke. Not 0.'),
        rewards: z.array(rewardResult),
        tokens: z
          .object({
            byteOffsets: z.array(z.int()),
            blame: z.array(z.number()).describe('How strongly findings blame each token.'),
            rewards: z.array(z.number()).describe('What each token earns under the scheme.'),
          })
          .optional(),
        advantages: z
          .object({
            scheme: z.string(),
            sequence: z.number(),
            tokens: z.array(z.number()),
          })
          .optional(),
      }),
    ),
  })
  .meta({ id: 'RewardsReply' });
