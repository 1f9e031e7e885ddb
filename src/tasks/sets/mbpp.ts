import { inputError } from '../../errors.js';
import type { Problem, TestCase } from '../../records.js';
import { dataSet, type PromptFormat } from '../data-set.js';
import type { Fields } from '../files/fields.js';
import type { TaskAdapter } from '../task.js';
import { knownMbpp } from './mbpp-known.js';
import { plusCase } from './mbpp-plus.js';

interface Row {
  id: string;
  text: string;
  code: string;
  imports: string;
  /** Shown in prompts: the tests that are published with the text. */
  shown: string[];
  cases: TestCase[];
}

const docstringStop = ['\n"""', '\nassert', '\nprint', '\nif __name__'];

const formats: PromptFormat[] = [
  {
    name: 'docstring',
    summary: 'text and first test as a docstring; the completion is the program behind it',
    stop: docstringStop,
  },
  {
    name: '3-shot',
    summary: 'task, tests, [BEGIN] program [DONE], behind 3 training rows',
    stop: ['[DONE]'],
    shots: 3,
  },
  { name: 'chat', summary: 'a conversation; the answer is the program', stop: [] },
];

const google = 'github.com/google-research/google-research (mbpp)';

/** Mostly basic Python programs (Austin et al. 2021, arXiv:2108.07732): the 974 of the paper. */
export const mbpp = variant('mbpp', {
  summary: 'Write a short Python function from one sentence and three tests.',
  splits: {
    train: /^(full\/)?train[^/]*$/,
    test: /^(full\/)?test[^/]*$/,
    validation: /^(full\/)?validation[^/]*$/,
    prompt: /^(full\/)?prompt[^/]*$/,
    all: /^mbpp(?!plus)[^/]*$/,
  },
  hub: 'google-research-datasets/mbpp',
  files: `mbpp.jsonl of ${google}, or train, validation, test and prompt files`,
  read(row) {
    const setup = row.optionalText('test_setup_code') ?? '';
    const shown = row.texts('test_list');
    // The set-up may use what the program defines, so it goes with the tests.
    const cases = shown.map((test) => ({
      assert: lines(setup === '' ? test : `${setup}\n${test}`),
    }));
    return { text: row.text('text'), code: row.text('code'), imports: '', shown, cases };
  },
});

/** The part that its authors checked by hand. */
export const mbppSanitized = variant('mbpp-sanitized', {
  summary: 'The 427 problems of MBPP that its authors checked by hand.',
  splits: {
    train: /^sanitized\/train[^/]*$/,
    test: /^sanitized\/test[^/]*$/,
    validation: /^sanitized\/validation[^/]*$/,
    prompt: /^sanitized\/prompt[^/]*$/,
    all: /^sanitized[-_.][^/]*$/,
  },
  hub: 'google-research-datasets/mbpp',
  files: `sanitized-mbpp.json of ${google}`,
  read(row) {
    const shown = row.texts('test_list');
    return {
      text: row.text('prompt'),
      code: row.text('code'),
      imports: row.has('test_imports') ? row.texts('test_imports').join('\n') : '',
      shown,
      cases: shown.map((test) => ({ assert: lines(test) })),
    };
  },
});

/** The same with many more inputs (EvalPlus, Liu et al. 2023, arXiv:2305.01210). */
export const mbppPlus = variant('mbpp-plus', {
  summary: 'MBPP+: problems of MBPP with some hundred inputs each, checked against the reference.',
  splits: { test: /^(.*\/)?(mbpp-?plus|test)[^/]*$/i },
  hub: 'evalplus/mbppplus',
  files: 'MbppPlus.jsonl.gz of github.com/evalplus/mbppplus_release',
  read(row) {
    // As the Hub has it: one text with inputs, results and comparison.
    const whole = row.optionalText('test');
    if (whole !== null) {
      const [text, shown] = [row.text('prompt'), row.texts('test_list')];
      return { text, code: row.text('code'), imports: '', shown, cases: [{ assert: whole }] };
    }
    // Some compare with `math.isclose` and leave the import to the answer.
    const assertion = `import math\n${row.text('assertion')}`;
    const [text, ...rest] = row.text('prompt').replaceAll('"""', '').trim().split('\n');
    const code = row.text('canonical_solution');
    return {
      text,
      code,
      imports: '',
      shown: rest,
      cases: [{ assert: assertion }, plusCase(row, code)],
    };
  },
});

interface Variant {
  summary: string;
  splits: Record<string, RegExp>;
  hub: string;
  files: string;
  read(row: Fields): Omit<Row, 'id'>;
}

function variant(name: string, { summary, splits, hub, files, read }: Variant): TaskAdapter {
  return dataSet<Row>({
    name,
    summary,
    source: { splits, hub, files, folder: 'mbpp' },
    languages: ['python'],
    promptFormats: formats,
    read(row) {
      const number = /^(?:Mbpp\/)?(\d+)$/.exec(String(row.value['task_id']))?.[1];
      if (number === undefined)
        throw inputError(
          `expected the column 'task_id' to be a number, got ${JSON.stringify(row.value['task_id'] ?? null)}.`,
        );
      const parts = read(row);
      return { id: `${name}/${number}`, ...parts, code: lines(parts.code) };
    },
    ...(name !== 'mbpp-plus' && { splitOf: ({ id }: Row) => paperSplit(Number(id.split('/')[1])) }),
    problem({ text, code, imports, shown, cases }, { promptFormat, shots }) {
      const tests = { includes: imports, prefix: '', suffix: '', cases };
      const prompts: Record<string, Problem['prompt']> = {
        docstring: `"""\n${text}\n${shown[0] ?? ''}\n"""\n`,
        '3-shot':
          shots.map((row) => `${task(row)}${row.code}\n[DONE]\n\n`).join('') +
          task({ text, shown }),
        chat: [
          {
            role: 'user',
            content: `${text}\nYour Python code must pass these tests:\n\n${shown.join('\n')}\n\nReply with plain code, without Markdown and without explanations.`,
          },
        ],
      };
      return { prompt: prompts[promptFormat], tests, reference: code };
    },
    knownFailure: ({ id }) => knownMbpp[id] ?? null,
  });
}

/** The splits of the paper, by number. */
function paperSplit(number: number): string {
  if (number <= 10) return 'prompt';
  if (number <= 510) return 'test';
  return number <= 600 ? 'validation' : 'train';
}

/** The prompt of the paper's appendix. */
function task({ text, shown }: Pick<Row, 'text' | 'shown'>): string {
  return `You are an expert Python programmer, and here is your task: ${text} Your code should pass these tests:\n\n${shown.join('\n')}\n[BEGIN]\n`;
}

/** The set is published with CRLF here and there. */
function lines(text: string): string {
  return text.replaceAll('\r\n', '\n');
}
