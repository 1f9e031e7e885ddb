import { createHash } from 'node:crypto';
import type { Figure } from '../plots/figure.js';
import { renderPng } from '../plots/render.js';
import { visibleFigure } from '../plots/visible-figure.js';
import { visibleText } from '../plots/visible.js';
import { figureHtml } from './figure-html.js';
import type { DisplayBundle } from './kernel.js';
import type { ShowOptions } from './show-options.js';

/** A figure in all forms: Plotly's own, HTML, a picture where neither runs, text. */
export async function figureBundle(
  given: Figure,
  options: ShowOptions & {
    /** Without a picture: for one of many that follow each other. */
    isPassing?: boolean;
  } = {},
): Promise<DisplayBundle> {
  const { name, width, height, isPassing = false } = options;
  const layout = {
    ...given.layout,
    width: width ?? numberOr(given.layout.width, 900),
    height: height ?? numberOr(given.layout.height, 480),
  };
  const figure = visibleFigure({ data: given.data, layout });
  const png = isPassing ? null : await notebookPng(figure);
  const title = name ?? figureTitle(figure);
  const size = { width: layout.width, height: layout.height };
  return {
    data: {
      'application/vnd.plotly.v1+json': figure,
      'text/html': figureHtml(figure, { id: figureId(figure), png, title, ...size }),
      ...(png === null ? {} : { 'image/png': Buffer.from(png).toString('base64') }),
      'text/plain': figureText(figure, title),
    },
    // Drawn larger than it is shown, for screens with fine dots.
    metadata: { 'image/png': size },
  };
}

/** Sharp on screens with fine dots, unless that makes it heavy: notebooks are kept with their pictures. */
async function notebookPng(figure: Figure): Promise<Uint8Array> {
  const sharp = await renderPng(figure, { scale: 1.5 });
  return sharp.length <= mostBytes ? sharp : renderPng(figure, { scale: 1 });
}

const mostBytes = 60_000;

/** Title, and of each series its name and reach. */
export function figureText(figure: Figure, title: string): string {
  const rows = figure.data.map((trace) => {
    const name = typeof trace.name === 'string' ? visibleText(trace.name) : '';
    const values = Array.isArray(trace.y) ? trace.y.filter((y) => typeof y === 'number') : [];
    const reach =
      values.length === 0
        ? ''
        : `${values.length} points, ${short(Math.min(...values))} to ${short(Math.max(...values))}`;
    return [typeof trace.type === 'string' ? trace.type : 'scatter', name, reach]
      .filter((part) => part !== '')
      .join('  ');
  });
  const shown = rows.slice(0, 12);
  if (rows.length > shown.length) shown.push(`… ${rows.length - shown.length} more`);
  return [`Figure: ${title}`, ...shown.map((row) => `  ${row}`)].join('\n');
}

function figureTitle({ layout }: Figure): string {
  const { title } = layout as { title?: unknown };
  const text = typeof title === 'object' && title !== null && 'text' in title ? title.text : title;
  // Plotly's own marks for lines and weight.
  return typeof text === 'string' ? visibleText(text.replaceAll(/<[^>]*>/g, ' ')) : 'untitled';
}

let shown = 0;

/** Of its content and its place in this kernel: two notebooks on one page do not meet. */
function figureId(figure: Figure): string {
  const hash = createHash('sha256').update(JSON.stringify(figure)).digest('hex').slice(0, 12);
  return `rlsf-figure-${hash}-${++shown}`;
}

function numberOr(value: unknown, other: number): number {
  return typeof value === 'number' ? value : other;
}

function short(value: number): string {
  return String(Number(value.toPrecision(4)));
}
