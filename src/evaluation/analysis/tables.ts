/** Two analyses side by side, as rows of a table. */
import type { Analysis } from './analyse.js';
import { signTitles } from './signs.js';

/** Name, first, second. */
export function analysisRows(first: Analysis, second: Analysis): string[][] {
  const row = (name: string, of: (analysis: Analysis) => number | null, digits = 3): string[] => [
    name,
    ...[first, second].map((analysis) => number(of(analysis), digits)),
  ];
  const share = (name: string, of: (analysis: Analysis) => number | null): string[] => [
    name,
    ...[first, second].map((analysis) => percent(of(analysis))),
  ];
  const has = (of: (analysis: Analysis) => number | null): boolean =>
    of(first) !== null || of(second) !== null;
  return [
    row('completions', ({ completions }) => completions, 0),
    row('mean length in tokens', ({ lengths }) => lengths.mean, 1),
    [
      'length, 5 % · half · 95 %',
      ...[first, second].map(({ lengths: { quantiles } }) =>
        ['0.05', '0.5', '0.95'].map((at) => number(quantiles[at], 0)).join(' · '),
      ),
    ],
    share('cut short', ({ lengths }) => lengths.truncatedShare),
    row('distinct-1', ({ diversity }) => diversity.distinct['1']),
    row('distinct-2', ({ diversity }) => diversity.distinct['2']),
    row('distinct-4', ({ diversity }) => diversity.distinct['4']),
    row('self-BLEU over all', ({ diversity }) => diversity.selfBleu.overall),
    ...(has(({ diversity }) => diversity.selfBleu.within)
      ? [
          row('self-BLEU within a problem', ({ diversity }) => diversity.selfBleu.within),
          row('edit distance within a problem', ({ diversity }) => diversity.editDistance.within),
          share(
            'different programs within a problem',
            ({ diversity }) => diversity.programs.perProblem,
          ),
        ]
      : []),
    row('edit distance over all', ({ diversity }) => diversity.editDistance.overall),
    row('different programs', ({ diversity }) => diversity.programs.distinct, 0),
    ...(first.references || second.references
      ? [
          row('similarity to the reference', ({ references }) => references?.similarity ?? null),
          share('the reference, but for names and literals', ({ references }) =>
            references ? references.sameFormShare : null,
          ),
        ]
      : []),
  ];
}

/** Sign, share before, share after, an example; the last row is of lengths that grew as rightness fell. */
export function signRows(first: Analysis, second: Analysis): string[][] {
  const rows = first.signs.map((own, at) => {
    const other = second.signs[at];
    const example = other.example ?? own.example;
    return [
      signTitles[own.sign],
      ...[own, other].map(({ count, of }) => (of === 0 ? 'not known' : percent(count / of))),
      example ? `${example.problemId}: ${cut(example.text)}` : '',
    ];
  });
  const growth = second.lengths.mean / first.lengths.mean - 1;
  const fell = second.correctShare - first.correctShare;
  const isSign = growth > 0.1 && fell < 0;
  return [
    ...rows,
    [
      'longer and less often right',
      '',
      isSign ? 'yes' : 'no',
      `length ${signed(growth)}, right ${signed(fell, 'points')}`,
    ],
  ];
}

function cut(text: string): string {
  const line = text.trim().replaceAll(/\s+/g, ' ');
  return line === '' ? '(empty)' : `\`${line.length > 60 ? `${line.slice(0, 59)}…` : line}\``;
}

function number(value: number | null | undefined, digits: number): string {
  return value === null || value === undefined || !Number.isFinite(value)
    ? '–'
    : value.toFixed(digits);
}

function percent(value: number | null): string {
  return value === null || !Number.isFinite(value) ? '–' : `${(value * 100).toFixed(1)} %`;
}

function signed(value: number, unit = '%'): string {
  if (!Number.isFinite(value)) return '–';
  return `${value < 0 ? '−' : '+'}${Math.abs(value * 100).toFixed(1)} ${unit}`;
}
