import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { inputError, isRlsfError } from '../../errors.js';
import { bigcodeCompletions } from './formats/bigcode.js';
import { isMultiplE, multiplECompletions } from './formats/multipl-e.js';
import { madeCompletions } from './formats/made.js';
import { isRow, rowCompletions, rowFormat } from './formats/rows.js';
import type { CompletionSet, FoundCompletion } from './records.js';

export interface ReadCompletionsOptions {
  /** What becomes of a row that cannot be used. @default 'fail' */
  malformed?: 'fail' | 'skip';
}

/** A row with its place, as yet unread; `reason` where it does not parse. */
type Row = { place: string; value: unknown } | { place: string; reason: string };

/**
 * Reads a file of completions, or MultiPL-E's folder of them, each also gzipped; the format is
 * recognised by what is in it. Every row that cannot be used is refused with its place, or (`skip`)
 * left out and told.
 */
export async function readCompletions(
  source: string,
  options: ReadCompletionsOptions = {},
): Promise<CompletionSet> {
  const found = await stat(source).catch((cause: unknown) => {
    throw inputError(
      `${source}: expected a file of completions, or a folder of MultiPL-E's files, there is none. Check the path.`,
      { cause },
    );
  });
  return found.isDirectory() ? readFolder(source, options) : readFileOf(source, options);
}

async function readFileOf(source: string, options: ReadCompletionsOptions): Promise<CompletionSet> {
  const name = path.basename(source);
  const text = await unpacked(source);
  const whole = text.trimStart();
  if (whole === '') throw inputError(`${source}: expected completions, the file is empty.`);
  if (whole.startsWith('[')) {
    const list = parsed(source, whole);
    if (Array.isArray(list) && list.length > 0 && list.every(Array.isArray))
      return bigcodeCompletions(source, list);
    const rows = (list as unknown[]).map((value, i): Row => ({ place: `${name}[${i}]`, value }));
    return ofRows(source, rows, options);
  }
  const one = whole.startsWith('{') ? attempt(() => JSON.parse(whole) as unknown) : null;
  if (isRow(one) && one['format'] === 'rlsf-completions') return madeCompletions(source, one);
  if (isRow(one) && isMultiplE(one))
    return multiplECompletions(source, [{ place: name, value: one }]);
  return ofRows(source, jsonLines(name, text), options);
}

async function readFolder(
  source: string,
  { malformed = 'fail' }: ReadCompletionsOptions,
): Promise<CompletionSet> {
  const names = (await readdir(source))
    .filter((name) => /\.json(\.gz)?$/.test(name) && !/\.results\.json(\.gz)?$/.test(name))
    .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  const rows: { place: string; value: Record<string, unknown> }[] = [];
  const skipped: CompletionSet['skipped'] = [];
  for (const name of names) {
    const file = path.join(source, name);
    const text = await unpacked(file);
    try {
      const value = parsed(file, text);
      if (!isRow(value) || !isMultiplE(value))
        throw inputError(
          `${file}: expected an object with name, language, prompt, tests and completions, as MultiPL-E writes one a problem.`,
        );
      rows.push({ place: name, value });
    } catch (error) {
      if (malformed === 'fail' || !isRlsfError(error)) throw error;
      skipped.push({ place: name, reason: error.message });
    }
  }
  if (rows.length === 0)
    throw inputError(
      `${source}: expected MultiPL-E's files (NAME.json or NAME.json.gz, one a problem), found none that can be used. For another format, name the file.`,
    );
  const set = multiplECompletions(source, rows);
  return { ...set, skipped };
}

function ofRows(
  source: string,
  rows: readonly Row[],
  { malformed = 'fail' }: ReadCompletionsOptions,
): CompletionSet {
  const completions: FoundCompletion[] = [];
  const skipped: CompletionSet['skipped'] = [];
  const formats = new Set<CompletionSet['format']>();
  for (const row of rows) {
    try {
      if ('reason' in row) throw inputError(row.reason);
      completions.push(...rowCompletions(row.value, row.place));
      formats.add(rowFormat(row.value as Record<string, unknown>));
    } catch (error) {
      if (!isRlsfError(error)) throw error;
      if (malformed === 'fail')
        throw inputError(
          `${path.join(path.dirname(source), row.place)}: ${error.message} Mend the row, or leave such rows out with --malformed skip.`,
          { cause: error },
        );
      skipped.push({ place: row.place, reason: error.message });
    }
  }
  const [format] = formats;
  if (format === undefined)
    throw inputError(
      `${source}: no row can be used. ${skipped[0] ? `The first of ${skipped.length}, ${skipped[0].place}: ${skipped[0].reason}` : ''}`,
    );
  return { source, format, completions, skipped };
}

function jsonLines(name: string, text: string): Row[] {
  return text.split('\n').flatMap((line, i): Row[] => {
    const place = `${name}:${i + 1}`;
    if (line.trim() === '') return [];
    try {
      return [{ place, value: JSON.parse(line) as unknown }];
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      return [{ place, reason: `expected a JSON object in one line, it does not parse: ${why}.` }];
    }
  });
}

/** The text of a file, unpacked where its first bytes are those of gzip. */
async function unpacked(file: string): Promise<string> {
  const bytes = await readFile(file);
  try {
    const plain = bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes;
    return new TextDecoder('utf-8', { fatal: true }).decode(plain);
  } catch (cause) {
    throw inputError(
      `${file}: expected UTF-8 text, plain or gzipped, got ${cause instanceof Error ? cause.message : String(cause)}. Fetch the file again, or convert it.`,
      { cause },
    );
  }
}

function parsed(file: string, text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw inputError(
      `${file}: expected JSON, it does not parse: ${cause instanceof Error ? cause.message : String(cause)}. If it was cut short, fetch it again.`,
      { cause },
    );
  }
}

function attempt(act: () => unknown): unknown {
  try {
    return act();
  } catch {
    return null;
  }
}
