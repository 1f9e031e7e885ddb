import { createRandom } from '../algorithms/index.js';
import { inputError } from '../errors.js';
import type { Rollout } from '../records.js';
import type { BuiltSet } from './built-set.js';
import { builtSet } from './built-set.js';
import { countDrop, type Drops } from './drops.js';
import type { RankBy } from './ranking.js';
import { sampleRow, type SampleRow } from './sample-row.js';
import { samplesByProblem } from './samples.js';

export interface BuildUnpairedOptions {
  /** @default 'outcome' */
  readonly rankBy?: RankBy;
  /** Samples of this rank or more are desirable. @default 1 */
  readonly desirableFrom?: number;
  /** Samples under this rank are undesirable; those between are left out. @default desirableFrom */
  readonly undesirableBelow?: number;
  /** Of each label. @default all */
  readonly maxPerProblem?: number;
  /** The more frequent label has at most this many times the rows of the other. @default Infinity */
  readonly maxLabelRatio?: number;
  /** Of the choice where rows are left out. @default 0 */
  readonly seed?: number | string;
}

/** A row of `kto.jsonl`. */
export interface UnpairedRow extends SampleRow {
  label: boolean;
}

/** Single samples, wanted or not: what KTO learns from. A problem need not have both. */
export function buildUnpaired(
  rollouts: readonly Rollout[],
  options: BuildUnpairedOptions = {},
): BuiltSet<UnpairedRow> {
  const { rankBy = 'outcome', desirableFrom = 1, maxPerProblem = Infinity, seed = 0 } = options;
  const { undesirableBelow = desirableFrom, maxLabelRatio = Infinity } = options;
  if (undesirableBelow > desirableFrom)
    throw inputError(
      `buildUnpaired: expected undesirableBelow of at most desirableFrom = ${desirableFrom}, got ${undesirableBelow}: a sample would be both.`,
    );
  if (!(maxLabelRatio >= 1))
    throw inputError(`buildUnpaired: expected maxLabelRatio of at least 1, got ${maxLabelRatio}.`);
  const dropped: Drops = {};
  const without: Record<string, number> = {};
  const random = createRandom(`unpaired/${seed}`);
  const problems = samplesByProblem(rollouts, rankBy, dropped, 'buildUnpaired');
  const labelled = problems.flatMap((problem) => {
    const rows = problem.samples.flatMap((sample): UnpairedRow[] => {
      const label = sample.score >= desirableFrom;
      if (label || sample.score < undesirableBelow)
        return [{ ...sampleRow(problem, sample), label }];
      countDrop(dropped, 'neither desirable nor undesirable');
      return [];
    });
    if (rows.length === 0)
      countDrop(
        without,
        problem.samples.length === 0 ? 'no scorable sample' : 'no pair within the limits',
      );
    return [true, false].flatMap((label) => {
      const of = rows.filter((row) => row.label === label);
      const kept = some(of, maxPerProblem, random.fork(`${problem.problemId}/${label}`));
      countDrop(dropped, 'over maxPerProblem', of.length - kept.length);
      return kept;
    });
  });
  const rows = evened(labelled, maxLabelRatio, random, dropped);
  return builtSet({
    rows,
    total: problems.length,
    without,
    dropped,
    what: 'row',
    notes: labelNotes(rows),
    settings: {
      kind: 'unpaired',
      rank_by: rankBy,
      desirable_from: desirableFrom,
      undesirable_below: undesirableBelow,
      max_per_problem: Number.isFinite(maxPerProblem) ? maxPerProblem : null,
      max_label_ratio: Number.isFinite(maxLabelRatio) ? maxLabelRatio : null,
      seed,
    },
  });
}

/** Rows of the more frequent label left out until the ratio holds; none where the other has no row. */
function evened(
  rows: UnpairedRow[],
  maxLabelRatio: number,
  random: ReturnType<typeof createRandom>,
  dropped: Drops,
): UnpairedRow[] {
  const desirable = rows.filter(({ label }) => label).length;
  const fewer = Math.min(desirable, rows.length - desirable);
  const most = Math.floor(fewer * maxLabelRatio);
  const frequent = desirable * 2 > rows.length;
  const more = rows.filter(({ label }) => label === frequent);
  if (fewer === 0 || more.length <= most) return rows;
  const kept = new Set(some(more, most, random.fork('labels')));
  countDrop(dropped, 'over maxLabelRatio', more.length - kept.size);
  return rows.filter((row) => row.label !== frequent || kept.has(row));
}

/** At most `count` of the rows, drawn, in their order. */
function some<T>(rows: readonly T[], count: number, random: ReturnType<typeof createRandom>): T[] {
  if (rows.length <= count) return [...rows];
  const kept = new Set(random.shuffle(rows).slice(0, count));
  return rows.filter((row) => kept.has(row));
}

function labelNotes(rows: readonly UnpairedRow[]): string[] {
  const desirable = rows.filter(({ label }) => label).length;
  const undesirable = rows.length - desirable;
  if (rows.length === 0) return [];
  if (desirable === 0)
    return [
      'No row is desirable: nothing says what is wanted. Draw more candidates or at a higher temperature, lower desirableFrom, or add references.',
    ];
  if (undesirable === 0)
    return [
      'No row is undesirable: nothing says what is not wanted. Draw more candidates at a higher temperature, or raise desirableFrom.',
    ];
  const ratio = desirable / undesirable;
  if (ratio >= 0.75 && ratio <= 4 / 3) return [];
  // Ethayarajh et al. 2024, section 4.2: the weighted counts in a ratio of 1:1 to 4:3.
  const [name, weight] =
    ratio > 1 ? ['undesirable_weight', ratio] : ['desirable_weight', 1 / ratio];
  return [
    `${desirable} rows are desirable, ${undesirable} are not: train with ${name} of about ${weight.toFixed(2)} beside 1, so that both count alike, or set maxLabelRatio.`,
  ];
}
