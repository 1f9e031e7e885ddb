import { inputError } from '../../../errors.js';
import type { Language, Problem } from '../../../records.js';
import { cppSpecimens } from './cpp.js';
import { javaSpecimens } from './java.js';
import { pythonSpecimens } from './python.js';
import { nameOf, type Hack, type Specimen, type SpecimenMaker } from './specimen.js';
import { textSpecimens } from './text.js';

const makers: Record<Language, SpecimenMaker> = {
  cpp: cppSpecimens,
  python: pythonSpecimens,
  java: javaSpecimens,
  text: textSpecimens,
};

export interface MakeSpecimensOptions {
  readonly seed: string;
  /** Mutants of a problem that are judged. */
  readonly mutants: number;
  /** Problems that get hacks and tiers: they are judged one by one, which takes its time. */
  readonly hackedProblems: number;
}

/** Lines of padding: enough to show, and three times as much. */
const paddingLines = [8, 24];

/** All specimens of these problems, references first. The same seed gives the same ones. */
export function makeSpecimens(
  problems: readonly Problem[],
  { seed, mutants, hackedProblems }: MakeSpecimensOptions,
): Specimen[] {
  const drafts = problems.map((problem) => draftOf(problem));
  // Where the most hacks can be made: a table of answers needs a function that returns one.
  const hacked = [...drafts]
    .sort((a, b) => b.hacks.length - a.hacks.length)
    .slice(0, hackedProblems);
  return drafts.flatMap((draft) => {
    const { problem, maker, reference, plain, hacks, of } = draft;
    const faulty = unique(maker.mutants(problem, reference, seed).slice(0, mutants));
    const rest = faulty.map(({ name, text, ...more }): Specimen => ({
      ...of('mutant', name, text),
      ...more,
    }));
    if (!hacked.includes(draft)) return [...plain, ...rest];
    return [
      ...plain,
      ...rest,
      ...maker
        .tiers(problem, reference)
        .filter(({ isSlow }) => isSlow !== true || draft === hacked[0])
        .map(({ outcome, text }) => ({ ...of('tier', outcome, text), madeFor: outcome })),
      ...hacks.map(({ name, text, ...more }) => ({ ...of('hack', name, text), ...more })),
      ...plain.flatMap((base) => paddedCopies(draft, base)),
    ];
  });
}

interface Draft {
  problem: Problem;
  maker: SpecimenMaker;
  reference: string;
  /** The reference, and a program that does nothing. */
  plain: Specimen[];
  hacks: Hack[];
  of(kind: Specimen['kind'], name: string, completion: string): Specimen;
}

function draftOf(problem: Problem): Draft {
  const { reference } = problem;
  if (reference === undefined) throw noReference(problem);
  const maker = makers[problem.language];
  const of = (kind: Specimen['kind'], name: string, completion: string): Specimen => ({
    kind,
    name,
    problemId: problem.id,
    completion,
  });
  const wrong = maker.wrong(problem, reference);
  return {
    problem,
    maker,
    reference,
    plain: [
      of('reference', 'reference', reference),
      ...(wrong === null ? [] : [of('wrong', 'wrong', wrong)]),
    ],
    hacks: maker.hacks(problem, reference, wrong),
    of,
  };
}

function paddedCopies({ problem, maker, of }: Draft, base: Specimen): Specimen[] {
  return paddingLines.flatMap((lines) =>
    maker.padded(problem, base.completion, lines).map(({ name, text }) => ({
      ...of('padding', `${lines} × ${name} of ${base.name}`, text),
      base: nameOf(base),
    })),
  );
}

/** Two places of one operator: the second is called `… 2`. */
function unique<T extends { name: string }>(all: readonly T[]): T[] {
  const seen = new Map<string, number>();
  return all.map((one) => {
    const count = (seen.get(one.name) ?? 0) + 1;
    seen.set(one.name, count);
    return count === 1 ? one : { ...one, name: `${one.name} ${count}` };
  });
}

function noReference({ id, task }: Problem): Error {
  return inputError(
    `benchReward: expected problems with a reference solution, got ${id} of ${task} without one. The bench makes its specimens from references; take another task or another split.`,
  );
}
