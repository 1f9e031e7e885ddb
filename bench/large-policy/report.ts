import { readFileSync, writeFileSync } from 'node:fs';
import type { Stage } from './memory.js';

export interface Outcome {
  held: string;
  /** Of the weights as they are held. */
  bytes: number;
  stages: Stage[];
}

const file = 'docs/policies.md';
const begin = '<!-- bench:large-policy -->';
const end = '<!-- /bench:large-policy -->';

export function tableOf(outcomes: readonly Outcome[]): string {
  const megabytes = (value: number): string => value.toFixed(0);
  return [
    '| weights held as | stage | seconds | peak anonymous, MB | peak resident, MB | held after, MB |',
    '| --- | --- | ---: | ---: | ---: | ---: |',
    ...outcomes.flatMap(({ held, stages }) =>
      stages.map(
        (stage) =>
          `| ${held} | ${stage.name} | ${stage.seconds.toFixed(1)} | ${megabytes(stage.peakAnonymous)} | ${megabytes(stage.peakResident)} | ${megabytes(stage.heldAnonymous)} |`,
      ),
    ),
  ].join('\n');
}

/** Against the two limits: loading within 1.15 × the weights + 400 MB, everything within 8 GB. */
export function verdictOf({ held, bytes, stages }: Outcome): string {
  const limit = (1.15 * bytes) / 1e6 + 400;
  const load = stages.find(({ name }) => name === 'load')!.peakAnonymous;
  const most = Math.max(...stages.map(({ peakResident }) => peakResident));
  return `${held}: loading ${load.toFixed(0)} of at most ${limit.toFixed(0)} MB (1.15 × ${(bytes / 1e6).toFixed(0)} + 400); everything ${most.toFixed(0)} of at most 8000 MB.`;
}

/** Renews the table between its two marks. */
export function writeTable(outcomes: readonly Outcome[], processor: string): void {
  const text = readFileSync(file, 'utf8');
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  if (from < 0 || to < from) throw new Error(`${file}: expected ${begin} … ${end}`);
  const verdicts = outcomes.map((outcome) => `- ${verdictOf(outcome)}`).join('\n');
  const table = `${tableOf(outcomes)}\n\n${verdicts}\n\n${processor}.`;
  writeFileSync(file, `${text.slice(0, from)}${begin}\n\n${table}\n\n${text.slice(to)}`);
}
