import { createHash } from 'node:crypto';
import { beforeAfterFigure } from '../before-after.js';
import type { Figure } from '../figure.js';
import { styleSheet } from '../inspector-style.js';
import { escaped } from '../inspector-text.js';
import { plotlySource } from '../render.js';
import { visibleText } from '../visible.js';
import { htmlTable } from './cell.js';
import { reportClient } from './client.js';
import { gridOrder, outcomeFlow, outcomeFlowFigure, reportGridFigure } from './figures.js';
import type { ReportGrid, ReportPage } from './records.js';
import { splitHtml } from './split.js';
import { reportStyle } from './style.js';

/**
 * report.html: one file that opens from disk and asks the network for nothing. Its policy allows two
 * scripts by their hashes, Plotly and the page's own; whatever else a text may bring does not run.
 */
export async function reportHtml(page: ReportPage): Promise<string> {
  const plotly = (await plotlySource()).replaceAll('</script', '<\\/script');
  const figures = figuresOf(page);
  const scripts = [plotly, reportClient];
  const policy = [
    "default-src 'none'",
    "style-src 'unsafe-inline'",
    'img-src data: blob:',
    `script-src ${scripts.map(hashSource).join(' ')}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  const sections = sectionsOf(page, figures);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escaped(page.run)}</title>
<style>
${reportStyle()}
${styleSheet()}
</style>
</head>
<body>
<header>
<h1>${escaped(page.run)}</h1>
${page.state === 'finished' ? '' : `<p class="report-warning">${escaped(page.state)}</p>`}
${page.summary === null ? '' : `<p class="report-lead">${escaped(page.summary)}</p>`}
<nav aria-label="Sections">${sections.map(({ id, title }) => `<a href="#${id}">${escaped(title)}</a>`).join('')}</nav>
</header>
<main>
${sections.map(({ id, title, html }) => `<section aria-labelledby="${id}"><h2 id="${id}">${escaped(title)}</h2>\n${html}\n</section>`).join('\n')}
</main>
<footer><p class="report-note">One file, nothing is loaded from elsewhere. Intervals are 95 % bootstrap intervals over problems.</p></footer>
<script type="application/json" id="report-data">${json({ figures, grid: gridData(page.grid) })}</script>
<script>${plotly}</script>
<script>${reportClient}</script>
</body>
</html>
`;
}

/** What the policy compares a script's text with. */
function hashSource(script: string): string {
  return `'sha256-${createHash('sha256').update(script).digest('base64')}'`;
}

/** Inside a script element no text of ours may end it, and U+2028 is no line end to anyone. */
function json(value: unknown): string {
  return JSON.stringify(value).replaceAll(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function figuresOf({ splits, curves, findings, grid }: ReportPage): Record<string, Figure> {
  const figures: [string, Figure | null][] = [
    ...splits.flatMap(({ comparison, before, after }, at): [string, Figure | null][] => [
      [`figure-split-${at}`, comparison ? beforeAfterFigure(comparison, { title: ' ' }) : null],
      [
        `figure-flow-${at}`,
        before && after ? outcomeFlowFigure(outcomeFlow(before.rows, after.rows)) : null,
      ],
    ]),
    ['figure-curves', curves],
    ['figure-findings', findings],
    ['figure-grid', grid ? reportGridFigure(grid.accuracy) : null],
  ];
  return Object.fromEntries(
    figures.filter((entry): entry is [string, Figure] => entry[1] !== null),
  );
}

interface Section {
  id: string;
  title: string;
  html: string;
}

function sectionsOf(page: ReportPage, figures: Readonly<Record<string, Figure>>): Section[] {
  const figure = (id: string, label: string): string =>
    id in figures
      ? `<div class="report-figure" role="img" aria-label="${escaped(label)}"><div id="${id}"></div></div>`
      : '';
  const facts = page.facts.map(
    ([name, value]) => `<dt>${escaped(name)}</dt><dd>${escaped(value)}</dd>`,
  );
  const sections: Section[] = [
    ...page.splits.map((split, at) => ({
      id: `split-${at}`,
      title: split.title,
      html: splitHtml(split, {
        intervals: figure(
          `figure-split-${at}`,
          'Rates before and after with intervals, as in the table',
        ),
        flow: figure(`figure-flow-${at}`, 'Outcomes before and after, as in the table'),
      }),
    })),
    {
      id: 'curves',
      title: 'Learning curves',
      html: figure('figure-curves', 'Curves over the steps'),
    },
    {
      id: 'findings',
      title: 'Findings while training',
      html: figure('figure-findings', 'Kinds of findings over the steps'),
    },
    { id: 'grid', title: 'Each prompt over the steps', html: page.grid ? gridHtml(page.grid) : '' },
    { id: 'facts', title: 'How it was run', html: `<dl>${facts.join('\n')}</dl>` },
    { id: 'files', title: 'Files', html: htmlTable('Files', ['file', 'size'], page.files) },
  ];
  return sections.filter(({ html }) => html !== '');
}

function gridHtml({ leftOut }: ReportGrid): string {
  return `<p>A cell is a problem at a step: how many of its completions were clean. Click one, or choose it below, to read its rollouts; the address of the page then leads there again.</p>
${leftOut === null ? '' : `<p class="report-warning">${escaped(leftOut)}</p>`}
<div class="report-figure report-grid" role="img" aria-label="Share of clean completions by problem and step; the lists below reach every cell" tabindex="0"><div id="figure-grid"></div></div>
<form id="choose" class="report-choose">
<label>Problem<select id="choose-problem"></select></label>
<label>Step<select id="choose-step"></select></label>
<button>Open</button>
<button type="button" id="step-before">← step before</button>
<button type="button" id="step-after">next step →</button>
</form>
<div id="rollouts"><h3 id="rollouts-title" tabindex="-1" aria-live="polite">No cell is open</h3><div id="rollouts-body"></div></div>`;
}

function gridData(grid: ReportGrid | null): unknown {
  if (grid === null) return null;
  const { problemIds, steps, accuracy, counts } = grid.accuracy;
  const rowOf = new Map(problemIds.map((id, at) => [id, at]));
  const columnOf = new Map(steps.map((step, at) => [step, at]));
  return {
    problems: problemIds,
    labels: problemIds.map(visibleText),
    steps,
    order: gridOrder(grid.accuracy),
    cells: grid.cells.flatMap(({ problem, step, packed, commands }) => {
      const [row, column] = [rowOf.get(problem), columnOf.get(step)];
      // Where the judge failed for all of them there is no share to draw.
      if (row === undefined || column === undefined) return [];
      const [share, n] = [accuracy[row][column] ?? 0, counts[row][column]];
      return [{ problem: row, step, packed, commands, clean: `${Math.round(share * n)} of ${n}` }];
    }),
  };
}
