import type { Random } from '../../../algorithms/random.js';
import type { Outcome } from '../../../records.js';
import type { SourceToken } from '../lexer.js';

export const corruptionKinds = [
  'syntax',
  'types',
  'bounds',
  'lifetime',
  'arithmetic',
  'logic',
] as const;

export type CorruptionKind = (typeof corruptionKinds)[number];

/** How a program with this fault ends. */
export interface ExpectedFailure {
  outcome: Outcome;
  /** At least one finding has such a kind; `null`: whatever they are. */
  findings: RegExp | null;
}

/** A replacement in UTF-16 units of the source. */
export interface Edit {
  start: number;
  end: number;
  text: string;
}

/** One way in which programmers go wrong, at any place of any C++ text where it can happen. */
export interface CorruptionOperator {
  /** `bounds/loop-end` */
  name: string;
  kind: CorruptionKind;
  expected: readonly ExpectedFailure[];
  /** Every place; the generator decides between texts of one place only. */
  edits(source: Source, random: Random): Edit[];
}

export interface Source {
  text: string;
  tokens: readonly SourceToken[];
}

/** `operatorOf('bounds', 'loop-end', [fails('wrong_answer')], …)` */
export function operatorOf(
  kind: CorruptionKind,
  name: string,
  expected: readonly ExpectedFailure[],
  edits: CorruptionOperator['edits'],
): CorruptionOperator {
  return { name: `${kind}/${name}`, kind, expected, edits };
}

export function fails(outcome: Outcome, findings: RegExp | null = null): ExpectedFailure {
  return { outcome, findings };
}

export const doesNotCompile = [fails('compile_error')];

/** The program runs, and does something else. */
export const behavesWrongly = [
  fails('wrong_answer'),
  fails('runtime_error'),
  fails('timeout'),
  fails('memory_limit'),
];
