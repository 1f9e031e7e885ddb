import { plotlySource } from '../plots/render.js';
import type { Figure } from '../plots/figure.js';
import { escaped } from '../plots/inspector-text.js';

/**
 * Plotly's bundle (1.4 MB) as one output of a notebook; the figures after it are drawn by it. A page
 * with require.js (nbconvert's, the classic notebook's) would take it for a module of its own: here it
 * sees neither `define` nor `module`.
 */
export async function plotlyLoader(): Promise<string> {
  const source = (await plotlySource()).replaceAll('</script', '<\\/script');
  return `<script data-rlsf-plotly="">
if (!window.Plotly) (function (define, module, exports) {
${source}
}).call(window);
</script>`;
}

export interface FigureHtmlOptions {
  /** Told apart from every other figure of the page. */
  readonly id: string;
  /** What stands there until Plotly draws, and where scripts do not run. */
  readonly png: Uint8Array | null;
  /** For people who do not see it. */
  readonly title: string;
  readonly width: number;
  readonly height: number;
}

/** A figure that draws itself when `plotlyLoader` has run, before or after it in the page. */
export function figureHtml(figure: Figure, options: FigureHtmlOptions): string {
  const { id, png, title, width, height } = options;
  const picture =
    png === null
      ? ''
      : `<img alt="${escaped(title)}" width="${width}" height="${height}" style="max-width:100%;height:auto" src="data:image/png;base64,${Buffer.from(png).toString('base64')}">`;
  // Its own width asks for nothing: a table cell around it would else grow with it.
  return `<div id="${escaped(id)}" class="rlsf-figure" style="width:100%;max-width:${width}px;min-height:${height}px;contain:inline-size;overflow-x:auto">${picture}</div>
<script>
(function () {
  var figure = ${scriptJson(figure)};
  var width = ${width};
  var left = 200;
  function roomOf(place) {
    return Math.max(${leastWidth}, Math.min(width, place.clientWidth || width));
  }
  function draw() {
    var place = document.getElementById(${scriptJson(id)});
    if (!place || !window.Plotly) return left-- > 0 ? setTimeout(draw, 50) : undefined;
    place.textContent = '';
    figure.layout.width = roomOf(place);
    window.Plotly.newPlot(place, figure.data, figure.layout, { displaylogo: false });
    if (!window.ResizeObserver) return;
    new ResizeObserver(function () {
      var room = roomOf(place);
      if (place.clientWidth && Math.abs(room - place.layout.width) > 1) window.Plotly.relayout(place, { width: room });
    }).observe(place);
  }
  draw();
})();
</script>`;
}

/** Pixels below which a figure scrolls instead of shrinking. */
const leastWidth = 360;

/** JSON that no parser of HTML or JavaScript reads as anything else. */
function scriptJson(value: unknown): string {
  return JSON.stringify(value)
    .replaceAll('<', '\\u003c')
    .replaceAll('\u2028', '\\u2028')
    .replaceAll('\u2029', '\\u2029');
}
