import { readFileSync, writeFileSync } from 'node:fs';

/** A measured figure beside what it should be at most. */
export interface Figure {
  name: string;
  /** With its unit. */
  measured: string;
  target: string;
  met: boolean | null;
}

const file = 'docs/performance.md';

export function printFigures(figures: readonly Figure[]): void {
  for (const { name, measured, target, met } of figures)
    console.log(`${met === false ? '×' : met ? '✓' : ' '} ${name}: ${measured}  (${target})`);
}

/** Renews a table between its two marks in docs/performance.md, with what the machine did besides. */
export function writeFigures(mark: string, figures: readonly Figure[], note: string): void {
  const [begin, end] = [`<!-- ${mark} -->`, `<!-- /${mark} -->`];
  const text = readFileSync(file, 'utf8');
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`${file}: expected ${begin} … ${end}`);
  const rows = [
    '| figure | measured | target |',
    '| --- | ---: | ---: |',
    ...figures.map(
      ({ name, measured, target, met }) =>
        `| ${name} | ${measured}${met === false ? ' ×' : ''} | ${target} |`,
    ),
  ];
  writeFileSync(
    file,
    `${text.slice(0, from)}${begin}\n\n${rows.join('\n')}\n\n${note}\n\n${text.slice(to)}`,
  );
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)];
}
