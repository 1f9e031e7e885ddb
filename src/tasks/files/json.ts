import path from 'node:path';
import { inputError } from '../../errors.js';
import { decode, openBytes, readLines } from './lines.js';
import type { FileRow } from './row.js';

/**
 * JSON lines, or one JSON list of objects: by the first character, since both are published as `.json`.
 * Blank lines count and are passed over.
 */
export async function* jsonRows(file: string): AsyncGenerator<FileRow> {
  const name = path.basename(file);
  let number = 0;
  for await (const bytes of readLines(file)) {
    number++;
    const place = `${name}:${number}`;
    const line = decode(bytes);
    if (line === null) {
      yield { place, reason: 'it is not UTF-8.' };
      continue;
    }
    const text = line.trim();
    if (text === '') continue;
    if (number === 1 && text.startsWith('[') && /\.json(\.gz)?$/i.test(file)) {
      yield* listRows(file);
      return;
    }
    yield objectRow(place, text);
  }
}

async function* listRows(file: string): AsyncGenerator<FileRow> {
  const parts: Uint8Array[] = [];
  for await (const part of openBytes(file)) parts.push(part);
  const text = decode(Buffer.concat(parts));
  if (text === null) throw inputError(`${file}: expected UTF-8, got other bytes.`);
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch (error) {
    throw inputError(
      `${file}: expected a JSON list of objects, it does not parse: ${error instanceof Error ? error.message : String(error)}. If it was cut short, fetch it again.`,
    );
  }
  for (const [i, value] of (list as unknown[]).entries()) {
    const place = `${path.basename(file)}[${i}]`;
    if (isObject(value)) yield { place, value };
    else yield { place, reason: `expected an object, got ${kindOf(value)}.` };
  }
}

function objectRow(place: string, text: string): FileRow {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value)
      ? { place, value }
      : { place, reason: `expected an object, got ${kindOf(value)}.` };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { place, reason: `expected a JSON object in one line, it does not parse: ${why}.` };
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function kindOf(value: unknown): string {
  return Array.isArray(value) ? 'a list' : value === null ? 'null' : typeof value;
}
