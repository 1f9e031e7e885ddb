/** How like the references completions read, and how like each other those of two runs. Pure. */
import type { Language, Problem } from '../../records.js';
import { mean } from '../bootstrap.js';
import type { AnalysedCompletion } from './completions.js';
import { editDistance } from './diversity.js';
import { languageTokens, programForm } from './tokens.js';

export interface ReferenceSimilarity {
  /** Completions whose problem has a reference. */
  completions: number;
  /** Mean of 1 − edit distance in tokens over the longer length. */
  similarity: number;
  /** Token for token. */
  identicalShare: number;
  /** After normal form, in which names and literals do not count: such a program may be wrong. */
  sameFormShare: number;
}

/** `null` where no problem has a reference. */
export function referenceSimilarity(
  completions: readonly AnalysedCompletion[],
  problems: ReadonlyMap<string, Problem>,
): ReferenceSimilarity | null {
  const pairs = completions.flatMap(({ problemId, text }) => {
    const problem = problems.get(problemId);
    return problem?.reference === undefined ? [] : [likeness(text, problem.reference, problem)];
  });
  return pairs.length === 0 ? null : summary(pairs);
}

export type RunSimilarity = ReferenceSimilarity;

/**
 * Completions of two runs, sample i of a problem with sample i of the same problem.
 * @param language of problems that are not given
 */
export function runSimilarity(
  first: readonly AnalysedCompletion[],
  second: readonly AnalysedCompletion[],
  options: { problems?: readonly Problem[]; language?: Language } = {},
): RunSimilarity | null {
  const problems = new Map((options.problems ?? []).map((problem) => [problem.id, problem]));
  const samples = new Map<string, AnalysedCompletion[]>();
  for (const one of second) {
    const known = samples.get(one.problemId);
    if (known) known.push(one);
    else samples.set(one.problemId, [one]);
  }
  const next = new Map<string, number>();
  const pairs = first.flatMap(({ problemId, text, language }) => {
    const at = next.get(problemId) ?? 0;
    next.set(problemId, at + 1);
    const other = samples.get(problemId)?.[at];
    const known = problems.get(problemId);
    const of = known ?? { language: language ?? options.language ?? 'text', prompt: [] };
    return other ? [likeness(text, other.text, of)] : [];
  });
  return pairs.length === 0 ? null : summary(pairs);
}

interface Likeness {
  similarity: number;
  isIdentical: boolean;
  isSameForm: boolean;
}

function likeness(
  one: string,
  other: string,
  { language, prompt }: Pick<Problem, 'language' | 'prompt'>,
): Likeness {
  const [a, b] = [languageTokens(one, language), languageTokens(other, language)];
  const apart = editDistance(a, b);
  const before = typeof prompt === 'string' ? prompt : '';
  const isIdentical = apart === 0;
  return {
    similarity: 1 - apart,
    isIdentical,
    isSameForm:
      isIdentical || programForm(one, language, before) === programForm(other, language, before),
  };
}

function summary(pairs: readonly Likeness[]): ReferenceSimilarity {
  return {
    completions: pairs.length,
    similarity: mean(pairs.map(({ similarity }) => similarity)),
    identicalShare: mean(pairs.map(({ isIdentical }) => Number(isIdentical))),
    sameFormShare: mean(pairs.map(({ isSameForm }) => Number(isSameForm))),
  };
}
