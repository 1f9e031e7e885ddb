/** A comparison as a page of headings, sentences and tables; Markdown and HTML are made of the same. */
import { analysisRows, signRows } from '../analysis/tables.js';
import type { Analysis, RunSimilarity } from '../analysis/index.js';
import { formatDifference, formatInterval } from '../report.js';
import { formatP } from './format.js';
import { measureTitles } from './measures.js';
import type { ArmComparison, ArmsComparison, FlippedProblem } from './records.js';

export type PageBlock =
  | { kind: 'heading'; level: 1 | 2 | 3; text: string }
  | { kind: 'text'; text: string }
  | { kind: 'table'; head: string[]; rows: string[][] }
  /** A figure by its name, where there is one. */
  | { kind: 'figure'; name: string };

/** The completions of both sides of a comparison, where they were analysed. */
export interface ComparedAnalysis {
  first: Analysis;
  second: Analysis;
  between: RunSimilarity | null;
}

/** @param analyses one per comparison */
export function comparisonPage(
  { arms, comparisons, intervals }: ArmsComparison,
  analyses: readonly ComparedAnalysis[] = [],
): PageBlock[] {
  const confidence = `${(intervals.confidence * 100).toFixed(0)} %`;
  return [
    heading(1, `${arms.map(({ name }) => name).join(', ')} compared`),
    table(
      ['side', 'measurements'],
      arms.map(({ name, runs }) => [name, runs.join(', ')]),
    ),
    { kind: 'figure', name: 'differences' },
    ...comparisons.flatMap((comparison, at) => [
      ...comparisonBlocks(comparison, at, comparisons.length),
      ...analysisBlocks(comparison, at, analyses[at]),
    ]),
    heading(2, 'Reading the numbers'),
    text(
      `Intervals are percentile-bootstrap intervals (${confidence} coverage, ${intervals.resamples} resamples) over problems, and over runs where a side has several; changes are second minus first, problem by problem, in percentage points. The test asks whether the problems that differ lean to one side more than a fair coin would: it speaks of these runs on other problems, not of other seeds.${comparisons.length > 1 ? ` With ${comparisons.length} comparisons some p falls below 0.05 by chance more often than one in twenty: believe the column of Holm, which is adjusted for them, for each rate apart. The rates overlap and are not adjusted for.` : ''} What the judge itself could not score is left out on both sides.`,
    ),
  ];
}

export function pageMarkdown(blocks: readonly PageBlock[]): string {
  const cell = (own: string): string => own.replaceAll('|', '\\|').replaceAll('\n', ' ');
  const row = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`;
  const parts = blocks.flatMap((block) => {
    if (block.kind === 'heading') return [`${'#'.repeat(block.level)} ${block.text}`];
    if (block.kind === 'text') return [block.text];
    if (block.kind === 'figure') return [];
    return [[row(block.head), row(block.head.map(() => '---')), ...block.rows.map(row)].join('\n')];
  });
  return `${parts.join('\n\n')}\n`;
}

function comparisonBlocks(comparison: ArmComparison, at: number, of: number): PageBlock[] {
  const { first, second, problems, split, seeds, warnings, measures, parts } = comparison;
  const { flow, kinds, families, flips } = comparison;
  return [
    heading(2, `${first} → ${second}`),
    text(
      `${problems.matched} problems of ${split} in common${seeds > 1 ? `, ${seeds} pairs of runs` : ''}; left out: ${problems.onlyFirst} only in ${first}, ${problems.onlySecond} only in ${second}.`,
    ),
    ...warnings.map((warning) => text(`**Careful**: ${warning}`)),
    table(
      ['rate', first, second, 'change', 'test', 'p', ...(of > 1 ? ['by Holm'] : [])],
      measures.map((own) => [
        measureTitles[own.measure],
        formatInterval(own.first),
        formatInterval(own.second),
        `${formatDifference(own.difference)}${own.bySeed.length > 1 ? ` (runs: ${own.bySeed.map((value) => (value * 100).toFixed(1)).join(', ')})` : ''}`,
        `${own.test.name}: ${own.test.detail} of ${own.problems}`,
        formatP(own.test.p),
        ...(of > 1 ? [formatP(own.test.adjusted)] : []),
      ]),
    ),
    heading(3, `What the change of «${measureTitles[parts.whole]}» is made of`),
    table(
      ['part', first, second, 'change'],
      [
        [
          parts.gateTitle,
          formatInterval(parts.first.gate),
          formatInterval(parts.second.gate),
          formatDifference(parts.change.gate),
        ],
        [
          parts.abilityTitle,
          formatInterval(parts.first.ability),
          formatInterval(parts.second.ability),
          formatDifference(parts.change.ability),
        ],
        ['both', '', '', formatDifference(parts.change.whole)],
      ],
    ),
    heading(3, 'Outcomes'),
    table(
      [`${first} ↓ ${second} →`, ...flow.outcomes],
      flow.outcomes.map((from, i) => [from, ...flow.counts[i].map((count) => String(count))]),
    ),
    { kind: 'figure', name: `outcomes-${at}` },
    ...(kinds && kinds.length > 0
      ? [
          heading(3, 'Findings'),
          table(
            ['samples with', first, second],
            kinds.map((own) => [own.kind, String(own.first), String(own.second)]),
          ),
          { kind: 'figure' as const, name: `kinds-${at}` },
        ]
      : []),
    heading(3, `Families, ${measureTitles[measures[0].measure]}`),
    table(
      ['family', 'problems', first, second, 'change', 'better', 'worse'],
      families.map((own) => [
        own.family,
        String(own.problems),
        percent(own.first),
        percent(own.second),
        formatDifference({ value: own.difference, low: NaN, high: NaN }).split(' ')[0],
        String(own.gained),
        String(own.lost),
      ]),
    ),
    heading(3, 'Problems that flipped'),
    ...flipBlocks('gained', flips.gained),
    ...flipBlocks('lost', flips.lost),
  ];
}

function flipBlocks(what: string, flipped: readonly FlippedProblem[]): PageBlock[] {
  if (flipped.length === 0) return [text(`None ${what}.`)];
  return [
    text(`${flipped.length} ${what}:`),
    table(
      ['problem', 'first', 'second', 'outcomes'],
      flipped.map((own) => [
        own.problemId,
        percent(own.first),
        percent(own.second),
        `${tally(own.firstOutcomes)} → ${tally(own.secondOutcomes)}`,
      ]),
    ),
  ];
}

function analysisBlocks(
  { first, second, seeds }: ArmComparison,
  at: number,
  analysis: ComparedAnalysis | undefined,
): PageBlock[] {
  if (!analysis) return [];
  const { between } = analysis;
  return [
    heading(3, seeds > 1 ? 'Completions of the first runs' : 'Completions'),
    table(['', first, second], analysisRows(analysis.first, analysis.second)),
    ...(between
      ? [
          text(
            `Of ${between.completions} completions that answer the same problem, ${percent(between.identicalShare)} are identical on both sides, ${percent(between.sameFormShare)} but for names and literals; mean similarity ${between.similarity.toFixed(3)}.`,
          ),
        ]
      : []),
    { kind: 'figure', name: `lengths-${at}` },
    heading(3, 'Signs of pleasing the judge'),
    table(['sign', first, second, 'example'], signRows(analysis.first, analysis.second)),
  ];
}

/** `2 clean, 1 timeout`. */
function tally(outcomes: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const outcome of outcomes) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  if (counts.size === 1 && outcomes.length === 1) return outcomes[0];
  return [...counts].map(([outcome, count]) => `${count} ${outcome}`).join(', ');
}

function heading(level: 1 | 2 | 3, own: string): PageBlock {
  return { kind: 'heading', level, text: own };
}

function text(own: string): PageBlock {
  return { kind: 'text', text: own };
}

function table(head: string[], rows: string[][]): PageBlock {
  return { kind: 'table', head, rows };
}

function percent(value: number): string {
  return Number.isFinite(value) ? `${(value * 100).toFixed(1)} %` : '–';
}
