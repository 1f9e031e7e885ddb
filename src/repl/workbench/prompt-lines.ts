import type { StyledLine, Tone } from '../styled.js';
import { line, span } from '../styled.js';
import { graphemes, graphemeWidth } from './text-cursor.js';

export interface PromptRows {
  lines: StyledLine[];
  cursor: { x: number; y: number };
}

/**
 * The text being typed, wrapped at `width`, at most `height` rows of it around the cursor. Two columns
 * at the side tell the first row (`›`), further lines (`·`) and what does not fit (`↑`, `↓`) apart.
 */
export function promptLines(
  text: string,
  cursor: number,
  options: { width: number; height: number; tone?: Tone },
): PromptRows {
  const { width, height, tone = 'accent' } = options;
  const room = Math.max(8, width - 3);
  const rows: { text: string; sign: string }[] = [];
  let at = { x: 0, y: 0 };
  let offset = 0;
  for (const [index, logical] of text.split('\n').entries()) {
    rows.push({ text: '', sign: index === 0 ? '›' : '·' });
    let column = 0;
    for (const grapheme of graphemes(logical)) {
      const columns = graphemeWidth(grapheme);
      if (column + columns > room) {
        rows.push({ text: '', sign: ' ' });
        column = 0;
      }
      if (offset === cursor) at = { x: column, y: rows.length - 1 };
      rows[rows.length - 1].text += grapheme;
      column += columns;
      offset += grapheme.length;
    }
    if (offset === cursor) at = { x: column, y: rows.length - 1 };
    offset += 1;
  }
  const from = Math.max(0, Math.min(at.y - Math.floor(height / 2), rows.length - height));
  const shown = rows.slice(from, from + height);
  const last = shown.length - 1;
  const isCutBelow = from + height < rows.length;
  return {
    lines: shown.map((row, index) => {
      const more = index === 0 && from > 0 ? '↑' : index === last && isCutBelow ? '↓' : row.sign;
      return line(span(`${more} `, tone), row.text);
    }),
    cursor: { x: at.x + 2, y: at.y - from },
  };
}
