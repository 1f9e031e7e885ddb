import path from 'node:path';
import { inputError } from '../../../errors.js';
import type { Language, Problem } from '../../../records.js';
import { multiplEProblem } from '../../../tasks/index.js';
import type { CompletionSet, FoundCompletion } from '../records.js';
import { kindOf } from './rows.js';

interface PlacedFile {
  place: string;
  value: Record<string, unknown>;
}

/** A file of MultiPL-E: one problem with prompt, tests and completions. */
export function isMultiplE(value: Record<string, unknown>): boolean {
  return (
    Array.isArray(value['completions']) &&
    typeof value['prompt'] === 'string' &&
    typeof value['tests'] === 'string'
  );
}

const languages: Record<string, Language> = { cpp: 'cpp', java: 'java' };

/** MultiPL-E's completions: each file brings its problem, so that no data of the task are needed. */
export function multiplECompletions(source: string, files: readonly PlacedFile[]): CompletionSet {
  const problems: Problem[] = [];
  const completions: FoundCompletion[] = [];
  const language = languageOf(source, files);
  for (const { place, value } of files) {
    const { prompt, tests, completions: texts } = value as unknown as MultiplEFile;
    const id = nameOf(value, place);
    const where = path.basename(source) === place ? source : path.join(source, place);
    const draft = multiplEProblem({ prompt, tests }, language);
    const split = /^mbpp/i.test(id) ? 'mbpp' : 'humaneval';
    problems.push({ id, task: 'multipl-e', split, language, columns: {}, ...draft });
    texts.forEach((text, i) => {
      if (typeof text !== 'string')
        throw inputError(`${where}: expected completions[${i}] to be text, got ${kindOf(text)}.`);
      completions.push({
        ...{ place: `${place} completions[${i}]`, problem: id, text, kind: 'completion', prompt },
        ...{ finishReason: null, tokens: null },
      });
    });
  }
  return { source, format: 'multipl-e', completions, skipped: [], problems, language };
}

interface MultiplEFile {
  prompt: string;
  tests: string;
  completions: unknown[];
}

function languageOf(source: string, files: readonly PlacedFile[]): Language {
  const names = [...new Set(files.map(({ value }) => String(value['language'])))];
  const found = names.length === 1 ? languages[names[0]] : undefined;
  if (found !== undefined) return found;
  throw inputError(
    names.length > 1
      ? `${source}: expected files of one language, got ${names.join(', ')}. Evaluate each language by itself.`
      : `${source}: expected 'language' to be ${Object.keys(languages).join(' or ')}, got '${names[0]}'. Of MultiPL-E's languages these are judged.`,
  );
}

function nameOf(value: Record<string, unknown>, place: string): string {
  const { name } = value;
  return typeof name === 'string' ? name : place.replace(/\.json(\.gz)?$/, '');
}
