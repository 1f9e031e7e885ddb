import path from 'node:path';
import { inputError } from '../../../errors.js';
import type { CompletionSet, MadeCompletions } from '../records.js';
import { isRow } from './rows.js';

/** A file of `rlsf generate`. */
export function madeCompletions(source: string, value: Record<string, unknown>): CompletionSet {
  const made = value as unknown as MadeCompletions;
  if (made.version !== 1)
    throw inputError(
      `${source}: expected version 1 of rlsf-completions, got ${JSON.stringify(made.version ?? null)}. Read it with the version of rlsf that wrote it.`,
    );
  if (!isRow(made.task) || !isRow(made.settings) || !Array.isArray(made.problems))
    throw inputError(
      `${source}: expected task, settings and problems, as rlsf generate writes them. Make the file again.`,
    );
  const name = path.basename(source);
  return {
    source,
    format: 'rlsf',
    completions: made.problems.flatMap(({ problem_id: problem, prompt, completions }, i) =>
      completions.map(({ completion: text, finish_reason: finishReason, tokens }, j) => ({
        place: `${name} problems[${i}].completions[${j}]`,
        ...{ problem, text, kind: 'completion' as const, prompt, finishReason, tokens },
      })),
    ),
    skipped: [],
    made,
  };
}
