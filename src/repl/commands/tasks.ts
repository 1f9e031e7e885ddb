import { inputError } from '../../errors.js';
import type { Problem, TestCase } from '../../records.js';
import { nearest } from '../nearest.js';
import type { StyledLine } from '../styled.js';
import { line, padEnd, span } from '../styled.js';
import type { Command } from './command.js';
import { flagOption, textOption, wholeOption } from './command.js';
import { findProblem, openTaskOption, taskOptions, taskOptionsOf } from './tasks-options.js';

export { findProblem } from './tasks-options.js';

export const tasksListCommand: Command = {
  name: 'tasks list',
  summary: 'the tasks: splits, languages, prompt formats, and where their data is had',
  async run() {
    const { listTasks } = await import('../../tasks/index.js');
    const tasks = listTasks().map(
      ({ name, summary, splits, languages, promptFormats, source }) => ({
        name,
        summary,
        splits,
        languages,
        promptFormats,
        source,
      }),
    );
    const detail = (text: string): StyledLine => line(span(`${' '.repeat(16)}${text}`, 'dim'));
    return {
      value: tasks,
      lines: tasks.flatMap((task) => [
        line(span(padEnd(task.name, 16), 'title'), task.summary),
        detail(`splits: ${task.splits.join(', ')} · languages: ${task.languages.join(', ')}`),
        ...(task.promptFormats.length > 1
          ? [detail(`prompt formats: ${task.promptFormats.join(', ')}`)]
          : []),
        ...(task.source === null ? [] : [detail(`data: ${task.source}`)]),
      ]),
    };
  },
};

export const tasksShowCommand: Command = {
  name: 'tasks show',
  summary: 'problems of a task, with prompt, tests and reference solution',
  arguments: [{ name: 'task', summary: 'a task of `rlsf tasks list`, or a folder of your own' }],
  options: [
    { flags: '--split <split>', summary: 'which split (default: the first)' },
    { flags: '--n <count>', summary: 'how many problems (default: 1)' },
    { flags: '--seed <seed>', summary: 'which ones (default: 0)' },
    { flags: '--id <id>', summary: 'the problem with this id' },
    { flags: '--tests', summary: 'show the test cases too' },
    ...taskOptions,
  ],
  examples: [
    'rlsf tasks show cpp --split held_out --n 3 --tests',
    'rlsf tasks show gsm8k --path openai/gsm8k --prompt-format 5-shot',
  ],
  async run(input, context) {
    const name = input.arguments['task'] ?? '';
    const id = textOption(input, 'id');
    const tests = flagOption(input, 'tests');
    if (id !== undefined) {
      const problem = await findProblem(name, id, taskOptionsOf(input, context));
      return { value: [problem], lines: problemLines(problem, tests) };
    }
    const task = await openTaskOption(input, context, name);
    const problems = task.problems({
      split: knownSplit(task, textOption(input, 'split') ?? task.splits[0]),
      n: wholeOption(input, 'n', 1, 1),
      seed: wholeOption(input, 'seed', 0),
    });
    return { value: problems, lines: problems.flatMap((problem) => problemLines(problem, tests)) };
  },
};

function knownSplit(task: { name: string; splits: string[] }, split: string): string {
  if (task.splits.includes(split)) return split;
  throw inputError(
    `Task ${task.name}: expected a split of ${task.splits.join(', ')}, got '${split}'. Did you mean '${nearest(split, task.splits)}'?`,
  );
}

function problemLines(problem: Problem, withTests: boolean): StyledLine[] {
  const prompt =
    typeof problem.prompt === 'string'
      ? problem.prompt
      : problem.prompt.map((message) => `${message.role}: ${message.content}`).join('\n');
  const block = (title: string, text: string): StyledLine[] => [
    line(span(title, 'dim')),
    ...text
      .trimEnd()
      .split('\n')
      .map((row) => line(`  ${row}`)),
  ];
  return [
    line(span(problem.id, 'title'), span(`  ${problem.task} · ${problem.split}`, 'dim')),
    ...block('prompt', prompt),
    ...(problem.answer === undefined ? [] : block('answer', problem.answer)),
    ...(problem.reference === undefined ? [] : block('reference completion', problem.reference)),
    ...(withTests && problem.tests
      ? problem.tests.cases.flatMap((test, index) => [
          ...block(`test ${index + 1}`, testText(test)),
          ...('expected' in test && test.expected !== null
            ? [line(span('  expected: ', 'dim'), test.expected)]
            : []),
        ])
      : []),
    line(''),
  ];
}

function testText(test: TestCase): string {
  if ('stdin' in test) return `input: ${test.stdin}`;
  return 'assert' in test ? test.assert : test.code;
}
