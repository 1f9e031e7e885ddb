/**
 * A figure is plain data in Plotly's own words: any front end can draw, store or change it.
 * Only the few names that our figures share are typed here.
 */
export interface Figure {
  data: Record<string, unknown>[];
  layout: Record<string, unknown>;
}

/** Okabe and Ito (2008): eight colours told apart under every common colour blindness. */
export const palette = {
  blue: '#0072B2',
  orange: '#E69F00',
  green: '#009E73',
  vermilion: '#D55E00',
  purple: '#CC79A7',
  sky: '#56B4E9',
  grey: '#7F7F7F',
  black: '#222222',
} as const;

/** Layout shared by all figures: white, quiet grid, readable at 1:1 in a report. */
export function baseLayout(
  title: string,
  size: { width: number; height: number },
): Record<string, unknown> {
  return {
    title: { text: title, x: 0.02, xanchor: 'left', font: { size: 18 } },
    width: size.width,
    height: size.height,
    paper_bgcolor: '#ffffff',
    plot_bgcolor: '#ffffff',
    font: { family: 'DejaVu Sans, Verdana, sans-serif', size: 13, color: palette.black },
    margin: { l: 70, r: 30, t: 60, b: 60 },
    hoverlabel: { namelength: -1 },
  };
}

/** An axis of steps: whole numbers, each once also where there are few. */
export function stepAxis(
  title: string,
  steps: readonly number[],
  extra: Record<string, unknown> = {},
): Record<string, unknown> {
  const [least, most] = [Math.min(...steps), Math.max(...steps)];
  const isShort = steps.length > 0 && most - least <= 8;
  return axis(title, { tickformat: 'd', ...(isShort ? { dtick: 1, tick0: least } : {}), ...extra });
}

export function axis(title: string, extra: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    title: { text: title },
    gridcolor: '#e6e6e6',
    linecolor: '#999999',
    zeroline: false,
    ticks: 'outside',
    tickcolor: '#999999',
    ...extra,
  };
}
