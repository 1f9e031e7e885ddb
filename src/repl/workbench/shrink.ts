import type { LiveLines } from './layout.js';
import { plainText, textWidth } from '../styled.js';

const up = (rows: number): string => (rows > 0 ? `\u001b[${rows}A` : '');

/**
 * What is written when a terminal became narrower, before Ink draws again. The terminal has broken the
 * drawn lines, so they take more rows than Ink knows of, and it would leave some of them standing: this
 * wipes them all, and puts the cursor where Ink believes it to be.
 * @param drawn the live part as it was drawn last
 * @param columns of the terminal now
 */
export function afterShrink({ lines, cursor }: LiveLines, columns: number): string {
  const rowsOf = (width: number): number => Math.max(1, Math.ceil(width / columns));
  const at = cursor ?? { x: 0, y: lines.length };
  const above = lines
    .slice(0, at.y)
    .reduce((rows, each) => rows + rowsOf(textWidth(plainText(each))), 0);
  return [
    up(above + Math.floor(at.x / columns)),
    '\r\u001b[J',
    '\n'.repeat(lines.length),
    up(lines.length - at.y),
    `\u001b[${at.x + 1}G`,
  ].join('');
}
