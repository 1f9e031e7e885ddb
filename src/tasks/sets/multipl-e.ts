import { inputError } from '../../errors.js';
import type { Language } from '../../records.js';
import { dataSet, type Draft } from '../data-set.js';
import type { DataSource } from '../files/find.js';

interface Row {
  id: string;
  prompt: string;
  tests: string;
}

/** Ends of a function at the depth where the prompt leaves it open; the tests bring the brace. */
const stop: Partial<Record<Language, string[]>> = { cpp: ['\n}'], java: ['\n    }\n'] };

const short: Partial<Record<Language, string>> = { cpp: 'cpp', java: 'java' };

function source(language: Language): DataSource {
  const files = (name: string): RegExp =>
    new RegExp(`^(.*/)?${name}-${short[language]}([-_./][^/]*)*$`);
  return {
    splits: { humaneval: files('humaneval'), mbpp: files('mbpp') },
    hub: 'nuprl/MultiPL-E',
    files: `humaneval-${short[language]} and mbpp-${short[language]} of huggingface.co/datasets/nuprl/MultiPL-E, JSON lines or Parquet`,
  };
}

/** HumanEval and MBPP in other languages (Cassano et al. 2022, arXiv:2208.08227). */
export const multiplE = dataSet<Row>({
  name: 'multipl-e',
  summary: 'Complete a C++ or Java function: HumanEval and MBPP in translation, with tests.',
  source,
  languages: ['cpp', 'java'],
  promptFormats: [
    {
      name: 'completion',
      summary: 'the function’s head; the completion is its body without the last brace',
      stop: (language) => stop[language] ?? [],
    },
  ],
  read(row, { language }) {
    const found = row.optionalText('language');
    if (found !== null && found !== language)
      throw inputError(`it is in ${found}, but ${language} was asked for.`);
    return {
      id: row.text('name', 'task_id'),
      prompt: row.text('prompt'),
      tests: row.text('tests'),
    };
  },
  problem: (row, { language }) => multiplEProblem(row, language),
  notes: () => ['The set has no reference solutions: `validate` checks that it can be read.'],
});

/** What is judged: the prompt's includes and head, the completion, and the set's tests behind it. */
export function multiplEProblem(
  { prompt, tests }: Pick<Row, 'prompt' | 'tests'>,
  language: Language,
): Draft {
  // C++: the includes are one shared, precompiled header of all programs of a compile.
  const includes = language === 'cpp' ? (/^(?:#include[^\n]*\n)+/.exec(prompt)?.[0] ?? '') : '';
  return {
    prompt,
    tests: {
      includes,
      prefix: prompt.slice(includes.length),
      suffix: `\n${tests}`,
      cases: [{ stdin: '', expected: null }],
    },
  };
}
