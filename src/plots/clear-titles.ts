/** Room between the labels of upright axes and their titles in a picture that no browser laid out. */
import { createRequire } from 'node:module';
import type * as Canvas from '@napi-rs/canvas';

const require = createRequire(import.meta.url);

/**
 * A browser moves the title of an upright axis away from its labels by asking where they are drawn; here
 * nobody knows. So each title that a label would reach is moved left by what is lacking.
 */
export function clearTitles(svg: string): string {
  const { createCanvas } = require('@napi-rs/canvas') as typeof Canvas;
  const pen = createCanvas(8, 8).getContext('2d');
  pen.font = '13px "DejaVu Sans", Verdana, sans-serif';
  const ends = new Map<string, number>();
  for (const [, axis, place, text] of svg.matchAll(
    /<g class="(y\d*)tick"><text text-anchor="end" x="([-\d.]+)"[^>]*>([^<]*)<\/text>/g,
  )) {
    const end = Number(place) - pen.measureText(text).width;
    ends.set(axis, Math.min(ends.get(axis) ?? Infinity, end));
  }
  return svg.replaceAll(
    /<text class="(y\d*)title"([^>]*)transform="rotate\(-90,([-\d.]+),([-\d.]+)\)"([^>]*)>/g,
    (whole, axis: string, before: string, x: string, y: string, after: string) => {
      const free = Math.max(16, (ends.get(axis) ?? Infinity) - 6);
      if (Number(x) <= free) return whole;
      const moved = (attributes: string): string => attributes.replace(` x="${x}"`, ` x="${free}"`);
      return `<text class="${axis}title"${moved(before)}transform="rotate(-90,${free},${y})"${moved(after)}>`;
    },
  );
}
