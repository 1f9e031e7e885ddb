import { readFile } from 'node:fs/promises';
import { inputError } from '../../errors.js';

/** A JSON object from a file; `what` names the thing that is being loaded, for the message. */
export async function readJsonObject(file: string, what: string): Promise<Record<string, unknown>> {
  return parseJsonObject(await readText(file, what), file);
}

export async function readText(file: string, what: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw inputError(`${what}: cannot read ${file}. Check the path; the folder must be complete.`, {
      cause,
    });
  }
}

export function parseJsonObject(text: string, file: string): Record<string, unknown> {
  if (isLfsPointer(text)) throw inputError(pointerMessage(file));
  if (text.trim() === '') throw inputError(`${file}: is empty. Fetch it again.`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw inputError(`${file}: expected JSON, got something else (${String(cause)}).`, { cause });
  }
  if (!isObject(value)) {
    throw inputError(
      `${file}: expected a JSON object, got ${Array.isArray(value) ? 'a list' : String(value)}.`,
    );
  }
  return value;
}

/** What `git clone` leaves in place of a large file where Git LFS did not run. */
export function isLfsPointer(start: string): boolean {
  return start.startsWith('version https://git-lfs');
}

export function pointerMessage(file: string): string {
  return `${file}: is a Git LFS pointer, not the file itself. Run git lfs pull in that folder.`;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function jsonText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
