import type { StyledLine } from '../styled.js';
import { columnsOf, plainText, span, textWidth } from '../styled.js';

/** A line of several parts as rows, broken between parts only; rows after the first are indented. */
export function packLine(parts: StyledLine, width: number, indent: number): StyledLine[] {
  if (plainText(parts) === '') return [];
  const rows: StyledLine[] = [[]];
  let left = width;
  for (const part of parts) {
    const row = rows[rows.length - 1];
    if (textWidth(part.text.trimEnd()) > left && row.length > 0) {
      const text = part.text.trimStart();
      rows.push([span(' '.repeat(indent)), { ...part, text }]);
      left = width - indent - textWidth(text);
    } else {
      row.push(part);
      left -= textWidth(part.text);
    }
  }
  return rows;
}

/** Source in rows, broken behind a blank where there is one; blanks are kept, for they count. */
export function breakText(text: string, width: number): string[] {
  const rows: string[] = [];
  let row = '';
  let left = width;
  for (const character of text) {
    const columns = columnsOf(character);
    if (columns > left) {
      const blank = row.trimStart().includes(' ') ? row.lastIndexOf(' ') + 1 : row.length;
      rows.push(row.slice(0, blank));
      row = row.slice(blank);
      left = width - textWidth(row);
    }
    row += character;
    left -= columns;
  }
  return [...rows, row];
}

/** At most so many columns; what was cut ends in `…`. */
export function cutEnd(text: string, room: number): string {
  if (textWidth(text) <= room) return text;
  let kept = '';
  let left = room - 1;
  for (const letter of text) {
    left -= columnsOf(letter);
    if (left < 0) break;
    kept += letter;
  }
  return room < 1 ? '' : `${kept}…`;
}

/** The end of a name tells it from its neighbours. */
export function cutStart(text: string, room: number): string {
  if (textWidth(text) <= room) return text;
  const letters = [...text].reverse();
  let kept = '';
  let left = room - 1;
  for (const letter of letters) {
    left -= columnsOf(letter);
    if (left < 0) break;
    kept = letter + kept;
  }
  return room < 1 ? '' : `…${kept}`;
}
