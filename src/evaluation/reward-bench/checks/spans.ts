import { indexLines, lineColumnOf, type LineIndex } from '../../../diagnostics/index.js';
import type { ByteSpan, RewardSpan, Rollout } from '../../../records.js';
import { exampleOf, referenceScore, share, type Bench, type BenchCase } from '../cases.js';
import { result, type CheckResult } from './result.js';

/** Of what must touch, how much may miss: a finding may be placed with judgement. */
const leastTouching = 0.9;

interface Placed {
  one: BenchCase;
  /** Lines of a negative span, and of what it should touch. */
  span: [number, number];
  /** The nearest line that it should touch, less its own: 0 where it touches. */
  shift: number;
}

/**
 * Negative spans touch the lines of the judge's findings, and, in mutants whose fault the judge found
 * on its own line, the line of the fault. A shift that most of them share is named. Of rewards that also
 * blame places where the judge found nothing, only spans that are labelled as a finding are compared.
 */
export function checkSpans(bench: Bench): CheckResult {
  const own = withReasonsOfTheirOwn(bench);
  const compared = (one: BenchCase): RewardSpan[] =>
    blames(one.rollout).filter(
      ({ reward, label }) =>
        !own.has(reward) || one.verdict.diagnostics.some(({ kind }) => kind === label),
    );
  const spanned = bench.cases.filter((one) => compared(one).length > 0);
  const outside = spanned.filter((one) =>
    compared(one).some(({ end }) => end > Buffer.byteLength(one.rollout.completion)),
  );
  const found = spanned.flatMap((one) => placed(one, compared(one), findingsOf(one)));
  // Where a fault has findings in several places, a reward may blame another one.
  const faults = spanned.flatMap((one) => {
    const { fault } = one.specimen;
    if (fault === undefined || !isFoundOnlyThere(one, fault)) return [];
    return [Math.min(...placed(one, compared(one), [fault]).map(({ shift }) => Math.abs(shift)))];
  });
  const located = bench.cases.filter((one) => findingsOf(one).length > 0).length;
  if (spanned.length === 0 && own.size > 0)
    return result(
      'skip',
      'the reward blames places for reasons of its own, also where the judge found nothing',
    );
  if (spanned.length === 0)
    return result(
      'skip',
      `the reward blames no place, in ${located} specimens with a finding of known place`,
    );
  if (found.length === 0)
    return result('skip', 'no finding has a known place where the reward blames one');
  const touching = found.filter(({ shift }) => shift === 0).length;
  const onFault = faults.filter((distance) => distance === 0).length;
  const misses = found.filter(({ shift }) => shift !== 0);
  const rest = {
    details: [
      `${share(touching, found.length)} blamed spans touch a finding’s line`,
      `${share(onFault, faults.length)} mutants are blamed on the line of their fault, of those where the judge found it there and nowhere else`,
      ...(outside.length > 0
        ? [`${outside.length} specimens have spans behind their last byte`]
        : []),
      ...misses
        .slice(0, 5)
        .map(
          ({ one, span: [first], shift }) =>
            `${one.specimen.name} in ${one.specimen.problemId}: blames line ${first}, the finding is on line ${first + shift}`,
        ),
    ],
    numbers: {
      spans: found.length,
      touching,
      faults: faults.length,
      on_fault: onFault,
      outside: outside.length,
    },
    examples: misses.slice(0, 3).map(({ one }) => exampleOf(one, referenceScore(bench, one))),
  };
  const isWrong =
    touching < leastTouching * found.length ||
    outside.length > 0 ||
    (faults.length >= 3 && onFault < leastTouching * faults.length);
  const shared = sharedShift(found);
  if (!isWrong)
    return result(
      'pass',
      `${share(touching, found.length)} blamed spans touch a finding’s line`,
      rest,
    );
  if (shared !== null) {
    const lines = Math.abs(shared.shift) === 1 ? 'one line' : `${Math.abs(shared.shift)} lines`;
    const where = shared.shift < 0 ? 'below' : 'above';
    return result(
      'fail',
      `spans lie ${lines} ${where} the findings in ${share(shared.count, shared.of)}`,
      rest,
    );
  }
  return outside.length > 0
    ? result('fail', `${outside.length} specimens have spans behind their last byte`, rest)
    : result(
        'fail',
        `only ${share(touching, found.length)} blamed spans touch a finding’s line`,
        rest,
      );
}

/** What the rewards that are trained on blame, each with the place of its reward. */
function blames({ rewards = [] }: Rollout): (RewardSpan & { reward: number })[] {
  return rewards.flatMap(({ weight, spans }, reward) =>
    spans.filter(({ value }) => weight * value < 0).map((span) => ({ ...span, reward })),
  );
}

/** Rewards that blame places where the judge found nothing, such as repeated text. */
function withReasonsOfTheirOwn(bench: Bench): Set<number> {
  const clean = bench.cases.filter((one) => findingsOf(one).length === 0);
  return new Set(clean.flatMap(({ rollout }) => blames(rollout).map(({ reward }) => reward)));
}

function findingsOf({ verdict }: BenchCase): ByteSpan[] {
  return verdict.diagnostics.flatMap(({ severity, span }) =>
    severity !== 'note' && span.precision !== 'none' ? [span] : [],
  );
}

function placed(
  one: BenchCase,
  blamed: readonly ByteSpan[],
  wanted: readonly ByteSpan[],
): Placed[] {
  if (wanted.length === 0) return [];
  const index = indexLines(one.rollout.completion);
  const lines = wanted.map((span) => linesOf(index, span));
  return blamed.map((blame) => {
    const span = linesOf(index, blame);
    const shifts = lines.map(([first, last]) =>
      last < span[0] ? last - span[0] : first > span[1] ? first - span[1] : 0,
    );
    return {
      one,
      span,
      shift: shifts.reduce((best, each) => (Math.abs(each) < Math.abs(best) ? each : best)),
    };
  });
}

function linesOf(index: LineIndex, { start, end }: ByteSpan): [number, number] {
  return [lineColumnOf(index, start).line, lineColumnOf(index, Math.max(start, end - 1)).line];
}

/** The judge points at the line of the fault that was put in, and at no other. */
function isFoundOnlyThere(one: BenchCase, fault: ByteSpan): boolean {
  const index = indexLines(one.rollout.completion);
  const [first, last] = linesOf(index, fault);
  const found = findingsOf(one);
  const isThere = found.every((span) => {
    const [from, to] = linesOf(index, span);
    return from <= last && to >= first;
  });
  return found.length > 0 && isThere;
}

/** One shift for at least 80 % of the spans of specimens where a single line is blamed and found. */
function sharedShift(
  found: readonly Placed[],
): { shift: number; count: number; of: number } | null {
  const counts = new Map<number, number>();
  for (const { shift } of found) counts.set(shift, (counts.get(shift) ?? 0) + 1);
  const [best] = [...counts].sort((a, b) => b[1] - a[1]);
  return best !== undefined && best[0] !== 0 && found.length >= 3 && best[1] >= 0.8 * found.length
    ? { shift: best[0], count: best[1], of: found.length }
    : null;
}
