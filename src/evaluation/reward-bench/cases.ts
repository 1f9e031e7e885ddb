import type { Policy } from '../../policy/index.js';
import type { Problem, Rollout, Verdict } from '../../records.js';
import type { RewardFunction } from '../../rewards/index.js';
import type { BenchExample } from './report.js';
import { nameOf, type Specimen } from './specimens/specimen.js';

/** A specimen that was judged and scored. */
export interface BenchCase {
  specimen: Specimen;
  rollout: Rollout;
  verdict: Verdict;
  /** The weighted sum over the rewards; `null`: unscorable. */
  score: number | null;
}

/** What the checks look at. */
export interface Bench {
  rewards: readonly RewardFunction[];
  problems: readonly Problem[];
  cases: readonly BenchCase[];
  /** References that are clean, by problem. Others have no specimens. */
  references: ReadonlyMap<string, BenchCase>;
  /** Problems whose reference is not clean, and what it is instead. */
  unsound: readonly { problemId: string; outcome: string }[];
  /** Mutants that were tried; the cases hold those that fail as they should. */
  mutantsTried: number;
  /** Groups that a policy sampled or a file holds, scored; none: the specimens stand for them. */
  sampled: readonly Rollout[];
  /** Why the groups could not be scored. */
  sampledError: Error | null;
}

/** Scores nearer than this are equal. */
export const epsilon = 1e-9;

export function ofKind(bench: Pick<Bench, 'cases'>, ...kinds: Specimen['kind'][]): BenchCase[] {
  return bench.cases.filter(({ specimen }) => kinds.includes(specimen.kind));
}

/** The score of the problem's reference. */
export function referenceScore(bench: Bench, one: BenchCase): number | null {
  return bench.references.get(one.specimen.problemId)?.score ?? null;
}

/** It scores at least as high as the problem's reference. */
export function isPaidAsReference(bench: Bench, one: BenchCase): boolean {
  const top = referenceScore(bench, one);
  return one.score !== null && top !== null && one.score > top - epsilon;
}

export function exampleOf(one: BenchCase, against: number | null): BenchExample {
  return {
    problemId: one.specimen.problemId,
    specimen: nameOf(one.specimen),
    outcome: one.verdict.outcome,
    score: one.score,
    against,
    completion: one.specimen.completion,
  };
}

/** `12 of 30` */
export function share(part: number, of: number): string {
  return `${part} of ${of}`;
}

/** Without digits that say nothing: `0.3`, `-1.25`. */
export function short(value: number | null): string {
  return value === null ? 'none' : String(Number(value.toFixed(3)));
}

/** By a key, in the order in which the keys came. */
export function grouped<T>(all: readonly T[], keyOf: (one: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const one of all) {
    const key = keyOf(one);
    const known = groups.get(key);
    if (known === undefined) groups.set(key, [one]);
    else known.push(one);
  }
  return groups;
}

/** `sampled` groups come from a policy, or are given as they were recorded. */
export interface SampledGroups {
  policy: Policy;
  /** @default 4 */
  problems?: number;
  /** @default 8 */
  numGenerations?: number;
}
