import type { Inspection } from '../rollouts/index.js';
import type { Figure } from './figure.js';
import { axis, baseLayout } from './figure.js';
import { plotText } from './report-html/figures.js';

const titles = {
  advantage: 'advantage',
  reward: 'reward of the span',
  findings: 'finding (−1 error, −0.5 warning)',
  logprob: 'log-probability (nats)',
} as const;

/** Two colours that differ in lightness for every eye, white between them. */
const diverging = [
  [0, '#E69F66'],
  [0.5, '#FFFFFF'],
  [1, '#66AAD6'],
];
const single = [
  [0, '#E69F66'],
  [1, '#FFFFFF'],
];

/**
 * The tokens of one completion, a row for each line of its source, coloured by the value that the
 * inspection was made for. Hovering tells token, value, probability and what reached it.
 */
export function tokenHeat(
  { tokens, heat, lines, title }: Pick<Inspection, 'tokens' | 'heat' | 'lines' | 'title'>,
  options: { title?: string } = {},
): Figure {
  const rows = lines.map(({ number }) => tokens.filter(({ line }) => line === number));
  const columns = Math.max(1, ...rows.map(({ length }) => length));
  const fill = <T>(of: (token: (typeof tokens)[number]) => T): (T | null)[][] =>
    rows.map((row) => Array.from({ length: columns }, (_, at) => (row[at] ? of(row[at]) : null)));
  const of = heat?.of ?? 'advantage';
  const isSingle = of === 'logprob' || of === 'findings';
  const reach = heat?.scale || 1;
  const lowest = of === 'logprob' ? Math.min(-0.1, heat?.min ?? 0) : -reach;
  // Text of this size fills a cell's width.
  const room = Math.max(2, Math.floor(780 / columns / 6.6));
  return {
    data: [
      {
        type: 'heatmap',
        x: Array.from({ length: columns }, (_, at) => at + 1),
        y: lines.map(({ number }) => number),
        z: fill(({ index }) => heat?.values[index] ?? null),
        text: fill(({ text }) => plotText(clipped(shown(text), room))).map((row) =>
          row.map((text) => text ?? ''),
        ),
        // A view that does not draw cells of one width reads the whole tokens here.
        meta: { cells: 'tokens' },
        customdata: fill(({ text }) => plotText(shown(text))),
        texttemplate: '%{text}',
        textfont: { family: 'DejaVu Sans Mono, monospace', size: 11 },
        hovertext: fill((token) => hoverText(token, titles[of], heat?.values[token.index] ?? null)),
        hoverinfo: 'text',
        hoverongaps: false,
        colorscale: isSingle ? single : diverging,
        zmin: lowest,
        zmax: isSingle ? 0 : reach,
        ...(isSingle ? {} : { zmid: 0 }),
        xgap: 1,
        ygap: 3,
        colorbar: { title: { text: titles[of].split(' ')[0], side: 'top' }, thickness: 12 },
      },
    ],
    layout: {
      ...baseLayout(options.title ?? `Tokens of ${plotText(title)} by ${titles[of]}`, {
        width: 900,
        height: Math.max(220, 130 + 30 * lines.length),
      }),
      plot_bgcolor: '#f4f4f4',
      margin: { l: 60, r: 110, t: 60, b: 60 },
      xaxis: axis('token of the line', { showgrid: false, tickformat: 'd' }),
      yaxis: axis('line', { autorange: 'reversed', showgrid: false, dtick: 1, tickformat: 'd' }),
    },
  };
}

function hoverText(
  { index, text, logprob, logprobAfter, kinds, labels }: Inspection['tokens'][number],
  title: string,
  value: number | null,
): string {
  const rows = [
    `token ${index + 1}: ${plotText(shown(text))}`,
    value === null ? `no ${title}` : `${title}: ${Number(value.toPrecision(4))}`,
    logprob === null ? '' : `probability at sampling time: ${Math.exp(logprob).toPrecision(3)}`,
    logprobAfter === null ? '' : `probability after: ${Math.exp(logprobAfter).toPrecision(3)}`,
    [...kinds, ...labels].map(plotText).join(', '),
  ];
  return rows.filter((row) => row !== '').join('<br>');
}

/** Blanks that would not be seen. */
function shown(text: string): string {
  if (text === '') return '∎';
  return text
    .replaceAll('\n', '↵')
    .replaceAll('\t', '⇥')
    .replaceAll(/^ +| +$/g, (blanks) => '·'.repeat(blanks.length));
}

function clipped(text: string, length: number): string {
  const letters = [...text];
  return letters.length <= length ? text : `${letters.slice(0, length - 1).join('')}…`;
}
