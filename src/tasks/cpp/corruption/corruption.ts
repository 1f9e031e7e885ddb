import type { Random } from '../../../algorithms/random.js';
import { inputError } from '../../../errors.js';
import type { ByteSpan, Outcome, Verdict } from '../../../records.js';
import { lex } from '../lexer.js';
import { buildErrors } from './build-errors.js';
import { memoryFaults } from './memory-faults.js';
import {
  corruptionKinds,
  type CorruptionKind,
  type CorruptionOperator,
  type ExpectedFailure,
} from './operator.js';
import { valueFaults } from './value-faults.js';

export { corruptionKinds, type CorruptionKind, type ExpectedFailure } from './operator.js';

/** A text with one fault put in. */
export interface Corruption {
  text: string;
  /** `bounds/loop-end` */
  operator: string;
  kind: CorruptionKind;
  /** What was put in, in bytes of `text`; empty where something was only taken away. */
  span: ByteSpan;
  /** What it replaced, in bytes of the text it was made from. */
  replaced: ByteSpan;
  expectedOutcomes: Outcome[];
}

const operators: readonly CorruptionOperator[] = [...buildErrors, ...memoryFaults, ...valueFaults];

/** The operators by name. */
export function corruptionOperators(): { name: string; kind: CorruptionKind }[] {
  return operators.map(({ name, kind }) => ({ name, kind }));
}

/**
 * Every single fault that the operators can put into a C++ text, each a realistic way to go wrong
 * there. Whether the program then fails, only a judge knows. The order follows the generator: of every
 * operator one place before any comes again, so that the first few differ in kind.
 */
export function corruptions(
  text: string,
  random: Random,
  options: {
    readonly kinds?: readonly CorruptionKind[];
    readonly operators?: readonly string[];
  } = {},
): Corruption[] {
  const source = { text, tokens: lex(text) };
  const seen = new Set([text]);
  const byOperator = chosen(options).map((operator) =>
    random.fork(operator.name).shuffle(
      operator.edits(source, random.fork(`${operator.name}/texts`)).flatMap((edit) => {
        const start = Buffer.byteLength(text.slice(0, edit.start));
        const corrupted = text.slice(0, edit.start) + edit.text + text.slice(edit.end);
        if (seen.has(corrupted)) return [];
        seen.add(corrupted);
        return [
          {
            text: corrupted,
            operator: operator.name,
            kind: operator.kind,
            span: { start, end: start + Buffer.byteLength(edit.text) },
            replaced: {
              start,
              end: start + Buffer.byteLength(text.slice(edit.start, edit.end)),
            },
            expectedOutcomes: [...new Set(operator.expected.map(({ outcome }) => outcome))],
          },
        ];
      }),
    ),
  );
  const order = random.fork('operators').shuffle(byOperator);
  const rounds = Math.max(0, ...order.map((places) => places.length));
  return Array.from({ length: rounds }, (_, round) =>
    order.flatMap((places) => places.slice(round, round + 1)),
  ).flat();
}

/** Whether a program failed in the way that its corruption names: outcome, and kind of finding. */
export function failsAsNamed(operator: string, verdict: Verdict): boolean {
  const expected = operators.find(({ name }) => name === operator)?.expected ?? [];
  return expected.some((failure) => isFailure(failure, verdict));
}

function isFailure({ outcome, findings }: ExpectedFailure, verdict: Verdict): boolean {
  if (verdict.outcome !== outcome) return false;
  return findings === null || verdict.diagnostics.some(({ kind }) => findings.test(kind));
}

function chosen(options: {
  readonly kinds?: readonly CorruptionKind[];
  readonly operators?: readonly string[];
}): CorruptionOperator[] {
  const { kinds = corruptionKinds, operators: wanted } = options;
  const names = operators.map(({ name }) => name);
  for (const [given, known] of [
    [kinds, corruptionKinds],
    [wanted ?? [], names],
  ] as const) {
    const unknown = given.find((name) => !(known as readonly string[]).includes(name));
    if (unknown !== undefined)
      throw inputError(
        `corruptions: expected names of ${known.join(', ')}, got ${JSON.stringify(unknown)}.`,
      );
  }
  return operators.filter(
    ({ name, kind }) => kinds.includes(kind) && (wanted === undefined || wanted.includes(name)),
  );
}
