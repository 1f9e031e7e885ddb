import { palette } from './figure.js';

export interface SeriesLook {
  color: string;
  /** The colour of its interval. */
  fill: string;
  dash: string;
  symbol: string;
  /** Of its bars. */
  pattern: string;
}

const looks: readonly SeriesLook[] = [
  look(palette.blue, '0,114,178', 'solid', 'circle', ''),
  look(palette.vermilion, '213,94,0', 'dash', 'square', '/'),
  look(palette.green, '0,158,115', 'dot', 'diamond', 'x'),
  look(palette.purple, '204,121,167', 'dashdot', 'triangle-up', '.'),
  look(palette.orange, '230,159,0', 'longdash', 'cross', '\\'),
  look(palette.sky, '86,180,233', 'longdashdot', 'x', '-'),
  look(palette.black, '34,34,34', 'solid', 'star', '|'),
];

/** Series are told apart by colour, dash, symbol and pattern at once. */
export function seriesLook(index: number): SeriesLook {
  return looks[index % looks.length];
}

function look(
  color: string,
  rgb: string,
  dash: string,
  symbol: string,
  pattern: string,
): SeriesLook {
  return { color, fill: `rgba(${rgb},0.16)`, dash, symbol, pattern };
}
