import { readFileSync, writeFileSync } from 'node:fs';

export interface Row {
  name: string;
  figure: string;
  target?: string;
  note?: string;
}

const file = 'docs/rollouts.md';
const begin = '<!-- bench/rollouts -->';
const end = '<!-- /bench/rollouts -->';

/** Renews the table between its two marks. */
export function writeTable(rows: readonly Row[], about: string): void {
  const text = readFileSync(file, 'utf8');
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  if (from < 0 || to < from) throw new Error(`${file}: expected ${begin} … ${end}`);
  const lines = [
    about,
    '',
    '| what | figure | target | |',
    '| --- | ---: | ---: | --- |',
    ...rows.map(
      ({ name, figure, target = '', note = '' }) => `| ${name} | ${figure} | ${target} | ${note} |`,
    ),
  ];
  writeFileSync(file, `${text.slice(0, from)}${begin}\n\n${lines.join('\n')}\n\n${text.slice(to)}`);
}
