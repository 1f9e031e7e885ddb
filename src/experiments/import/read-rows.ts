import { existsSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { inputError } from '../../errors.js';
import { readRows } from '../../tasks/files/rows.js';

/** A completion that another trainer wrote down. */
export interface ForeignRollout {
  place: string;
  step: number;
  prompt: string;
  completion: string;
  /** By the name of the reward function. */
  rewards: Record<string, number | null>;
  advantage: number | null;
  /** verl's `gts`: what its data set has for the answer, here a problem's id. */
  truth: string | null;
  columns: Record<string, unknown>;
}

export type ForeignFormat = 'trl' | 'verl';

type Row = Record<string, unknown>;

/**
 * TRL's `completions/completions_00010.parquet` and verl's `rollout_data_dir/10.jsonl`: a file, or a folder
 * of them in the order of their steps. TRL writes messages where the data set has them; they become text.
 */
export async function readForeignRollouts(
  from: string,
): Promise<{ format: ForeignFormat; rows: ForeignRollout[] }> {
  const rows: ForeignRollout[] = [];
  let format: ForeignFormat | null = null;
  for (const file of filesOf(from))
    for await (const read of readRows(file)) {
      const place = `${path.dirname(file)}/${read.place}`;
      if ('reason' in read) throw inputError(`${place}: ${read.reason}`);
      const found = formatOf(read.value);
      if (found === null)
        throw inputError(
          `${place}: expected the columns of TRL (step, prompt, completion, …, advantage) or of verl (input, output, score, step), got ${Object.keys(read.value).join(', ') || 'none'}.`,
        );
      format ??= found;
      if (found !== format)
        throw inputError(
          `${place}: expected ${format}'s columns as in the rows before, got ${found}'s.`,
        );
      rows.push(found === 'trl' ? ofTrl(read.value, place) : ofVerl(read.value, place));
    }
  if (format === null) throw inputError(`${from}: expected at least one row, got none.`);
  return { format, rows };
}

function filesOf(from: string): string[] {
  if (!existsSync(from)) throw inputError(`${from}: there is no such file or folder.`);
  if (!statSync(from).isDirectory()) return [from];
  const files = readdirSync(from).filter((name) => /\.(parquet|jsonl)$/.test(name));
  if (files.length === 0)
    throw inputError(`${from}: expected .parquet (TRL) or .jsonl (verl) files in it, got none.`);
  return files
    .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
    .map((name) => path.join(from, name));
}

function formatOf(row: Row): ForeignFormat | null {
  if ('prompt' in row && 'completion' in row && 'step' in row) return 'trl';
  return 'input' in row && 'output' in row && 'score' in row ? 'verl' : null;
}

function ofTrl(row: Row, place: string): ForeignRollout {
  const { step, prompt, completion, advantage, ...others } = row;
  const rewards: ForeignRollout['rewards'] = {};
  const columns: Row = {};
  // Reward functions are columns like any other: those that hold numbers, or nothing, are taken for them.
  for (const [name, value] of Object.entries(others))
    if (value === null || typeof value === 'number') rewards[name] = numberOf(value);
    else columns[name] = value;
  return {
    place,
    step: wholeOf(step, `${place}: step`),
    prompt: textOf(prompt, `${place}: prompt`),
    completion: textOf(completion, `${place}: completion`),
    rewards,
    advantage: numberOf(advantage),
    truth: null,
    columns,
  };
}

function ofVerl(row: Row, place: string): ForeignRollout {
  const { input, output, gts, score, step, completion, ...columns } = row;
  return {
    place,
    step: wholeOf(step ?? 0, `${place}: step`),
    prompt: textOf(input, `${place}: input`),
    // Our reward function of verl hands back the text that it was given: `output` may hold special tokens.
    completion: textOf(completion ?? output, `${place}: output`),
    rewards: { score: numberOf(score) },
    advantage: null,
    truth: typeof gts === 'string' ? gts : null,
    columns,
  };
}

function wholeOf(value: unknown, where: string): number {
  const number = typeof value === 'bigint' ? Number(value) : value;
  if (typeof number === 'number' && Number.isInteger(number) && number >= 0) return number;
  throw inputError(`${where}: expected a whole number, got ${JSON.stringify(value)}.`);
}

/** `NaN` is pandas' word for nothing. */
function numberOf(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

function textOf(value: unknown, where: string): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) {
    const contents = (value as Row[]).map((message) => message?.['content']);
    if (contents.every((each) => typeof each === 'string')) return contents.join('\n');
  }
  throw inputError(`${where}: expected a text or messages, got ${typeof value}.`);
}
