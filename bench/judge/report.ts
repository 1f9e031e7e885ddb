import { readFileSync, writeFileSync } from 'node:fs';

export interface Row {
  name: string;
  programs: number;
  /** Programs per second. */
  ours: number;
  naive?: number;
  /** With precompiled headers still to be made. */
  firstTime?: number;
  /** Median of the rounds' ratios. */
  ratio?: number;
  target: string;
  /** Programs on which the two ways disagree. */
  differ?: number;
}

const file = 'docs/feedback.md';
const begin = '<!-- bench/judge -->';
const end = '<!-- /bench/judge -->';

/** Renews the table between its two marks. */
export function writeTable(rows: readonly Row[], compiler: string): void {
  const text = readFileSync(file, 'utf8');
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  if (from < 0 || to < from) throw new Error(`${file}: expected ${begin} … ${end}`);
  const cell = (value: number | undefined, digits: number): string =>
    value === undefined ? '' : value.toFixed(digits);
  const lines = [
    '| programs | how many | naive, per second | judged, per second | headers not made yet | ratio | target |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...rows.map(
      (row) =>
        `| ${row.name} | ${row.programs} | ${cell(row.naive, 2)} | ${cell(row.ours, 1)} | ${cell(row.firstTime, 1)} | ${row.ratio === undefined ? '' : `${row.ratio.toFixed(1)} ×`} | ${row.target.endsWith('s') ? `≥ ${row.target}` : `≥ ${row.target} ×`} |`,
    ),
    '',
    `${compiler}.`,
  ];
  writeFileSync(file, `${text.slice(0, from)}${begin}\n${lines.join('\n')}\n${text.slice(to)}`);
}
