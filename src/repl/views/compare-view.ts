import type {
  ArmComparison,
  ArmsComparison,
  ComparedAnalysis,
  FlippedProblem,
  Interval,
  MeasureComparison,
} from '../../evaluation/index.js';
import { analysisRows, formatP, measureTitles, signRows } from '../../evaluation/index.js';
import { line, padEnd, padStart, span } from '../styled.js';
import type { StyledLine, Tone } from '../styled.js';
import { breakText, cutEnd } from './fit.js';
import { countOf, points } from './numbers.js';

const column = 23;
/** Rows of a long table in a terminal; the rest is in the Markdown. */
const most = 10;

/** Each comparison as a page of lines of 80 columns. */
export function compareLines(
  { arms, comparisons }: ArmsComparison,
  options: { width: number; problems: number },
): StyledLine[] {
  return comparisons.flatMap((comparison, at) => [
    ...(at === 0 ? [] : [line('')]),
    ...comparisonLines(comparison, comparisons.length, options),
    ...(at === comparisons.length - 1 && arms.length > 2
      ? wrapped(
          `p by Holm: over the ${comparisons.length} comparisons with ${comparison.first}, for each rate apart. The rates overlap and are not adjusted for.`,
          options.width,
          'dim',
        )
      : []),
  ]);
}

function comparisonLines(
  comparison: ArmComparison,
  of: number,
  { width, problems }: { width: number; problems: number },
): StyledLine[] {
  const { first, second, measures, warnings, families, flips } = comparison;
  return [
    line(span(`${first} → ${second}`, 'title')),
    line(span(contextOf(comparison), 'dim')),
    ...warnings.flatMap((warning) => wrapped(`! ${warning}`, width, 'warn')),
    line(''),
    line(
      span(
        padEnd('', column) + padEnd('first', 18) + padEnd('second', 18) + 'change (points)',
        'dim',
      ),
    ),
    ...measures.flatMap((measure) => measureLines(measure, of)),
    ...partLines(comparison),
    line(''),
    ...flowLines(comparison),
    ...kindLines(comparison),
    ...(families.length > 1 ? familyLines(comparison) : []),
    line(''),
    ...flipLines('gained', flips.gained, problems, width),
    ...flipLines('lost', flips.lost, problems, width),
  ];
}

/** What the completions of both sides are like. */
export function analysisLines(
  { first, second, seeds }: Pick<ArmComparison, 'first' | 'second' | 'seeds'>,
  analysis: ComparedAnalysis,
  width: number,
): StyledLine[] {
  const rows = analysisRows(analysis.first, analysis.second);
  const signs = signRows(analysis.first, analysis.second);
  const cells = ([name, one, other]: string[]): StyledLine =>
    line(padEnd(`  ${name}`, 51), padStart(one, 14), padStart(other, 14));
  const { between } = analysis;
  return [
    line(
      span(
        `${padEnd(seeds > 1 ? 'completions of the first run' : 'completions', 51)}${padStart(short(first), 14)}${padStart(short(second), 14)}`,
        'dim',
      ),
    ),
    ...rows.slice(1).map(cells),
    ...(between
      ? wrapped(
          `  Identical on both sides: ${percentOf(between.identicalShare)} %; but for names and literals: ${percentOf(between.sameFormShare)} %.`,
          width,
          'dim',
        )
      : []),
    line(span('signs of pleasing the judge', 'dim')),
    ...signs.map((row) => cells(row.slice(0, 3))),
  ];
}

function short(name: string): string {
  return name.length <= 13 ? name : `…${name.slice(-12)}`;
}

function contextOf({ problems, split, seeds }: ArmComparison): string {
  const { matched, onlyFirst, onlySecond } = problems;
  const left =
    onlyFirst + onlySecond === 0
      ? ''
      : `, left out: ${onlyFirst} only in the first, ${onlySecond} only in the second`;
  return `${countOf(matched, 'problem')} of ${split}${seeds > 1 ? ` × ${seeds} runs` : ''}${left}`;
}

function measureLines(own: MeasureComparison, of: number): StyledLine[] {
  const { measure, first, second, difference, test, problems, bySeed } = own;
  const holm = of > 1 ? `, Holm ${formatP(test.adjusted)}` : '';
  const seeds = bySeed.length > 1 ? `; runs ${bySeed.map((value) => points(value)).join(' ')}` : '';
  return [
    line(
      padEnd(`  ${measureTitles[measure]}`, column),
      padEnd(share(first), 18),
      padEnd(share(second), 18),
      span(change(difference), toneOf(difference)),
    ),
    line(
      span(
        `    ${test.name}: ${test.detail} of ${problems}, p ${formatP(test.p)}${holm}${seeds}`,
        'dim',
      ),
    ),
  ];
}

function partLines({ parts }: ArmComparison): StyledLine[] {
  const { whole, gateTitle, abilityTitle, first, second, change: by } = parts;
  const row = (title: string, one: Interval, other: Interval, part: Interval): StyledLine =>
    line(
      padEnd(`  ${title}`, column + 6),
      padEnd(`${percentOf(one.value)} → ${percentOf(other.value)}`, column + 7),
      span(change(part), toneOf(part)),
    );
  return [
    line(''),
    line(span(`What the change of «${measureTitles[whole]}» is made of`, 'dim')),
    row(gateTitle, first.gate, second.gate, by.gate),
    row(abilityTitle, first.ability, second.ability, by.ability),
    line(padEnd('  both', 2 * column + 13), change(by.whole)),
  ];
}

function flowLines({ flow }: ArmComparison): StyledLine[] {
  const { outcomes, counts, unpaired } = flow;
  const longest = Math.max(7, ...outcomes.map((outcome) => outcome.length + 2));
  const wide = Math.max(7, Math.min(longest, Math.floor(60 / Math.max(1, outcomes.length))));
  const cut = (text: string): string =>
    text.length < wide ? text : cutEnd(text.replace('_error', ''), wide - 1);
  return [
    line(
      span(
        padEnd('first ↓ second →', 18) +
          outcomes.map((outcome) => padStart(cut(outcome), wide)).join(''),
        'dim',
      ),
    ),
    ...outcomes.map((from, i) =>
      line(
        padEnd(`  ${from}`, 18),
        ...counts[i].map((count, j) => {
          const text = padStart(count === 0 ? '·' : String(count), wide);
          return i === j ? span(text, 'dim') : span(text);
        }),
      ),
    ),
    ...(unpaired > 0
      ? [line(span(`  ${countOf(unpaired, 'sample')} without a partner`, 'dim'))]
      : []),
  ];
}

function kindLines({ kinds }: ArmComparison): StyledLine[] {
  if (kinds === null || kinds.length === 0) return [];
  return [
    line(''),
    line(span(padEnd('samples with', 40) + padStart('first', 8) + padStart('second', 8), 'dim')),
    ...kinds
      .slice(0, most)
      .map(({ kind, first, second }) =>
        line(
          padEnd(`  ${kind.slice(0, 37)}`, 40),
          padStart(String(first), 8),
          padStart(String(second), 8),
        ),
      ),
  ];
}

function familyLines({ families }: ArmComparison): StyledLine[] {
  const changes = [...families].sort((a, b) => Math.abs(b.difference) - Math.abs(a.difference));
  const shown = changes.slice(0, most);
  return [
    line(''),
    line(
      span(
        `${padEnd('family', 26)}${padStart('problems', 9)}${padStart('first', 9)}${padStart('second', 9)}${padStart('change', 9)}${padStart('better', 9)}${padStart('worse', 9)}`,
        'dim',
      ),
    ),
    ...shown.map((own) =>
      line(
        padEnd(`  ${own.family.slice(0, 23)}`, 26),
        padStart(String(own.problems), 9),
        padStart(percentOf(own.first), 9),
        padStart(percentOf(own.second), 9),
        padStart(points(own.difference), 9),
        padStart(String(own.gained), 9),
        padStart(String(own.lost), 9),
      ),
    ),
    ...(families.length > most
      ? [line(span(`  and ${families.length - most} that changed less (--md, --json)`, 'dim'))]
      : []),
  ];
}

function flipLines(
  what: 'gained' | 'lost',
  flipped: readonly FlippedProblem[],
  listed: number,
  width: number,
): StyledLine[] {
  const shown = flipped.slice(0, listed);
  const rest = flipped.length - shown.length;
  return [
    line(span(`${countOf(flipped.length, 'problem')} ${what}`, what === 'gained' ? 'good' : 'bad')),
    ...shown.map(({ problemId, first, second, firstOutcomes, secondOutcomes }) => {
      const moved =
        firstOutcomes.length === 1 && secondOutcomes.length === 1
          ? `${firstOutcomes[0]} → ${secondOutcomes[0]}`
          : `${percentOf(first)} → ${percentOf(second)}`;
      const room = Math.max(12, Math.min(width, 80) - 34);
      const id =
        problemId.length < room ? problemId : `…${problemId.slice(problemId.length - room + 2)}`;
      return line(padEnd(`  ${id}`, room + 2), span(moved, 'dim'));
    }),
    ...(rest > 0 && listed > 0
      ? [line(span(`  and ${rest} more (--problems, --md, --json)`, 'dim'))]
      : []),
  ];
}

function wrapped(text: string, width: number, tone: Tone): StyledLine[] {
  return breakText(text, width).map((row) => line(span(row.trimEnd(), tone)));
}

function share({ value, low, high }: Interval): string {
  return `${percentOf(value)} [${percentOf(low)}, ${percentOf(high)}]`;
}

function change({ value, low, high }: Interval): string {
  return Number.isFinite(value) ? `${points(value)} [${points(low)}, ${points(high)}]` : 'unknown';
}

function percentOf(value: number): string {
  if (!Number.isFinite(value)) return '–';
  return value === 1 ? '100' : (value * 100).toFixed(1);
}

function toneOf({ low, high }: Interval): Tone {
  if (low > 0) return 'good';
  return high < 0 ? 'bad' : 'plain';
}
