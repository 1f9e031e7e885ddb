import path from 'node:path';
import { inputError } from '../../../errors.js';
import type { CompletionSet } from '../records.js';
import { kindOf } from './rows.js';

/**
 * `generations.json` of bigcode-evaluation-harness: for each problem, in the task's order, the list of
 * its generations, each with the prompt in front.
 */
export function bigcodeCompletions(source: string, lists: readonly unknown[][]): CompletionSet {
  const name = path.basename(source);
  const completions = lists.flatMap((list, i) =>
    list.map((text, j) => {
      const place = `${name}[${i}][${j}]`;
      if (typeof text !== 'string')
        throw inputError(
          `${path.join(path.dirname(source), place)}: expected a generation as text, got ${kindOf(text)}. generations.json is a list of lists of texts.`,
        );
      return {
        ...{ place, text, problem: null, kind: 'with-prompt' as const },
        ...{ prompt: null, finishReason: null, tokens: null },
      };
    }),
  );
  return { source, format: 'bigcode', completions, skipped: [] };
}

/** The number of the list a completion stands in. */
export function listNumber(place: string): number {
  return Number(/\[(\d+)\]\[\d+\]$/.exec(place)?.[1]);
}
