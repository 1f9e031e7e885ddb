import type {
  ArmComparison,
  ArmsComparison,
  ComparedAnalysis,
  Interval,
  MeasureComparison,
} from '../../evaluation/index.js';
import { analysisRows, formatP, measureTitles, signRows } from '../../evaluation/index.js';
import { line, padEnd, padStart, span } from '../styled.js';
import type { StyledLine, Tone } from '../styled.js';
import { familyLines, flipLines, flowLines, kindLines, percentOf } from './compare-tables.js';
import { breakText } from './fit.js';
import { countOf, points } from './numbers.js';

const column = 23;

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

function wrapped(text: string, width: number, tone: Tone): StyledLine[] {
  return breakText(text, width).map((row) => line(span(row.trimEnd(), tone)));
}

function share({ value, low, high }: Interval): string {
  return `${percentOf(value)} [${percentOf(low)}, ${percentOf(high)}]`;
}

function change({ value, low, high }: Interval): string {
  return Number.isFinite(value) ? `${points(value)} [${points(low)}, ${points(high)}]` : 'unknown';
}

function toneOf({ low, high }: Interval): Tone {
  if (low > 0) return 'good';
  return high < 0 ? 'bad' : 'plain';
}
