import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { visibleText } from '../../plots/visible.js';
import { inputError } from '../../errors.js';
import type { Problem, TestCase } from '../../records.js';
import type { StyledLine } from '../styled.js';
import { line, padEnd, span } from '../styled.js';
import { breakText } from '../views/fit.js';
import { nearest } from '../nearest.js';
import type { FilterTerm } from './filter.js';
import { inRange, parseFilter } from './filter.js';
import type {
  ProblemPage,
  ProblemRow,
  ProblemSource,
  ProblemsQuestion,
  TaskSource,
} from './messages.js';
import { oneLine } from './page.js';
import { problemTitle } from '../../session/commands/problem-title.js';

/** Problems in memory, told by what `answer` is asked. */
export interface ProblemList {
  page(question: ProblemsQuestion): ProblemPage;
  problem(index: number, width: number): StyledLine[];
}

/** Opens a task as a session does: the same split and seed give the same problems in the same order. */
export async function openProblems(source: ProblemSource): Promise<ProblemList> {
  const { title, problems } =
    'file' in source ? await readFileOf(source.file) : await readTask(source);
  let kept: { filter: string; found: number[] } | null = null;
  return {
    page({ filter, offset, count }) {
      if (kept?.filter !== filter) kept = { filter, found: filtered(problems, filter) };
      const { found } = kept;
      const first = Math.max(0, Math.min(offset, found.length - count));
      return {
        title,
        offset: first,
        total: found.length,
        all: problems.length,
        rows: found.slice(first, first + count).map((index) => rowOf(problems[index], index)),
      };
    },
    problem(index, width) {
      const problem = problems[index];
      if (problem === undefined)
        throw inputError(
          `expected a problem from 1 to ${problems.length} of ${title}, got ${index + 1}.`,
        );
      return problemLines(problem, width);
    },
  };
}

async function readTask(source: TaskSource): Promise<{ title: string; problems: Problem[] }> {
  const { openTask } = await import('../../tasks/open.js');
  const task = await openTask(source.task, source.options);
  const first = task.splits.includes('train') ? 'train' : task.splits[0];
  const { split = first, seed = 42, n } = source;
  if (!task.splits.includes(split))
    throw inputError(
      `Task ${task.name}: expected a split of ${task.splits.join(', ')}, got '${split}'. Did you mean '${nearest(split, task.splits)}'?`,
    );
  return { title: `${task.name} · ${split}`, problems: task.problems({ split, seed, n }) };
}

async function readFileOf(file: string): Promise<{ title: string; problems: Problem[] }> {
  const problems: Problem[] = [];
  let number = 0;
  for await (const text of createInterface({ input: createReadStream(file, 'utf8') })) {
    number++;
    if (text.trim() === '') continue;
    try {
      problems.push(JSON.parse(text) as Problem);
    } catch (cause) {
      throw inputError(`${file}:${number}: expected one JSON problem a line.`, { cause });
    }
  }
  return { title: file, problems };
}

function filtered(problems: readonly Problem[], filter: string): number[] {
  const terms = parseFilter(filter, null);
  for (const term of terms) if ('field' in term) checkField(problems, term.field);
  return problems.flatMap((problem, index) =>
    terms.every((term) => fits(problem, term)) ? [index] : [],
  );
}

/** A column that no problem has is a slip of the hand. */
function checkField(problems: readonly Problem[], field: string): void {
  const known = new Set(['id', 'split', 'prompt', 'answer', 'reference', 'language', 'tests']);
  for (const { columns } of problems) for (const name of Object.keys(columns)) known.add(name);
  if (known.has(field)) return;
  const names = [...known];
  throw inputError(
    `${field}: there is no such field. Did you mean '${nearest(field, names)}'? Fields: ${names.join(', ')}.`,
  );
}

function fits(problem: Problem, term: FilterTerm): boolean {
  if (term.type === 'holds')
    return promptText(problem).toLowerCase().includes(term.value.toLowerCase()) !== term.negated;
  const value = fieldOf(problem, term.field);
  if (term.type === 'none') return (value === undefined) !== term.negated;
  if (term.type === 'number')
    return typeof value === 'number' && inRange(term, value) !== term.negated;
  if (term.value === null) return (value === undefined) !== term.negated;
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  return text.toLowerCase().includes(term.value) !== term.negated;
}

function fieldOf(problem: Problem, field: string): unknown {
  if (field === 'prompt') return promptText(problem);
  if (field === 'tests') return problem.tests?.cases.length ?? 0;
  if (field in problem) return problem[field as keyof Problem];
  return problem.columns[field];
}

function promptText({ prompt }: Problem): string {
  return typeof prompt === 'string'
    ? prompt
    : prompt.map(({ role, content }) => `${role}: ${content}`).join('\n');
}

function rowOf(problem: Problem, index: number): ProblemRow {
  return {
    index,
    id: oneLine(problem.id, 200),
    title: oneLine(problemTitle(problem.prompt)),
    tests: problem.tests?.cases.length ?? (problem.answer === undefined ? 0 : 1),
    reference: problem.reference !== undefined,
    columns: Object.entries(problem.columns)
      .map(([name, value]) => `${oneLine(name)} ${oneLine(valueText(value))}`)
      .join(' · '),
  };
}

function valueText(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? 'none');
}

/** Prompt, answer or tests, reference and columns of a problem. */
function problemLines(problem: Problem, width: number): StyledLine[] {
  const block = (title: string, text: string): StyledLine[] => [
    line(span(title, 'dim')),
    ...text
      .trimEnd()
      .split('\n')
      .flatMap((row) => breakText(visibleText(row).replaceAll('\t', '  '), width - 2))
      .map((row) => line(`  ${row}`)),
    line(''),
  ];
  const { columns, tests, answer, reference } = problem;
  return [
    line(
      span(oneLine(problem.id), 'title'),
      span(`  ${problem.task} · ${problem.split} · ${problem.language}`, 'dim'),
    ),
    ...Object.entries(columns).map(([name, value]) =>
      line(span(padEnd(`  ${oneLine(name)}`, 14), 'dim'), oneLine(valueText(value))),
    ),
    line(''),
    ...block('prompt', promptText(problem)),
    ...(answer === undefined ? [] : block('answer', answer)),
    ...(reference === undefined ? [] : block('reference completion', reference)),
    ...(tests === undefined || tests.cases.length === 0
      ? []
      : block(
          `tests (${tests.cases.length})`,
          tests.cases.map((test, at) => `${at + 1}: ${testText(test)}`).join('\n'),
        )),
  ];
}

function testText(test: TestCase): string {
  if ('assert' in test) return test.assert;
  if ('stdin' in test)
    return `input ${JSON.stringify(test.stdin)} → ${test.expected === null ? 'ends well' : JSON.stringify(test.expected)}`;
  return `${test.code} → ${test.expected}`;
}
