import { inputError } from '../../errors.js';
import type { ProgramTests } from '../../records.js';

/** A file of tests, as `rlsf judge --tests` takes it. */
export async function readTests(file: string, text: string): Promise<ProgramTests> {
  const { z } = await import('zod');
  const schema = z.strictObject({
    includes: z.string().default(''),
    prefix: z.string().default(''),
    suffix: z.string().default(''),
    files: z.record(z.string(), z.string()).optional(),
    compileOnly: z.boolean().optional(),
    cases: z
      .array(
        z.union([
          z.strictObject({ code: z.string(), expected: z.string() }),
          z.strictObject({ assert: z.string() }),
          z.strictObject({
            stdin: z.string(),
            expected: z.string().nullable(),
            args: z.array(z.string()).optional(),
          }),
        ]),
      )
      .default([]),
  });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw inputError(
      `${file}: expected JSON, got text that does not parse (${String(error)}). Mend it and try again.`,
    );
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw inputError(
    `${file}: expected {includes, prefix, suffix, files, compileOnly, cases}, a case being {stdin, expected}, {assert} or {code, expected}; ${z.prettifyError(parsed.error).replace(/\n/g, ' ')}`,
  );
}
