import { isUtf8 } from 'node:buffer';
import { z } from 'zod';
import type { Language, Problem, StdioCase } from '../../records.js';
import { httpError, postRoute } from '../http/index.js';
import type { HttpRoute } from '../http/index.js';
import type { RewardParts } from './parts.js';
import { runCodeReply, runResultOf } from './run-result.js';

/** The languages of SandboxFusion that are judged here. */
export const runLanguages = ['cpp', 'python', 'java'] as const;

/** `/run_code`, SandboxFusion's: runs a program once, on an input, and says how it ended. */
export function runCodeRoute(parts: RewardParts): HttpRoute {
  const { limits } = parts;
  const body = z
    .object({
      code: z.string().max(limits.program),
      language: z.enum(runLanguages),
      stdin: z.string().max(limits.program).nullish(),
      compile_timeout: z.number().positive().nullish().describe('Kept by the judge: 30 s.'),
      run_timeout: z.number().positive().max(limits.runSeconds).nullish().default(10),
      memory_limit_MB: z
        .int()
        .max(limits.memoryMiB)
        .nullish()
        .describe('Resident memory. -1: as much as the server gives.'),
      files: z
        .record(
          z.string().max(200),
          z
            .string()
            .max(2 * limits.program)
            .nullable(),
        )
        .nullish()
        .describe('Base64 of UTF-8 texts, by relative name.'),
      fetch_files: z.array(z.string()).max(0).nullish().describe('Programs write nowhere here.'),
      args: z.array(z.string().max(4096)).max(100).nullish(),
    })
    .meta({ id: 'RunCodeRequest' });
  return postRoute({
    path: '/run_code',
    name: 'run_code',
    summary: 'SandboxFusion: run a program on an input',
    body,
    reply: runCodeReply,
    async handle({ body: asked, tenant, signal }) {
      const { code, language, stdin, args, run_timeout: seconds } = asked;
      const only: StdioCase = { stdin: stdin ?? '', expected: null, ...(args && { args }) };
      const problem = programProblem(language, [only], textsOf(asked.files ?? {}));
      const runLimits = {
        seconds: seconds ?? 10,
        memoryMiB: memoryOf(asked.memory_limit_MB, limits.memoryMiB),
      };
      return parts.runJudges.with(runLimits, async (pool) => {
        const items = [{ problem, completion: code }];
        const [verdict] = await parts.judging(pool, items, { tenant, signal });
        return runResultOf(verdict, language);
      });
    },
  });
}

/** A whole program, run once on each input. */
export function programProblem(
  language: Language,
  cases: StdioCase[],
  files: Record<string, string> = {},
): Problem {
  const tests = { includes: '', prefix: '', suffix: '', cases, files };
  return { id: 'given', task: '', split: '', prompt: '', language, tests, columns: {} };
}

export function memoryOf(asked: number | null | undefined, most: number): number {
  return asked === null || asked === undefined || asked <= 0 ? Math.min(1024, most) : asked;
}

/** The judge's files are texts. */
function textsOf(files: Record<string, string | null>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(files).flatMap(([name, base64]) => {
      if (base64 === null) return [];
      const bytes = Buffer.from(base64, 'base64');
      if (isUtf8(bytes)) return [[name, bytes.toString('utf8')]];
      throw httpError(
        400,
        'bad_request',
        `files.${name.slice(0, 60)}: expected the base64 of a text in UTF-8, got other bytes.`,
        { where: `files.${name.slice(0, 60)}` },
      );
    }),
  );
}
