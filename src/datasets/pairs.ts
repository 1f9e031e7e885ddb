import { createRandom, type Random } from '../algorithms/index.js';
import { inputError } from '../errors.js';
import type { Rollout } from '../records.js';
import { builtSet, sampleColumns, type BuiltSet } from './built-set.js';
import type { CorruptedSample } from './corrupt.js';
import { countDrop, type Drops } from './drops.js';
import { pairRow, type PairRow } from './pair-row.js';
import { corruptedColumns } from './corrupted-columns.js';
import type { RankBy } from './ranking.js';
import { samplesByProblem, type ProblemSamples, type RankedSample } from './samples.js';

export interface BuildPairsOptions {
  /** @default 'outcome' */
  readonly rankBy?: RankBy;
  /** Least difference of the two ranks; equal ranks never make a pair. @default 0 */
  readonly margin?: number;
  /** Least rank of the chosen side: 1 with `outcome` wants it clean. @default none */
  readonly minChosenScore?: number;
  /** @default 4 */
  readonly maxPairsPerProblem?: number;
  /** Most that the longer side may be, as a multiple of the shorter, in bytes. @default Infinity */
  readonly maxLengthRatio?: number;
  /**
   * Takes those pairs first that bring the total lengths of both sides together, so that length tells
   * chosen from rejected as little as it can. @default false
   */
  readonly lengthBalance?: boolean;
  /** Clean programs made to fail (`corruptAndVerify`), for problems that have no pair of their own. */
  readonly corruption?: readonly CorruptedSample[];
  /** Of the choice among pairs. @default 0 */
  readonly seed?: number | string;
}

/**
 * Preference pairs: of each problem, a better sample and a worse one. Where a problem has more pairs
 * than it may keep, those come first whose samples are in the fewest pairs so far, then by length
 * balance, then by a seeded shuffle.
 */
export function buildPairs(
  rollouts: readonly Rollout[],
  options: BuildPairsOptions = {},
): BuiltSet<PairRow> {
  const { rankBy = 'outcome', corruption = [], ...limits } = options;
  const { maxPairsPerProblem = 4, seed = 0 } = limits;
  checkLimits(options);
  const dropped: Drops = {};
  const problems = samplesByProblem(rollouts, rankBy, dropped, 'buildPairs');
  const random = createRandom(`pairs/${seed}`);
  const lengths = { bias: 0 };
  const rows: PairRow[] = [];
  const without: Record<string, number> = {};
  for (const problem of problems) {
    const possible = pairsOf(problem, limits, dropped);
    const taken = choose(possible, random.fork(problem.problemId), limits, lengths);
    countDrop(dropped, 'over maxPairsPerProblem', possible.length - taken.length);
    const made =
      taken.length > 0
        ? taken.map(([chosen, rejected]) => sampledPair(problem, chosen, rejected, rankBy))
        : corruptedPairs(problem, corruption, rankBy).slice(0, maxPairsPerProblem);
    if (made.length === 0) countDrop(without, whyNoPair(problem));
    rows.push(...made);
  }
  return builtSet({
    rows,
    total: problems.length,
    without,
    dropped,
    what: 'pair',
    notes: lengthNote(rows),
    settings: {
      kind: 'pairs',
      rank_by: rankBy,
      margin: options.margin ?? 0,
      min_chosen_score: finite(options.minChosenScore ?? -Infinity),
      max_pairs_per_problem: finite(maxPairsPerProblem),
      max_length_ratio: finite(options.maxLengthRatio ?? Infinity),
      length_balance: options.lengthBalance ?? false,
      corruption: corruption.length,
      seed,
    },
  });
}

type Pair = readonly [chosen: RankedSample, rejected: RankedSample];
type Limits = Omit<BuildPairsOptions, 'rankBy' | 'corruption'>;

function pairsOf({ samples }: ProblemSamples, limits: Limits, dropped: Drops): Pair[] {
  const { margin = 0, minChosenScore = -Infinity, maxLengthRatio = Infinity } = limits;
  const pairs: Pair[] = [];
  for (const chosen of samples) {
    for (const rejected of samples) {
      if (chosen.score <= rejected.score) continue;
      // Scores are sums of rounded numbers: 0.5 - 0.3 is to count as a margin of 0.2.
      if (chosen.score - rejected.score < margin - 1e-9) countDrop(dropped, 'under margin');
      else if (chosen.score < minChosenScore) countDrop(dropped, 'under minChosenScore');
      else if (lengthRatio(chosen, rejected) > maxLengthRatio)
        countDrop(dropped, 'over maxLengthRatio');
      else pairs.push([chosen, rejected]);
    }
  }
  return pairs;
}

function choose(
  pairs: readonly Pair[],
  random: Random,
  { maxPairsPerProblem = 4, lengthBalance = false }: Limits,
  lengths: { bias: number },
): Pair[] {
  const left = random.shuffle(pairs);
  const uses = new Map<RankedSample, number>();
  const taken: Pair[] = [];
  while (taken.length < maxPairsPerProblem && left.length > 0) {
    let best = 0;
    let bestCost = [Infinity, Infinity];
    for (const [i, [chosen, rejected]] of left.entries()) {
      const cost = [
        (uses.get(chosen) ?? 0) + (uses.get(rejected) ?? 0),
        lengthBalance ? Math.abs(lengths.bias + bytes(chosen) - bytes(rejected)) : 0,
      ];
      if (cost[0] < bestCost[0] || (cost[0] === bestCost[0] && cost[1] < bestCost[1])) {
        best = i;
        bestCost = cost;
      }
    }
    const [pair] = left.splice(best, 1);
    for (const sample of pair) uses.set(sample, (uses.get(sample) ?? 0) + 1);
    lengths.bias += bytes(pair[0]) - bytes(pair[1]);
    taken.push(pair);
  }
  return taken;
}

function sampledPair(
  problem: ProblemSamples,
  chosen: RankedSample,
  rejected: RankedSample,
  rankBy: RankBy,
): PairRow {
  return pairRow({
    problem,
    rankBy,
    modelRevision: rejected.rollout.modelRevision,
    chosen: { text: chosen.rollout.completion, ...sampleColumns(chosen.rollout, chosen.score) },
    rejected: {
      text: rejected.rollout.completion,
      ...sampleColumns(rejected.rollout, rejected.score),
    },
  });
}

/** A clean sample before its corruption; the sample must be among those of the problem. */
function corruptedPairs(
  problem: ProblemSamples,
  corruption: readonly CorruptedSample[],
  rankBy: RankBy,
): PairRow[] {
  return corruption.flatMap((corrupted) => {
    if (corrupted.problemId !== problem.problemId) return [];
    const original = problem.samples.find(
      ({ rollout }) => rollout.completion === corrupted.original,
    );
    if (original === undefined) return [];
    const { rollout, score } = original;
    return [
      pairRow({
        problem,
        rankBy,
        modelRevision: rollout.modelRevision,
        chosen: { text: rollout.completion, ...sampleColumns(rollout, score) },
        rejected: corruptedColumns(corrupted, rankBy),
        corruption: corrupted,
      }),
    ];
  });
}

function whyNoPair({ samples, drawn }: ProblemSamples): string {
  if (samples.length === 0) return 'no scorable sample';
  const scores = new Set(samples.map(({ score }) => score));
  if (scores.size > 1) return 'no pair within the limits';
  if (samples[0].score >= 1) return 'no failing sample';
  return drawn === 1 ? 'one sample only' : 'all samples fail alike';
}

function lengthNote(rows: readonly PairRow[]): string[] {
  if (rows.length < 8) return [];
  const total = (texts: string[]): number => texts.reduce((sum, text) => sum + text.length, 0);
  const ratio = total(rows.map((row) => row.chosen)) / total(rows.map((row) => row.rejected));
  if (ratio < 1.25 && ratio > 0.8) return [];
  return [
    `Chosen sides are ${ratio.toFixed(2)} times as long as rejected ones, which a policy can learn instead of what is right: lengthBalance or maxLengthRatio evens them out.`,
  ];
}

function lengthRatio(one: RankedSample, other: RankedSample): number {
  const [short, long] = [bytes(one), bytes(other)].sort((a, b) => a - b);
  return long / Math.max(1, short);
}

function bytes({ rollout }: RankedSample): number {
  return Buffer.byteLength(rollout.completion);
}

function checkLimits({
  margin = 0,
  maxPairsPerProblem = 4,
  maxLengthRatio = Infinity,
}: BuildPairsOptions): void {
  if (!(margin >= 0)) throw inputError(`buildPairs: expected margin of at least 0, got ${margin}.`);
  if (!(maxPairsPerProblem >= 1))
    throw inputError(
      `buildPairs: expected maxPairsPerProblem of at least 1, got ${maxPairsPerProblem}.`,
    );
  if (!(maxLengthRatio >= 1))
    throw inputError(`buildPairs: expected maxLengthRatio of at least 1, got ${maxLengthRatio}.`);
}

/** JSON has no infinity. */
function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
