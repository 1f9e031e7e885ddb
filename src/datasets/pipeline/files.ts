import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { inputError } from '../../errors.js';
import { writeWholeText } from '../write-dataset.js';

/** SHA-256 of values as JSON. */
export function hashOf(...values: unknown[]): string {
  return createHash('sha256').update(JSON.stringify(values)).digest('hex');
}

export function writeJsonFile(file: string, value: unknown): void {
  writeWholeText(file, `${JSON.stringify(value, null, 2)}\n`);
}

/** A file of a stage; `null` where it is not there. */
export function readJsonFile<T>(file: string): T | null {
  if (!existsSync(file)) return null;
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as T;
  } catch (cause) {
    throw inputError(
      `${file}: expected JSON as a stage of the pipeline writes it, but it does not parse. Remove it, and run that stage again.`,
      { cause },
    );
  }
}

/** What a stage goes on from; an error says which stage to run first. */
export function requireJsonFile<T>(file: string, stage: string): T {
  const value = readJsonFile<T>(file);
  if (value !== null) return value;
  throw inputError(
    `${file}: expected the result of the stage ${stage}, there is none. Run it first: --only ${stage}, or leave --only out.`,
  );
}
