/** report.md of a study: who got how far, by how much, how sure that is, and how it was run. Pure. */
import type { Interval } from '../../evaluation/index.js';
import { formatDifference, formatInterval } from '../../evaluation/index.js';
import type { StudyRate } from './rates.js';
import { rateTitles } from './rates.js';
import type { ArmSummary, Measured, PairSummary, StudySummary } from './summary.js';

export interface StudyReportInput {
  summary: StudySummary;
  /** Lines `name: value` for «How it was run». */
  facts: [name: string, value: string][];
  /** What an arm differs in, by its name. */
  settings: { arm: string; text: string }[];
  plots: { title: string; png: string; html: string }[];
}

export function makeStudyReport(input: StudyReportInput): string {
  const { summary, facts, settings, plots } = input;
  const [rate] = summary.rates;
  return [
    `# ${summary.study}`,
    '',
    ...findings(summary),
    '',
    ...summary.splits.flatMap(({ split }) => splitSection(summary, split)),
    ...plots.flatMap(({ title, png, html }) => [
      `![${title}](${png})`,
      '',
      `[${title}, interactive](${html})`,
      '',
    ]),
    '## What the numbers mean',
    '',
    ...meaning(summary),
    '',
    `The learning curves show ${rateTitles[rate]} on the held-out problems that are measured during training (fewer than those of the tables), the mean over seeds with Student's ${percent(summary.intervals.confidence)} interval for it: what another seed would do to the same problems, not what other problems would.`,
    '',
    '## How it was run',
    '',
    '| | |',
    '| --- | --- |',
    ...facts.map(([name, value]) => `| ${name} | ${cell(value)} |`),
    '',
    '| arm | differs from the shared settings by |',
    '| --- | --- |',
    ...settings.map(({ arm, text }) => `| ${arm} | ${cell(text)} |`),
    '',
  ].join('\n');
}

/** A sentence for every arm and pair, on what the study is about; a difference of none is said to be none. */
function findings({ arms, pairs, rates: [rate], splits, missing }: StudySummary): string[] {
  const [{ split }] = splits;
  if (arms.length === 0) return ['No arm is finished yet.'];
  return [
    `On ${rateTitles[rate]}, held-out problems of \`${split}\`, in percentage points:`,
    '',
    ...arms.map(
      ({ name, differences }) =>
        `- ${verdict(name, 'the untrained policy', differences[split][rate])}`,
    ),
    ...pairs.map(({ pair: [a, b], differences }) => `- ${verdict(a, b, differences[split][rate])}`),
    ...(missing.length === 0
      ? []
      : ['', `Not finished, and so not in this report: ${named(missing)}.`]),
  ];
}

/** All of a few names, some of many. */
function named(names: readonly string[]): string {
  if (names.length <= 8) return names.join(', ');
  return `${names.slice(0, 6).join(', ')} and ${names.length - 6} more`;
}

function verdict(a: string, b: string, difference: Measured | undefined): string {
  if (!difference || !Number.isFinite(difference.value)) return `**${a}** and ${b}: not measured.`;
  const { low, high } = difference;
  const numbers = formatDifference(difference);
  if (low > 0) return `**${a} is better** than ${b}: ${numbers}.`;
  if (high < 0) return `**${a} is worse** than ${b}: ${numbers}.`;
  return `**No difference beyond chance** between ${a} and ${b}: ${numbers}.`;
}

function splitSection(summary: StudySummary, split: string): string[] {
  const { splits, arms, pairs, base, rates } = summary;
  const of = splits.find((one) => one.split === split);
  const [main, ...others] = rates;
  return [
    `## ${split}: ${of?.problems ?? 0} problems × ${of?.numSamples ?? 1}`,
    '',
    `| arm | seeds | ${rateTitles[main]} | from untrained | single seeds | samples | minutes a seed |`,
    '| --- | ---: | --- | --- | --- | ---: | ---: |',
    `| untrained | – | ${interval(base[split][main])} | – | – | 0 | ${summary.minutes.base.toFixed(1)} |`,
    ...arms.map((arm) => armRow(arm, split, main)),
    '',
    `| arm | ${others.map((rate) => rateTitles[rate]).join(' | ')} |`,
    `| --- |${' --- |'.repeat(others.length)}`,
    `| untrained | ${others.map((rate) => interval(base[split][rate])).join(' | ')} |`,
    ...arms.map(
      ({ name, rates: own }) =>
        `| ${name} | ${others.map((rate) => interval(own[split][rate])).join(' | ')} |`,
    ),
    '',
    ...(pairs.length === 0 ? [] : pairTable(pairs, split, rates)),
  ];
}

function armRow(
  { name, seeds, rates, differences, samples, source, minutes }: ArmSummary,
  split: string,
  rate: StudyRate,
): string {
  const difference = differences[split][rate];
  const [fewest, most] = samples;
  const counted = fewest === most ? String(most) : `${fewest}–${most}`;
  const note = source === 'none' ? 'none (references)' : counted;
  const single = (difference?.bySeed ?? []).map((value) => points(value)).join(' ');
  return `| ${name} | ${seeds.length} | ${interval(rates[split][rate])} | ${difference ? `**${formatDifference(difference).replace(' ', '** ')}` : '–'} | ${single} | ${note} | ${minutes?.toFixed(1) ?? '–'} |`;
}

function pairTable(
  pairs: readonly PairSummary[],
  split: string,
  rates: readonly StudyRate[],
): string[] {
  return [
    'Pairs, first minus second, of the same seed and problem:',
    '',
    `| pair | seeds | ${rates.map((rate) => rateTitles[rate]).join(' | ')} | single seeds |`,
    `| --- | ---: |${' --- |'.repeat(rates.length + 1)}`,
    ...pairs.map(({ pair, seeds, differences }) => {
      const own = differences[split];
      const cells = rates.map((rate) => {
        const difference = own[rate];
        return difference ? formatDifference(difference) : '–';
      });
      const single = (own[rates[0]]?.bySeed ?? []).map((value) => points(value)).join(' ');
      return `| ${pair.join(' − ')} | ${seeds.length} | ${cells.join(' | ')} | ${single} |`;
    }),
    '',
  ];
}

function meaning({ arms, pairs, intervals, rates }: StudySummary): string[] {
  const counts = arms.map(({ seeds }) => seeds.length);
  const most = Math.max(0, ...counts);
  const tests = arms.length + pairs.length;
  const { confidence, resamples } = intervals;
  return [
    `Brackets are ${percent(confidence)} percentile intervals of the pigeonhole bootstrap (Owen, Annals of Applied Statistics 1(2), 2007; ${resamples} resamples): each resample draws seeds with replacement and, apart from them, problems with replacement, and takes the mean over the pairs of both. Differences are taken first, of the same problem with the same decoding seed (and, between arms, of the same training seed), so what both sides share drops out. A rate of the untrained policy varies by problem alone.`,
    '',
    most < 2
      ? 'There is one seed: the intervals say what other problems would change, nothing of what another seed would.'
      : `An interval says how far the number would move with other seeds and other problems of the same kind. With ${most} seeds the part of the seeds is estimated from ${most} numbers and comes out too small by about ${Math.round(100 * (1 - Math.sqrt((most - 1) / most)))} % in width; the single seeds are listed so that one can look. It says nothing of other tasks, policies, settings or budgets: learning rates and the like were chosen beforehand, alike for the arms of a pair, and not searched for each arm.`,
    ...(tests > 1
      ? [
          '',
          `${tests} differences are told of, so about ${(tests * (1 - confidence)).toFixed(1)} would leave out 0 by chance where there is nothing; an interval that barely does is no finding by itself.`,
        ]
      : []),
    ...(rates.includes('strict_accuracy')
      ? [
          '',
          'Strict: the right number in the demanded form. Lenient: the right number is the last one written. Fully clean: strictly right with no false step on the way.',
        ]
      : []),
    '',
    '«Samples» are the judged completions of training that one seed of an arm learned from, counted in its files; every arm that learns from any has the same number. Those that learn from candidates share one set a seed, drawn from the untrained policy; its time is not in their minutes.',
  ];
}

function interval(value: Interval | undefined): string {
  return value ? formatInterval(value) : '–';
}

function points(value: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value * 100).toFixed(1)}`;
}

function percent(share: number): string {
  return `${Number((share * 100).toFixed(1))} %`;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
