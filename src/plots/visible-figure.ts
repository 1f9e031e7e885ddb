import type { Figure } from './figure.js';
import { visibleText } from './visible.js';

/** Letters of one text of a figure that are kept: more than any label, less than harms a page. */
const longest = 4000;

/**
 * A figure whose texts can be drawn anywhere: control characters, which no SVG may hold, become visible
 * stand-ins, and endless ones are cut. Typed arrays become lists, for JSON would make objects of them.
 */
export function visibleFigure(figure: Figure): Figure {
  return visible(figure) as Figure;
}

function visible(value: unknown): unknown {
  if (typeof value === 'string')
    return visibleText(value.length > longest ? `${value.slice(0, longest)}…` : value);
  if (typeof value === 'bigint') return Number(value);
  if (Array.isArray(value)) return value.map(visible);
  if (ArrayBuffer.isView(value) && !(value instanceof DataView))
    return Array.from(value as unknown as ArrayLike<number | bigint>, Number);
  if (typeof value === 'object' && value !== null && !(value instanceof Date))
    return Object.fromEntries(
      Object.entries(value).map(([name, each]) => [visibleText(name), visible(each)]),
    );
  return value;
}
