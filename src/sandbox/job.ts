import { inputError } from '../errors.js';
import type { Language, Problem } from '../records.js';
import type { JudgeJob } from './toolchain.js';

/** What a pool needs to judge a completion of this problem. `truncated`: see `JudgeJob`. */
export function judgeJob(
  problem: Problem,
  completion: string,
  { truncated = false }: { truncated?: boolean } = {},
): JudgeJob {
  const { id, language, tests, answer, answerFormat } = problem;
  if (language === 'text' ? answer === undefined : tests === undefined)
    throw inputError(
      `judgeJob: expected a problem with ${language === 'text' ? 'an answer' : 'tests'}, but ${id} has none. Give it one, or judge it by a reward function of your own.`,
    );
  return language === 'text'
    ? { language, completion, answer, answerFormat, truncated }
    : { language, completion, tests };
}

/** What a pool for these problems must be ready for (`JudgeOptions.languages`). */
export function languagesOf(problems: readonly Problem[]): Language[] | undefined {
  return problems.length === 0 ? undefined : [...new Set(problems.map(({ language }) => language))];
}
