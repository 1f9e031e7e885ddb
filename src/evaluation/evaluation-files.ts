/**
 * Evaluations on disk: `NAME.json` holds the figures by split, `NAME.jsonl` beside it the rows, one
 * problem a line, and the examples file one completion a line with its verdict. Of
 * `evaluations_after.json` that is `examples_after.jsonl`, of `evaluation.json` `examples.jsonl`.
 */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { writeJsonl, writeWholeText } from '../datasets/write-dataset.js';
import { inputError } from '../errors.js';
import type { Evaluation, EvaluationExample, EvaluationRow } from './records.js';

/** Evaluations by split. */
export type Evaluations = Record<string, Evaluation>;

/** Writes them, each file whole or not at all; the `.json` last: its presence says that all is there. */
export function writeEvaluations(
  file: string,
  evaluations: Readonly<Evaluations>,
  examples?: readonly EvaluationExample[],
): void {
  const rows = Object.values(evaluations).flatMap(({ split, rows: own }) =>
    own.map((row) => ({ split, ...row })),
  );
  if (examples !== undefined) writeJsonl(examplesFile(file), examples);
  writeJsonl(rowsFile(file), rows);
  const summaries = Object.entries(evaluations).map(([split, { rows: _rows, ...summary }]) => [
    split,
    summary,
  ]);
  writeWholeText(file, `${JSON.stringify(Object.fromEntries(summaries), null, 2)}\n`);
}

/** What `writeEvaluations` wrote; also what runs of older versions hold. */
export async function readEvaluations(file: string): Promise<Evaluations> {
  const summaries = parsed(file, await textOf(file), 'JSON') as Record<
    string,
    Omit<Evaluation, 'rows'>
  >;
  const rows = await readLines<EvaluationRow & { split: string }>(rowsFile(file));
  return Object.fromEntries(
    Object.entries(summaries).map(([split, summary]) => [
      split,
      {
        ...withNaN(summary),
        rows: rows
          .filter((row) => row.split === split)
          .map(({ split: _split, ...row }): EvaluationRow => row),
      },
    ]),
  );
}

/** The lines of an examples file. */
export function readExamplesFile(file: string): Promise<EvaluationExample[]> {
  return readLines<EvaluationExample>(file);
}

/** Where the rows of an evaluation file lie. */
export function rowsFile(file: string): string {
  return file.replace(/\.json$/, '.jsonl');
}

/** Where its examples lie. */
export function examplesFile(file: string): string {
  const name = path.basename(file, '.json').replace(/^evaluations?/, '');
  return path.join(path.dirname(file), `examples${name}.jsonl`);
}

/** JSON has no NaN: what could not be measured comes back as `null`. */
function withNaN<Summary extends Omit<Evaluation, 'rows'>>(summary: Summary): Summary {
  const { settings, ...figures } = summary;
  return { ...(filled(figures) as Summary), ...(settings && { settings }) };
}

function filled(value: unknown): unknown {
  if (value === null) return NaN;
  if (typeof value !== 'object' || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, own]) => [name, filled(own)]));
}

async function readLines<Line>(file: string): Promise<Line[]> {
  const lines = (await textOf(file)).split('\n');
  return lines.flatMap((line, i) =>
    line === '' ? [] : [parsed(`${file}:${i + 1}`, line, 'a JSON line') as Line],
  );
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    const why = (cause as NodeJS.ErrnoException).code ?? String(cause);
    throw inputError(
      `${file}: expected a file of an evaluation, it cannot be read (${why}). An evaluation is its .json with the .jsonl of the same name beside it: copy both.`,
      { cause },
    );
  }
}

function parsed(place: string, text: string, what: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw inputError(
      `${place}: expected ${what} of an evaluation, got ${cause instanceof Error ? cause.message : String(cause)}. Restore the file, or evaluate again.`,
      { cause },
    );
  }
}
