import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { usageError } from '../../errors.js';
import type { Problem } from '../../records.js';
import { line, span } from '../styled.js';
import type { Command } from './command.js';
import { textOption, wholeOption } from './command.js';

export const tasksMakeCommand: Command = {
  name: 'tasks make',
  summary: 'problems of a task that makes its own, as JSON lines that the task jsonl reads back',
  options: [
    { flags: '--task <name>', summary: 'cpp (default) or maths' },
    { flags: '-n, --n <count>', summary: 'how many problems (default: 100)' },
    { flags: '--seed <seed>', summary: 'which ones, and their order (default: 0)' },
    { flags: '--split <split>', summary: 'which split (default: the first)' },
    { flags: '--output <file>', summary: 'a new file (default: standard output)' },
  ],
  examples: [
    'rlsf tasks make --task maths -n 500 --seed 1 --output problems/train.jsonl',
    'rlsf tasks make --task cpp -n 3 --split held_out',
  ],
  async run(input, context) {
    const { getTask, listTasks } = await import('../../tasks/index.js');
    const name = textOption(input, 'task') ?? 'cpp';
    const makers = listTasks().flatMap((task) => (task.source === null ? [task.name] : []));
    const isKnown = listTasks().some((task) => task.name === name);
    if (isKnown && !makers.includes(name))
      throw usageError(
        `rlsf tasks make: --task: expected a task that makes its own problems (${makers.join(', ')}), got ${name}, which reads a data set. List its problems: rlsf tasks show ${name}`,
      );
    const output = textOption(input, 'output');
    if (output !== undefined && existsSync(output))
      throw usageError(
        `rlsf tasks make: --output: expected a new file, ${output} is there already. Name another one, or remove it.`,
      );
    const task = getTask(name);
    const split = textOption(input, 'split') ?? task.splits[0];
    const n = wholeOption(input, 'n', 100, 1);
    const rows = task.problems({ split, n, seed: wholeOption(input, 'seed', 0) }).map(problemRow);
    const text = rows.map((row) => `${JSON.stringify(row)}\n`).join('');
    if (output === undefined) {
      if (!context.json) context.write(text);
      return { value: rows, lines: [] };
    }
    const { writeFileAtomically } = await import('../../experiments/run/files.js');
    await mkdir(path.dirname(path.resolve(output)), { recursive: true });
    await writeFileAtomically(output, text);
    return {
      value: { task: task.name, split, problems: rows.length, file: output },
      lines: [
        line(span(output, 'title'), `  ${rows.length} problems of ${task.name}, ${split}`),
        line(span(`  use them: --task jsonl --path ${output}`, 'dim')),
      ],
    };
  },
};

/** A problem as a row: what the task `jsonl` knows by name, and the columns beside it. */
export function problemRow(problem: Problem): Record<string, unknown> {
  const { id, prompt, language, tests, answer, answerFormat, reference, columns } = problem;
  return {
    ...columns,
    id,
    prompt,
    language,
    ...(tests === undefined ? {} : { tests }),
    ...(answer === undefined ? {} : { answer, answer_format: answerFormat ?? 'gsm8k' }),
    ...(reference === undefined ? {} : { reference }),
  };
}
