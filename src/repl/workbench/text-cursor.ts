import { textWidth } from '../styled.js';

const segmenter = new Intl.Segmenter('und', { granularity: 'grapheme' });

/** Offsets are UTF-16 units and always between graphemes: what a reader takes for one character. */
export function nextGrapheme(text: string, at: number): number {
  for (const { segment } of segmenter.segment(text.slice(at, at + 64))) return at + segment.length;
  return at;
}

export function previousGrapheme(text: string, at: number): number {
  const start = lineStart(text, at);
  if (start === at) return Math.max(0, at - 1);
  let before = start;
  for (const { index } of segmenter.segment(text.slice(start, at))) before = start + index;
  return before;
}

export function graphemes(text: string): string[] {
  return [...segmenter.segment(text)].map(({ segment }) => segment);
}

/** Columns of one grapheme: a family of emoji joined to one takes as many as one. */
export function graphemeWidth(grapheme: string): number {
  return Math.min(2, textWidth(grapheme));
}

export function graphemesWidth(text: string): number {
  return graphemes(text).reduce((sum, each) => sum + graphemeWidth(each), 0);
}

export function wordLeft(text: string, at: number): number {
  const [before] = /[\p{L}\p{M}\p{N}_$]*[^\p{L}\p{M}\p{N}_$]*$/u.exec(text.slice(0, at)) ?? [''];
  return at - before.length;
}

export function wordRight(text: string, at: number): number {
  const [after] = /^[^\p{L}\p{M}\p{N}_$]*[\p{L}\p{M}\p{N}_$]*/u.exec(text.slice(at)) ?? [''];
  return at + after.length;
}

export function lineStart(text: string, at: number): number {
  return at === 0 ? 0 : text.lastIndexOf('\n', at - 1) + 1;
}

export function lineEnd(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end < 0 ? text.length : end;
}

/** Columns from the start of the line to the cursor. */
export function columnAt(text: string, at: number): number {
  return graphemesWidth(text.slice(lineStart(text, at), at));
}

/** The offset in the line that begins at `start` which is nearest to `column`, not beyond it. */
export function offsetAtColumn(text: string, start: number, column: number): number {
  let at = start;
  let width = 0;
  for (const grapheme of graphemes(text.slice(start, lineEnd(text, start)))) {
    width += graphemeWidth(grapheme);
    if (width > column) break;
    at += grapheme.length;
  }
  return at;
}
