/** Rows of one completion each: HumanEval's and MBPP's samples, EvalPlus's solutions, generations. */
import { inputError } from '../../../errors.js';
import { didYouMean } from '../../../tasks/closest.js';
import type { CompletionFormat, FoundCompletion } from '../records.js';

const columns = ['completion', 'solution', 'generation', 'completions'] as const;

type Column = (typeof columns)[number];

/** The completions of a row; throws an input error that says what is wrong with it. */
export function rowCompletions(value: unknown, place: string): FoundCompletion[] {
  if (!isRow(value)) throw inputError(`expected an object, got ${kindOf(value)}.`);
  const column = columnOf(value);
  const found = value[column];
  const texts = Array.isArray(found) ? found : [found];
  const prompt = typeof value['prompt'] === 'string' ? value['prompt'] : null;
  const problem = problemOf(value);
  return texts.map((text): FoundCompletion => {
    if (typeof text !== 'string')
      throw inputError(
        `expected the column '${column}' to be text${column === 'completion' ? '' : ' or a list of texts'}, got ${kindOf(text)}.`,
      );
    return {
      ...{ place, problem, text, prompt, finishReason: null, tokens: null },
      kind: kinds[column],
    };
  });
}

/** Which format a row that can be read is of. */
export function rowFormat(row: Record<string, unknown>): CompletionFormat {
  const column = columnOf(row);
  if (column === 'solution') return 'solutions';
  return column === 'generation' ? 'generations' : 'samples';
}

export function isRow(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const kinds: Record<Column, FoundCompletion['kind']> = {
  completion: 'completion',
  completions: 'completion',
  solution: 'program',
  generation: 'with-prompt',
};

function columnOf(row: Record<string, unknown>): Column {
  const column = columns.find((name) => row[name] !== undefined && row[name] !== null);
  if (column !== undefined) return column;
  throw inputError(
    `expected the column 'completion', 'solution' or 'generation', the row has ${namesOf(row)}.${didYouMean('completion', Object.keys(row))}`,
  );
}

function problemOf(row: Record<string, unknown>): string {
  const id = row['task_id'] ?? row['problem_id'] ?? row['id'] ?? row['name'];
  if (typeof id === 'string' || typeof id === 'number') return String(id);
  throw inputError(
    `expected the column 'task_id' to be a text or a number, ${id === undefined ? `the row has ${namesOf(row)}` : `got ${kindOf(id)}`}.`,
  );
}

function namesOf(row: Record<string, unknown>): string {
  const names = Object.keys(row);
  return names.length === 0 ? 'none' : names.map((name) => `'${name}'`).join(', ');
}

export function kindOf(value: unknown): string {
  return Array.isArray(value) ? 'a list' : value === null ? 'null' : typeof value;
}
