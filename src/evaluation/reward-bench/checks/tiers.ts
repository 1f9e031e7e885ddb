import type { Language, Outcome } from '../../../records.js';
import { epsilon, ofKind, short, type Bench, type BenchCase } from '../cases.js';
import { result, type CheckResult } from './result.js';

const programs: readonly Outcome[] = ['clean', 'warning', 'wrong_answer', 'runtime_error', 'timeout', 'memory_limit', 'output_limit', 'compile_error']; // prettier-ignore

/** The outcomes that a judge of this language can give. */
const tiersOf: Record<Language, readonly Outcome[]> = {
  cpp: programs,
  python: programs,
  java: programs,
  text: ['clean', 'warning', 'wrong_answer', 'no_answer'],
};

/** The order of the curriculum: a higher rank may not score less. */
const rank: Record<Exclude<Outcome, 'sandbox_error'>, number> = {
  clean: 4,
  warning: 3,
  wrong_answer: 2,
  runtime_error: 1,
  timeout: 1,
  memory_limit: 1,
  output_limit: 1,
  compile_error: 0,
  no_answer: 0,
};

interface Tier {
  outcome: Exclude<Outcome, 'sandbox_error'>;
  mean: number;
}

/**
 * Every tier of outcomes can be reached by a program that was written for it, and further along the
 * curriculum never scores less. Tiers with the same score are told.
 */
export function checkTiers(bench: Bench): CheckResult {
  const [{ language }] = bench.problems;
  const cases = ofKind(bench, 'reference', 'wrong', 'tier', 'mutant');
  const missed = tiersOf[language].filter(
    (outcome) => !cases.some(({ verdict }) => verdict.outcome === outcome),
  );
  const tried = missed.filter((outcome) => madeFor(bench, outcome).length > 0);
  const tiers = tiersOf[language].flatMap((outcome): Tier[] => {
    const scores = ofKind(bench, 'reference', 'wrong', 'tier').flatMap(({ verdict, score }) =>
      verdict.outcome === outcome && score !== null ? [score] : [],
    );
    return scores.length === 0 || outcome === 'sandbox_error'
      ? []
      : [{ outcome, mean: scores.reduce((sum, each) => sum + each, 0) / scores.length }];
  });
  const reversed = tiers.flatMap((lower) =>
    tiers
      .filter((higher) => rank[higher.outcome] > rank[lower.outcome])
      .filter((higher) => lower.mean > higher.mean + epsilon)
      .map((higher) => ({ lower, higher })),
  );
  const merged = mergedTiers(tiers);
  const rest = {
    details: [
      ...tried.map(
        (outcome) =>
          `no program gets ${outcome}: what was written for it is ${outcomes(madeFor(bench, outcome))}`,
      ),
      ...reversed.map(
        ({ lower, higher }) =>
          `${lower.outcome} scores ${short(lower.mean)}, more than ${higher.outcome} with ${short(higher.mean)}`,
      ),
      tiers.map(({ outcome, mean }) => `${outcome} ${short(mean)}`).join(', '),
      ...merged.map((names) => `the same score: ${names.join(', ')}`),
      ...missed
        .filter((outcome) => !tried.includes(outcome))
        .map((outcome) => `${outcome} was not tried: nothing could be written for it here`),
    ],
    numbers: {
      reached: tiersOf[language].length - missed.length,
      unreachable: tried.length,
      reversed: reversed.length,
      merged: merged.length,
    },
    examples: [],
  };
  if (tried.length > 0)
    return result(
      'fail',
      `unreachable: ${tried.join(', ')}; ${tried.map((outcome) => `what was written for ${outcome} is ${outcomes(madeFor(bench, outcome))}`).join('; ')}`,
      rest,
    );
  if (tiers.length === 0)
    return result('skip', 'every tier is reached, but none has a score', rest);
  if (reversed.length > 0) {
    const [{ lower, higher }] = reversed;
    return result('fail', `${lower.outcome} scores more than ${higher.outcome}`, rest);
  }
  const told = merged.map((names) => names.join(' = ')).join('; ');
  return result(
    'pass',
    `all ${tiersOf[language].length - missed.length} tiers are reached and in order${told === '' ? '' : `; ${told}`}`,
    rest,
  );
}

function madeFor(bench: Bench, outcome: Outcome): BenchCase[] {
  return ofKind(bench, 'tier').filter(({ specimen }) => specimen.madeFor === outcome);
}

function outcomes(cases: readonly BenchCase[]): string {
  return [...new Set(cases.map(({ verdict }) => verdict.outcome))].join(', ');
}

function mergedTiers(tiers: readonly Tier[]): string[][] {
  const groups: Tier[][] = [];
  for (const tier of tiers) {
    const group = groups.find(([first]) => Math.abs(first.mean - tier.mean) <= epsilon);
    if (group) group.push(tier);
    else groups.push([tier]);
  }
  return groups
    .filter((group) => group.length > 1)
    .map((group) => group.map(({ outcome }) => outcome));
}
