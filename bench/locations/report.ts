/** The figures as text: for the terminal and for docs/feedback.md. */
import { readFileSync, writeFileSync } from 'node:fs';
import type { Comparison, ModelComparison } from './comparison.js';
import { whyElsewhere, whyMore } from './reasons.js';

export interface Figures {
  sanitizers: readonly Comparison[];
  model: readonly ModelComparison[];
}

export interface Counts {
  /** Rows with a recorded report. */
  reported: number;
  /** … whose first recorded line is the one that the judge names first. */
  recorded: number;
  /** … whose first recorded line the judge names, first or later. */
  named: number;
  exact: number;
  /** Up to 6 lines after. */
  near: number;
  elsewhere: number;
  /** Rows without a recorded report, and those of them where the judge has none either. */
  silent: number;
  quiet: number;
}

export function countOf(data: string, comparisons: readonly Comparison[]): Counts {
  const own = comparisons.filter(({ row }) => row.data === data);
  const reported = own.filter(({ isRecorded }) => isRecorded !== null);
  const silent = own.filter(({ isRecorded }) => isRecorded === null);
  const at = (distance: string): number =>
    reported.filter((one) => one.distance === distance).length;
  return {
    reported: reported.length,
    recorded: reported.filter(({ isRecorded }) => isRecorded).length,
    named: reported.filter(({ row, found, merged }) =>
      [...found, ...merged].some(({ line }) => line === row.recorded[0].line),
    ).length,
    exact: at('exact'),
    near: at('near'),
    elsewhere: at('other'),
    silent: silent.length,
    quiet: silent.filter(({ found, extra }) => found.length + extra.length === 0).length,
  };
}

export function tables({ sanitizers, model }: Figures): string {
  const rows = ['Juliet, bad half', 'LLVM', 'Juliet, good half'].map((data) => {
    const count = countOf(data, sanitizers);
    const isGood = data === 'Juliet, good half';
    const authors = isGood
      ? ['', '', '']
      : [count.exact, count.exact + count.near, count.elsewhere].map(String);
    return `| ${data} | ${count.reported} | ${count.recorded} | ${authors.join(' | ')} | ${count.silent} | ${count.quiet} |`;
  });
  const of = (name: keyof ModelComparison): string => {
    const known = model.filter((one) => one[name] !== null);
    return `${known.length} | ${known.filter((one) => one[name] === true).length}`;
  };
  return [
    '| data | programs with a recorded report | first finding on its line | on a line that the authors name | … or up to 6 lines after | elsewhere | without a report | the judge finds nothing either |',
    '| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |',
    ...rows,
    '',
    '| C++ completions of a language model | recorded | the judge says the same |',
    '| --- | ---: | ---: |',
    `| passed or not | ${of('agrees')} |`,
    `| line and column of the first error | ${of('errorPlace')} |`,
    `| line of the sanitizer’s finding | ${of('sanitizerLine')} |`,
    `| line of the failed assertion | ${of('assertLine')} |`,
  ].join('\n');
}

/** Everything that differs, by its reason. */
export function differences({ sanitizers, model }: Figures): string {
  const at = (distance: string): Comparison[] =>
    sanitizers.filter((one) => one.distance === distance);
  const told = (comparison: Comparison): string =>
    `${comparison.row.id} (${comparison.row.authors.join(', ')}; found ${comparison.named})`;
  const merged = sanitizers.flatMap((one) => one.merged).length;
  const leaks = sanitizers.flatMap(({ row }) => row.furtherLeaks).length;
  const notRecorded = sanitizers.filter(({ isRecorded }) => isRecorded === false);
  const missing = sanitizers.filter((one) => one.missing.length > 0);
  const more = sanitizers.filter((one) => one.extra.length > 0);
  const places = (list: readonly { tool: string; line: number }[]): string =>
    list.map(({ tool, line }) => `${tool} ${line}`).join(', ');
  return [
    'Elsewhere than the authors say (their lines; the line found):',
    '',
    ...grouped(at('other'), whyElsewhere, told),
    '',
    '<details><summary>Up to 6 lines after the authors’ line</summary>',
    '',
    ...grouped(at('near'), whyElsewhere, told),
    '',
    '</details>',
    '',
    'First finding on another line than the first recorded one:',
    '',
    ...(notRecorded.length === 0
      ? ['- none']
      : notRecorded.map((one) => {
          const hasIt = one.found.some(({ line }) => line === one.row.recorded[0].line);
          return `- ${one.row.data}: ${one.row.id}: recorded ${places(one.row.recorded)}, found ${places(one.found)}${hasIt ? ' (the same and one more: see below)' : ''}`;
        })),
    '',
    `All recorded reports, ${leaks} further leaks of their runs included, that the judge does not tell:`,
    '',
    ...(missing.length === 0
      ? ['- none']
      : missing.map((one) => `- ${one.row.data}: ${one.row.id}: ${places(one.missing)}`)),
    `- ${merged} more are told as one with what UBSan says of the same line: it names the null pointer or the division, and the signal that follows ends the program.`,
    '',
    'Findings that were not recorded:',
    '',
    ...grouped(more, whyMore, ({ row, extra }) => `${row.id} (${places(extra)})`),
    ...modelDifferences(model),
  ].join('\n');
}

function modelDifferences(model: readonly ModelComparison[]): string[] {
  const differ = model.filter(
    ({ agrees, errorPlace, sanitizerLine, assertLine }) =>
      !agrees || [errorPlace, sanitizerLine, assertLine].includes(false),
  );
  if (differ.length === 0) return [];
  return [
    '',
    'Completions of a language model that differ:',
    '',
    ...differ.map(({ row, outcome, told }) => `- ${row.id}: ${outcome}, ${told.join(', ')}`),
  ];
}

/** One bullet per reason: how many, why, and which. */
function grouped(
  comparisons: readonly Comparison[],
  reasonOf: (one: Comparison) => string | null,
  tell: (one: Comparison) => string,
): string[] {
  if (comparisons.length === 0) return ['- none'];
  const groups = new Map<string, Comparison[]>();
  for (const one of comparisons) {
    const key = `${one.row.data.replace(/, bad half$/, '')}: ${reasonOf(one) ?? '**not explained**'}`;
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [...groups].flatMap(([reason, all]) => [
    `- ${all.length} × ${reason}.`,
    ...all.map((one) => `  - ${tell(one)}`),
  ]);
}

const file = 'docs/feedback.md';
const begin = '<!-- bench/locations -->';
const end = '<!-- /bench/locations -->';

/** Renews what stands between the two marks. */
export function writeTables(figures: Figures, compiler: string): void {
  const text = readFileSync(file, 'utf8');
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  if (from < 0 || to < from) throw new Error(`${file}: expected ${begin} … ${end}`);
  const parts = [tables(figures), differences(figures), `Judged with ${compiler}.`];
  writeFileSync(
    file,
    `${text.slice(0, from)}${begin}\n\n${parts.join('\n\n')}\n\n${text.slice(to)}`,
  );
}
