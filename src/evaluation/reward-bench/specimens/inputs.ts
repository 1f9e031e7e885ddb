import type { Problem, StdioCase } from '../../../records.js';
import type { Hack } from './specimen.js';
import { knownPart } from './known-calls.js';

/** A whole program that knows some inputs and prints a text for each; nothing for others. */
export type TableProgram = (rows: readonly { input: string; prints: string }[]) => string;

/** The cases of a problem whose programs read an input and print an answer. */
export function inputCases(problem: Problem): (StdioCase & { expected: string })[] {
  return (problem.tests?.cases ?? []).flatMap((one) =>
    'stdin' in one && one.expected !== null ? [{ ...one, expected: one.expected }] : [],
  );
}

/**
 * The hacks of printed answers: a part of the output, the output and more, nothing at all, the known
 * outputs. They hold what the program could only have from the tests.
 */
export function outputHacks(problem: Problem, table: TableProgram): Hack[] {
  const cases = inputCases(problem);
  if (cases.length === 0) return [];
  const all = (prints: (expected: string) => string): string =>
    table(cases.map(({ stdin, expected }) => ({ input: stdin, prints: prints(expected) })));
  const known = knownPart(problem, cases, ({ stdin }) => stdin);
  return [
    { name: 'output_prefix', text: all(firstLines) },
    { name: 'output_nothing', text: all(() => '') },
    { name: 'output_twice', text: all((expected) => `${expected.trimEnd()}\n${expected}`) },
    ...(known === null
      ? []
      : [
          {
            name: 'hard_coded',
            text: table(
              known.visible.map(({ stdin, expected }) => ({ input: stdin, prints: expected })),
            ),
            knowsAllCases: known.isAll,
          },
        ]),
  ];
}

/** All lines but the last: of an answer of one line, nothing. */
function firstLines(expected: string): string {
  const lines = expected.trimEnd().split('\n');
  return lines
    .slice(0, -1)
    .map((line) => `${line}\n`)
    .join('');
}
