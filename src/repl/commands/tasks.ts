import { inputError } from '../../errors.js';
import type { Problem, TestCase } from '../../records.js';
import { nearest } from '../nearest.js';
import type { StyledLine } from '../styled.js';
import { line, padEnd, span } from '../styled.js';
import type { Command } from './command.js';
import { flagOption, textOption, wholeOption } from './command.js';

export const tasksListCommand: Command = {
  name: 'tasks list',
  summary: 'the tasks and their splits',
  async run() {
    const { listTasks } = await import('../../tasks/index.js');
    const tasks = listTasks().map(({ name, summary, splits }) => ({ name, summary, splits }));
    return {
      value: tasks,
      lines: tasks.flatMap((task) => [
        line(span(padEnd(task.name, 10), 'title'), task.summary),
        line(span(`${' '.repeat(10)}splits: ${task.splits.join(', ')}`, 'dim')),
      ]),
    };
  },
};

export const tasksShowCommand: Command = {
  name: 'tasks show',
  summary: 'problems of a task, with prompt, tests and reference solution',
  arguments: [{ name: 'task', summary: 'a task of `rlsf tasks list`' }],
  options: [
    { flags: '--split <split>', summary: 'which split (default: the first)' },
    { flags: '--n <count>', summary: 'how many problems (default: 1)' },
    { flags: '--seed <seed>', summary: 'which ones (default: 0)' },
    { flags: '--id <id>', summary: 'the problem with this id' },
    { flags: '--tests', summary: 'show the test cases too' },
  ],
  examples: ['rlsf tasks show cpp --split held_out --n 3 --tests'],
  async run(input) {
    const { getTask } = await import('../../tasks/index.js');
    const task = getTask(input.arguments['task'] ?? '');
    const split = textOption(input, 'split') ?? task.splits[0];
    const id = textOption(input, 'id');
    const problems =
      id === undefined
        ? task.problems({
            split: knownSplit(task, split),
            n: wholeOption(input, 'n', 1, 1),
            seed: wholeOption(input, 'seed', 0),
          })
        : [await findProblem(task.name, id)];
    const tests = flagOption(input, 'tests');
    return { value: problems, lines: problems.flatMap((problem) => problemLines(problem, tests)) };
  },
};

function knownSplit(task: { name: string; splits: string[] }, split: string): string {
  if (task.splits.includes(split)) return split;
  throw inputError(
    `Task ${task.name}: expected a split of ${task.splits.join(', ')}, got '${split}'. Did you mean '${nearest(split, task.splits)}'?`,
  );
}

/** A problem by its id, in whichever split it lies. */
export async function findProblem(taskName: string, id: string): Promise<Problem> {
  const { getTask } = await import('../../tasks/index.js');
  const task = getTask(taskName);
  const ids: string[] = [];
  for (const split of task.splits)
    for (const problem of task.problems({ split, seed: 0 })) {
      if (problem.id === id) return problem;
      ids.push(problem.id);
    }
  throw inputError(
    `Task ${task.name}: there is no problem '${id}' among its ${ids.length}. Did you mean '${nearest(id, ids)}'? List some: rlsf tasks show ${task.name} --n 5`,
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
