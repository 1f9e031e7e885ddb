import { inputError } from '../../errors.js';
import type { ChatMessage, Language, TestCase } from '../../records.js';
import { dataSet, type PromptFormat } from '../data-set.js';
import type { DataSource } from '../files/find.js';
import type { TaskAdapter } from '../task.js';
import { readProblemRow, type ProblemRow } from './stdio-row.js';

const source = (hub: string, files: string): DataSource => ({
  splits: {
    train: /^(.*\/)?train[^/]*$/i,
    validation: /^(.*\/)?valid(ation)?[^/]*$/i,
    test: /^(.*\/)?test[^/]*$/i,
    all: /^[^/]+$/,
  },
  hub,
  files,
});

const plain: PromptFormat = {
  name: 'plain',
  summary: 'the statement and a request; the completion is the whole program',
  stop: ['\n```'],
};
const chat: PromptFormat = { name: 'chat', summary: 'the same as a conversation', stop: ['\n```'] };
const apps: PromptFormat = {
  name: 'question',
  summary: 'QUESTION: … ANSWER:, as TACO and APPS ask (Python)',
  stop: ['\nQUESTION:', '\n```'],
};

/** Whole programs between standard input and output, in the layouts of CodeContests and APPS. */
export const stdio = programs('stdio', {
  summary: 'Whole programs, judged by what they print: CodeContests, APPS, Codeforces layouts.',
  source: source(
    'deepmind/code_contests',
    'rows with a statement and `input_output` {inputs, outputs}, or CodeContests’ own Parquet files',
  ),
  promptFormats: [plain, chat, apps],
});

/** TACO (Li et al. 2023, arXiv:2312.14852) and TACO-verified. */
export const taco = programs('taco', {
  summary: 'TACO and TACO-verified: whole programs or functions, with the topic’s tags.',
  source: source('likaixin/TACO-verified', 'taco_verified.json, or TACO’s train and test files'),
  promptFormats: [apps, plain, chat],
});

function programs(
  name: string,
  set: { summary: string; source: DataSource; promptFormats: PromptFormat[] },
): TaskAdapter {
  return dataSet<ProblemRow>({
    name,
    ...set,
    languages: ['python', 'cpp', 'java'],
    read: (row, context) => readProblemRow(row, { name, ...context }),
    problem({ statement, asked, starter, cases, columns, reference }, { language, promptFormat }) {
      return {
        prompt: promptOf(promptFormat, { statement, asked, starter, cases }, language),
        // Without tests a program is only compiled.
        tests: {
          includes: isCalled(cases) ? callImports : '',
          prefix: '',
          suffix: '',
          cases,
          ...(cases.length === 0 && { compileOnly: true }),
        },
        ...(reference !== null && cases.length > 0 && { reference }),
        columns,
      };
    },
    notes(language, rows) {
      const untested = rows.filter(({ cases }) => cases.length === 0).length;
      const unsolved = rows.filter(({ reference }) => reference === null).length;
      return [
        ...(untested > 0
          ? [
              `${untested} of ${rows.length} problems have no tests: their answers are only compiled.`,
            ]
          : []),
        ...(unsolved > 0
          ? [`${unsolved} of ${rows.length} problems have no reference solution in ${language}.`]
          : []),
      ];
    },
  });
}

/** Sites whose tests call a function import these for every answer; `math` not by its names, for `pow`. */
const callImports =
  'import math, random, re, string, sys\n' +
  ['bisect', 'collections', 'functools', 'heapq', 'itertools', 'operator', 'typing']
    .map((name) => `import ${name}\nfrom ${name} import *\n`)
    .join('') +
  'from builtins import *\n';

function isCalled(cases: readonly TestCase[]): boolean {
  return cases.some((one) => 'assert' in one);
}

const titles: Partial<Record<Language, string>> = {
  python: 'Python 3',
  cpp: 'C++17',
  java: 'Java',
};

interface Asked {
  statement: string;
  asked: string | null;
  starter: string;
  cases: readonly TestCase[];
}

function promptOf(
  format: string,
  { statement, asked, starter, cases }: Asked,
  language: Language,
): string | ChatMessage[] {
  const isCall = starter !== '' || isCalled(cases);
  if (format === apps.name) {
    if (language !== 'python')
      throw inputError(
        `The prompt format ${apps.name} asks for Python, got the language ${language}. Choose plain or chat.`,
      );
    if (asked !== null) return asked;
    const how = isCall ? 'Use Call-Based format' : 'Use Standard Input format';
    return `\nQUESTION:\n${statement}${starter}\n${how}\nANSWER:\n`;
  }
  const title = titles[language] ?? language;
  const wanted = isCall
    ? `Write it in ${title}${starter === '' ? '' : `, beginning with:\n\n${starter.trimEnd()}\n`}`
    : `Write a program in ${title} that reads standard input and writes standard output.`;
  if (format === chat.name)
    return [
      {
        role: 'user',
        content: `${statement.trim()}\n\n${wanted}\nReply with plain code, without Markdown and without explanations.`,
      },
    ];
  return `${statement.trim()}\n\n${wanted}\n\nSolution:\n`;
}
