import type { ReferenceFailure, TaskValidation } from '../../tasks/index.js';
import { line, padEnd, padStart, span } from '../styled.js';
import type { StyledLine } from '../styled.js';
import type { Command } from './command.js';
import { listOption, textOption, wholeOption } from './command.js';
import { judgePlaceOptions, openCommandJudge } from './judge-place.js';
import { taskOptions, taskOptionsOf } from './tasks-options.js';

/** Lines of a list that a person reads; `--json` has all. */
const most = 20;

export const tasksValidateCommand: Command = {
  name: 'tasks validate',
  summary: 'read a task and judge its references: each must earn full marks',
  arguments: [{ name: 'task', summary: 'a task of `rlsf tasks list`, or a folder of your own' }],
  options: [
    { flags: '--split <split...>', summary: 'which splits (default: all)', many: true },
    { flags: '--n <count>', summary: 'so many problems of each split (default: all)' },
    { flags: '--seed <seed>', summary: 'which ones (default: 0)' },
    ...taskOptions,
    ...judgePlaceOptions,
  ],
  examples: [
    'rlsf tasks validate gsm8k --path openai/gsm8k',
    'rlsf tasks validate humaneval --path HumanEval.jsonl.gz --n 40',
    'rlsf tasks validate ./my-task',
  ],
  async run(input, context) {
    const { openTask, validateTask } = await import('../../tasks/index.js');
    const { judgeJob } = await import('../../sandbox/index.js');
    const asked = taskOptionsOf(input, context);
    // Bad rows are what one wants to see here, all of them; they count as a failure unless waived.
    const task = await openTask(input.arguments['task'] ?? '', { ...asked, malformed: 'skip' });
    const splits = listOption(input, 'split');
    const n = textOption(input, 'n') === undefined ? undefined : wholeOption(input, 'n', 1, 1);
    const validation = await validateTask(
      task,
      async (jobs) => {
        const pool = await openCommandJudge(input, context, {
          languages: [...new Set(jobs.map(({ problem }) => problem.language))],
        });
        try {
          return await pool.judge(
            jobs.map(({ problem, completion }) => judgeJob(problem, completion)),
            { signal: context.signal },
          );
        } finally {
          await pool.close();
        }
      },
      { ...(splits.length > 0 && { splits }), n, seed: wholeOption(input, 'seed', 0) },
    );
    const areWaived = asked.malformed === 'skip';
    const failed = validation.splits.some(({ failures }) => failures.some((f) => f.known === null));
    return {
      value: validation,
      lines: validationLines(validation),
      exitCode: failed || (validation.skipped.length > 0 && !areWaived) ? 1 : 0,
    };
  },
};

function validationLines(validation: TaskValidation): StyledLine[] {
  const { task, splits, skipped, notes, durationMs } = validation;
  const columns = ['problems', 'references', 'full marks', 'warned', 'known', 'failed'];
  const width = Math.max(10, ...splits.map(({ split }) => split.length + 2));
  const failures = new Map(
    splits.flatMap((row) => row.failures.map((failure) => [failure.id, failure])),
  );
  const unknown = [...failures.values()].filter(({ known }) => known === null);
  const known = [...failures.values()].filter(({ known }) => known !== null);
  return [
    line(span(task, 'title'), span(`  ${(durationMs / 1000).toFixed(1)} s`, 'dim')),
    line(span(padEnd('split', width) + columns.map((name) => padStart(name, 12)).join(''), 'dim')),
    ...splits.map((row) => {
      const waived = row.failures.filter((failure) => failure.known !== null).length;
      const numbers = [row.problems, row.references, row.passed, row.warned, waived];
      return line(
        padEnd(row.split, width) +
          [...numbers, row.failures.length - waived]
            .map((count) => padStart(String(count), 12))
            .join(''),
      );
    }),
    ...notes.map((note) => line(span(note, 'dim'))),
    ...knownLines(known),
    ...some('failed', unknown, ({ id, outcome, message }) => `${id}: ${outcome}, ${message}`),
    ...some('rows left out', skipped, ({ place, reason }) => `${place}: ${reason}`),
  ];
}

/** Known failures by their reason: there may be many of one kind. */
function knownLines(known: readonly ReferenceFailure[]): StyledLine[] {
  const reasons = new Map<string, string[]>();
  for (const { id, known: why } of known)
    reasons.set(why ?? '', [...(reasons.get(why ?? '') ?? []), id]);
  if (known.length === 0) return [];
  return [
    line(span(`known to fail: ${known.length}`, 'title')),
    ...[...reasons].map(([why, ids]) => {
      const rest = ids.length > 5 ? ` and ${ids.length - 5} more` : '';
      return line(`  ${ids.length} × ${why}: ${ids.slice(0, 5).join(', ')}${rest}`);
    }),
  ];
}

function some<T>(title: string, all: readonly T[], text: (one: T) => string): StyledLine[] {
  if (all.length === 0) return [];
  return [
    line(span(`${title}: ${all.length}`, 'title')),
    ...all.slice(0, most).map((one) => line(`  ${text(one)}`)),
    ...(all.length > most
      ? [line(span(`  … and ${all.length - most} more: --json has them all`, 'dim'))]
      : []),
  ];
}
