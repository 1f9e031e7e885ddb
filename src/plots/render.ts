/**
 * Figures to files: self-contained HTML, SVG (plotly in jsdom, with canvas measures for text) and
 * PNG (from the SVG by resvg). No browser and no network.
 */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type * as Canvas from '@napi-rs/canvas';
import type * as Jsdom from 'jsdom';
import type { DOMWindow } from 'jsdom';
import { environmentError } from '../errors.js';
import { clearTitles } from './clear-titles.js';
import type { Figure } from './figure.js';
import { pathLength, pointAlong } from './path-length.js';
import { visibleFigure } from './visible-figure.js';

const require = createRequire(import.meta.url);

/** A page that draws the figure by itself: plotly's cartesian bundle (1.4 MB) is inside. */
export async function renderHtml(figure: Figure): Promise<string> {
  const bundle = (await plotlySource()).replaceAll('</script', '<\\/script');
  const json = JSON.stringify(visibleFigure(figure)).replaceAll('<', '\\u003c');
  const title = escapeHtml(titleOf(figure));
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title></head>
<body style="margin:0;font-family:sans-serif">
<div id="figure"></div>
<script>${bundle}</script>
<script>
const figure = ${json};
Plotly.newPlot('figure', figure.data, figure.layout, { responsive: true, displaylogo: false });
</script>
</body>
</html>
`;
}

export async function renderSvg(figure: Figure): Promise<string> {
  const window = await plotlyWindow();
  const { width, height } = sizeOf(figure);
  // Plotly writes into what it is given: hand it a copy, and keep the figure as data.
  const copy = window.JSON.parse(JSON.stringify(visibleFigure(figure))) as Figure;
  const url = await window.Plotly.toImage(
    { data: copy.data, layout: copy.layout },
    { format: 'svg', width, height },
  );
  const svg = clearTitles(decodeURIComponent(url.slice(url.indexOf(',') + 1)));
  // Quoted references are legal CSS, but resvg leaves such a fill (the colour bar) black.
  return svg.replace(/url\((?:'|&quot;)(#[^'&)]+)(?:'|&quot;)\)/g, 'url($1)');
}

/** @param options.scale pixels per unit of the figure's size, @default 2 */
export async function renderPng(
  figure: Figure,
  options: { scale?: number } = {},
): Promise<Uint8Array> {
  const { Resvg } = await import('@resvg/resvg-js');
  const { width } = sizeOf(figure);
  const resvg = new Resvg(await renderSvg(figure), {
    fitTo: { mode: 'width', value: Math.round(width * (options.scale ?? 2)) },
    font: { loadSystemFonts: true, defaultFontFamily: 'DejaVu Sans' },
    background: '#ffffff',
  });
  return resvg.render().asPng();
}

interface PlotlyWindow extends DOMWindow {
  JSON: JSON;
  Plotly: {
    toImage(
      figure: Figure,
      options: { format: 'svg'; width: number; height: number },
    ): Promise<string>;
  };
}

let sharedWindow: Promise<PlotlyWindow> | null = null;

/** One window for the whole process: loading plotly takes half a second. */
function plotlyWindow(): Promise<PlotlyWindow> {
  sharedWindow ??= openWindow();
  return sharedWindow;
}

async function openWindow(): Promise<PlotlyWindow> {
  let jsdom: typeof Jsdom;
  let canvas: typeof Canvas;
  try {
    jsdom = await import('jsdom');
    canvas = await import('@napi-rs/canvas');
  } catch (error) {
    throw environmentError(
      'Static plots: expected the packages jsdom and @napi-rs/canvas, and they do not load here. Run npm install, or use the HTML plots.',
      { cause: error },
    );
  }
  const { window } = new jsdom.JSDOM('<!doctype html><body></body>', {
    runScripts: 'outside-only',
    pretendToBeVisual: true,
  });
  standIn(window, canvas);
  window.eval(await plotlySource());
  return window as PlotlyWindow;
}

/** What plotly asks of a browser and jsdom does not have. */
function standIn(window: DOMWindow, canvas: typeof Canvas): void {
  const pen = canvas.createCanvas(8, 8).getContext('2d');
  const box = (element: Element) => {
    const style = window.getComputedStyle(element);
    const size = parseFloat(style.fontSize || '12') || 12;
    pen.font = `${size}px ${style.fontFamily || 'sans-serif'}`;
    const lines = element.querySelectorAll('tspan.line');
    // Labels of one group stand below each other or apart: none of them is as wide as all together.
    const labels = element.tagName === 'g' ? [...element.querySelectorAll('text')] : [];
    const texts = lines.length > 0 ? [...lines] : labels.length > 0 ? labels : [element];
    const width = Math.max(...texts.map((node) => pen.measureText(node.textContent ?? '').width));
    const height = size * 1.25 * Math.max(1, lines.length);
    return {
      x: 0,
      y: -size,
      width,
      height,
      top: -size,
      left: 0,
      right: width,
      bottom: height - size,
    };
  };
  const define = (target: object, values: Record<string, unknown>): void => {
    for (const [name, value] of Object.entries(values)) {
      Object.defineProperty(target, name, { value, configurable: true, writable: true });
    }
  };
  define(window.URL, { createObjectURL: () => 'blob:none', revokeObjectURL: () => undefined });
  define(window, {
    matchMedia: () => ({ matches: false, addListener() {}, removeListener() {} }),
  });
  define(window.SVGElement.prototype, {
    getBBox(this: Element) {
      return box(this);
    },
    getComputedTextLength(this: Element) {
      return box(this).width;
    },
    getBoundingClientRect(this: Element) {
      return box(this);
    },
    getTotalLength(this: Element) {
      return pathLength(this.getAttribute('d') ?? '');
    },
    getPointAtLength(this: Element, length: number) {
      return pointAlong(this.getAttribute('d') ?? '', length);
    },
  });
  const surfaces = new WeakMap<object, InstanceType<typeof canvas.Canvas>>();
  const surfaceOf = (element: HTMLCanvasElement) => {
    const known = surfaces.get(element);
    if (known && known.width === element.width && known.height === element.height) return known;
    const made = canvas.createCanvas(element.width, element.height);
    surfaces.set(element, made);
    return made;
  };
  define(window.HTMLCanvasElement.prototype, {
    getContext(this: HTMLCanvasElement) {
      return surfaceOf(this).getContext('2d');
    },
    toDataURL(this: HTMLCanvasElement) {
      return surfaceOf(this).toDataURL('image/png');
    },
  });
}

/** The cartesian bundle, as it is installed. */
export async function plotlySource(): Promise<string> {
  return readFile(require.resolve('plotly.js-cartesian-dist-min'), 'utf8');
}

function sizeOf(figure: Figure): { width: number; height: number } {
  const { width, height } = figure.layout;
  return {
    width: typeof width === 'number' ? width : 900,
    height: typeof height === 'number' ? height : 560,
  };
}

function titleOf(figure: Figure): string {
  const title = figure.layout.title;
  return typeof title === 'object' && title !== null && 'text' in title
    ? String(title.text)
    : 'Figure';
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
