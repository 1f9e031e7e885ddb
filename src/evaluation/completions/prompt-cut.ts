import type { Problem } from '../../records.js';
import type { FoundCompletion } from './records.js';

export interface Cut {
  completion: string;
  /** Characters of the prompt that were cut off. */
  cut: number;
}

/**
 * The part of a text behind its problem's code or prompt; `null` where the text does not begin with
 * it. Blanks around the prompt may be missing in front of it and behind it: some harnesses strip it.
 */
export function cutPrompt(
  problem: Problem,
  found: Pick<FoundCompletion, 'text' | 'prompt'>,
): Cut | null {
  const { text } = found;
  const { includes = '', prefix = '' } = problem.tests ?? {};
  const code = prefix === '' ? '' : includes + prefix;
  const asked = typeof problem.prompt === 'string' ? problem.prompt : '';
  // The file's own prompt is what was sampled after; the code in front is what is judged.
  const prompts = code === '' ? [found.prompt ?? '', asked] : [code];
  for (const prompt of prompts)
    for (const form of [prompt, prompt.trimEnd(), prompt.trimStart(), prompt.trim()])
      if (form !== '' && text.startsWith(form))
        return { completion: text.slice(form.length), cut: form.length };
  return null;
}

/** The problem for a program that has its own head: nothing is put in front of it but imports. */
export function wholeProgram(problem: Problem): Problem {
  return problem.tests === undefined
    ? problem
    : { ...problem, tests: { ...problem.tests, prefix: '' } };
}
