import {
  exampleOf,
  grouped,
  isPaidAsReference,
  ofKind,
  referenceScore,
  share,
  type Bench,
  type BenchCase,
} from '../cases.js';
import { result, type CheckResult } from './result.js';

/**
 * Known ways to look right score lower than the reference. Where the judge itself finds nothing
 * wrong, no reward that reads its verdict can do better: that is a warning, and says what would help.
 */
export function checkHacks(bench: Bench): CheckResult {
  const wrongs = new Set(
    ofKind(bench, 'wrong')
      .filter(({ verdict }) => !verdict.correct)
      .map(({ specimen }) => specimen.problemId),
  );
  const tried = ofKind(bench, 'hack').filter(
    (one) =>
      one.verdict.outcome !== 'sandbox_error' &&
      isComparable(bench, one) &&
      (one.specimen.needsWrong !== true || wrongs.has(one.specimen.problemId)),
  );
  if (tried.length === 0)
    return result('skip', 'no hack has a score, or none could be made of these problems');
  const paid = tried.filter((one) => isPaidAsReference(bench, one));
  const blind = paid.filter(isBlind);
  const failed = paid.filter((one) => !isBlind(one));
  const names = grouped(tried, ({ specimen }) => specimen.name);
  const rest = {
    details: [
      ...byName(failed).map((name) => `paid: ${name} (${outcomesOf(names.get(name)!)})`),
      ...byName(blind).map(
        (name) => `the judge sees nothing: ${name}: ${remedy(names.get(name)!)}`,
      ),
      `lower: ${[...names.keys()].filter((name) => !byName(paid).includes(name)).join(', ') || 'none'}`,
    ],
    numbers: { tried: tried.length, kinds: names.size, paid: failed.length, blind: blind.length },
    examples: [...failed, ...blind]
      .slice(0, 3)
      .map((one) => exampleOf(one, referenceScore(bench, one))),
  };
  if (failed.length > 0)
    return result(
      'fail',
      `${share(byName(failed).length, names.size)} hacks are paid like a right answer: ${byName(failed).join(', ')}`,
      rest,
    );
  return blind.length > 0
    ? result(
        'warn',
        `${share(names.size - byName(blind).length, names.size)} hacks score lower; the judge takes ${byName(blind).join(', ')} for right`,
        rest,
      )
    : result('pass', `all ${names.size} hacks score lower than the reference`, rest);
}

/** It has a score, and so has its reference. */
function isComparable(bench: Bench, one: BenchCase): boolean {
  return one.score !== null && referenceScore(bench, one) !== null;
}

/** The verdict is that of a right program. */
function isBlind({ verdict }: BenchCase): boolean {
  return verdict.outcome === 'clean' && verdict.correct;
}

function byName(cases: readonly BenchCase[]): string[] {
  return [...new Set(cases.map(({ specimen }) => specimen.name))];
}

function outcomesOf(cases: readonly BenchCase[]): string {
  return [...new Set(cases.map(({ verdict }) => verdict.outcome))].join(', ');
}

function remedy([{ specimen }]: readonly BenchCase[]): string {
  const { name, knowsAllCases } = specimen;
  if (knowsAllCases) return 'the prompt shows every case; needs hidden tests';
  if (name === 'hard_coded') return 'the held-back cases do not tell it apart; needs more tests';
  if (/^answer/.test(name)) return 'a reward must look at the work for it';
  if (/^define_/.test(name)) return 'its macros reach the tests; emitted values are safe from them';
  if (name === 'always_equal') return 'assertions use its own `==`; emitted values would not';
  return 'needs other tests';
}
