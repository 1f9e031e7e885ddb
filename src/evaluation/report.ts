/** report.md: what changed, by how much, on what, and how it was run. Pure: records in, text out. */
import type { Analysis } from './analysis/index.js';
import { analysisRows, signRows } from './analysis/tables.js';
import { outcomeOrder } from '../records.js';
import { mean } from './bootstrap.js';
import type { IntervalOptions } from './rates.js';
import { rateNames, rowRate } from './rates.js';
import type {
  Comparison,
  Evaluation,
  EvaluationRow,
  Interval,
  PairedDifference,
  RateName,
} from './records.js';

export interface ReportInput {
  run: string;
  /** Lines `name: value` for «How it was run». */
  facts: [name: string, value: string][];
  /** The evaluations side by side, the main split first. */
  splits: {
    split: string;
    title: string;
    before: Evaluation;
    after: Evaluation;
    comparison: Comparison;
    /** Share of completions whose normal form is a corpus program's; `null`: corpus not at hand. */
    corpusShare: { before: number; after: number } | null;
    /** What the completions are like; without it the report has no such section. */
    analysis?: { before: Analysis; after: Analysis };
  }[];
  training: { steps: number; first: Record<string, number>; last: Record<string, number> };
  /** File names relative to the report. */
  plots: { title: string; png: string; html: string }[];
  files: [name: string, what: string][];
  intervals?: IntervalOptions;
}

const rateTitles: Record<RateName, string> = {
  compile_rate: 'compiles',
  sanitizer_clean_rate: 'no sanitizer finding',
  test_pass_rate: 'passes all tests',
  fully_clean_rate: 'fully clean',
};

export function makeReport(input: ReportInput): string {
  const [main, ...others] = input.splits;
  return [
    `# ${input.run}`,
    '',
    verdictSentence(main.comparison.fully_clean_rate, main.before.rows.length),
    '',
    `## ${main.title}`,
    '',
    ...splitSection(main),
    ...others.flatMap((split) => [`## ${split.title}`, '', ...splitSection(split)]),
    '## Outcomes: from before to after',
    '',
    ...outcomeFlow(main.before.rows, main.after.rows),
    '',
    '## Families',
    '',
    ...familyTable(main.before.rows, main.after.rows),
    '',
    ...(main.analysis ? analysisSection(main.analysis) : []),
    '## Training',
    '',
    ...trainingTable(input.training),
    '',
    ...input.plots.flatMap(({ title, png, html }) => [
      `![${title}](${png})`,
      '',
      `[${title}, interactive](${html})`,
      '',
    ]),
    '## How it was run',
    '',
    '| | |',
    '| --- | --- |',
    ...input.facts.map(([name, value]) => `| ${name} | ${cell(value)} |`),
    '',
    '## Files',
    '',
    ...input.files.map(([name, what]) => `- \`${name}\`: ${what}`),
    '',
    '## Reading the numbers',
    '',
    `Intervals are percentile-bootstrap intervals over problems (${percentage(input.intervals?.confidence ?? 0.95)} coverage, ${input.intervals?.resamples ?? 10000} resamples); the change is resampled in pairs, each problem with its own before and after, sampled with the same decoding seeds. «No sanitizer finding» also asks that the program compiles and neither crashes nor meets a limit; «fully clean» asks for no warning, no finding and all tests passed. What the judge itself could not score is left out.`,
    '',
  ].join('\n');
}

/** The before/after table of one split, as Markdown lines. */
export function beforeAfterTable(comparison: Comparison): string[] {
  return [
    '| | before | after | change |',
    '| --- | --- | --- | --- |',
    ...rateNames.map((name) => {
      const row = comparison[name];
      return `| ${rateTitles[name]} | ${formatInterval(row.before)} | ${formatInterval(row.after)} | ${formatDifference(row)} |`;
    }),
  ];
}

/** `58.0 % [51.2, 64.9]` */
export function formatInterval({ value, low, high }: Interval): string {
  return `${number(value * 100)} % [${number(low * 100)}, ${number(high * 100)}]`;
}

/** `+18.0 [+11.0, +25.1]` in percentage points. */
export function formatDifference({ value, low, high }: Interval): string {
  return `${signed(value * 100)} [${signed(low * 100)}, ${signed(high * 100)}]`;
}

function splitSection(split: ReportInput['splits'][number]): string[] {
  const { before, after, comparison, corpusShare } = split;
  const kLines = Object.entries(before.passAtK)
    .filter(([name]) => name !== 'pass@1' && name in after.passAtK)
    .map(
      ([name, value]) =>
        `| ${name} | ${formatInterval(value)} | ${formatInterval(after.passAtK[name])} | |`,
    );
  return [
    ...beforeAfterTable(comparison),
    ...kLines,
    '',
    `${before.rows.length} problems, ${before.numSamples} completion${before.numSamples === 1 ? '' : 's'} each, decoding seed ${before.seed}; changes in percentage points. Mean length ${number(before.meanCompletionTokens)} → ${number(after.meanCompletionTokens)} tokens, cut short ${percentage(before.truncatedShare)} → ${percentage(after.truncatedShare)}.`,
    ...(corpusShare
      ? [
          '',
          `Completions that equal a program of the pre-training corpus, names and literals aside: ${percentage(corpusShare.before)} → ${percentage(corpusShare.after)}.`,
        ]
      : []),
    '',
  ];
}

function verdictSentence(change: PairedDifference, problems: number): string {
  const points = `${formatDifference(change)} percentage points`;
  if (change.low > 0) {
    return `**The policy got better**: fully clean completions on ${problems} held-out problems changed by ${points}, an interval above 0.`;
  }
  if (change.high < 0) {
    return `**The policy got worse**: fully clean completions on ${problems} held-out problems changed by ${points}, an interval below 0.`;
  }
  return `**No change beyond chance**: fully clean completions on ${problems} held-out problems changed by ${points}, an interval that holds 0.`;
}

/** Rows: outcome before; columns: outcome after; sample i of a problem is paired with sample i. */
function outcomeFlow(before: readonly EvaluationRow[], after: readonly EvaluationRow[]): string[] {
  const later = new Map(after.map((row) => [row.problemId, row]));
  const counts = new Map<string, number>();
  const seen = new Set<string>();
  for (const row of before) {
    row.outcomes.forEach((from, index) => {
      const to = later.get(row.problemId)?.outcomes[index];
      if (!to) return;
      seen.add(from).add(to);
      counts.set(`${from}>${to}`, (counts.get(`${from}>${to}`) ?? 0) + 1);
    });
  }
  const order = [...outcomeOrder].filter((outcome) => seen.has(outcome));
  return [
    `| before ↓ after → | ${order.join(' | ')} |`,
    `| --- |${' ---: |'.repeat(order.length)}`,
    ...order.map(
      (from) =>
        `| ${from} | ${order.map((to) => counts.get(`${from}>${to}`) ?? '·').join(' | ')} |`,
    ),
  ];
}

function familyTable(before: readonly EvaluationRow[], after: readonly EvaluationRow[]): string[] {
  const families = [...new Set(before.map((row) => row.family))].sort();
  const rate = (rows: readonly EvaluationRow[], family: string): number =>
    mean(
      rows
        .filter((row) => row.family === family)
        .map((row) => rowRate(row, 'fully_clean_rate'))
        .filter((value) => value !== null),
    );
  return [
    '| family | problems | fully clean before | after | change |',
    '| --- | ---: | ---: | ---: | ---: |',
    ...families.map((family) => {
      const from = rate(before, family);
      const to = rate(after, family);
      const n = before.filter((row) => row.family === family).length;
      return `| ${family} | ${n} | ${percentage(from)} | ${percentage(to)} | ${signed((to - from) * 100)} |`;
    }),
  ];
}

/** What the completions are like, and signs that the judge was pleased instead of problems solved. */
function analysisSection({ before, after }: { before: Analysis; after: Analysis }): string[] {
  const row = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`;
  return [
    '## Analysis',
    '',
    '| completions | before | after |',
    '| --- | ---: | ---: |',
    ...analysisRows(before, after).map(row),
    '',
    '| sign of pleasing the judge | before | after | example |',
    '| --- | ---: | ---: | --- |',
    ...signRows(before, after).map(row),
    '',
  ];
}

function trainingTable({ steps, first, last }: ReportInput['training']): string[] {
  const names = [
    'reward',
    'reward_std',
    'frac_reward_zero_std',
    ...rateNames,
    'kl',
    'entropy',
    'completions/mean_length',
    'completions/clipped_ratio',
  ].filter((name) => Number.isFinite(first[name]) && Number.isFinite(last[name]));
  return [
    `${steps} updates. Means over the first and the last tenth of the steps (at least one):`,
    '',
    '| metric | first | last |',
    '| --- | ---: | ---: |',
    ...names.map(
      (name) => `| ${name} | ${first[name].toPrecision(3)} | ${last[name].toPrecision(3)} |`,
    ),
  ];
}

function number(value: number): string {
  return Number.isFinite(value) ? value.toFixed(1) : '–';
}

function signed(value: number): string {
  if (!Number.isFinite(value)) return '–';
  return `${value >= 0 ? '+' : '−'}${Math.abs(value).toFixed(1)}`;
}

function percentage(value: number): string {
  return Number.isFinite(value) ? `${number(value * 100)} %` : '–';
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
