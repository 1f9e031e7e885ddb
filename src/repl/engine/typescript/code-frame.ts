import { visibleText } from '../../../plots/visible.js';
import { textLines } from '../../values/index.js';
import type { StyledLine } from '../../styled.js';
import { fitLine, line, padStart, span, textWidth } from '../../styled.js';
import type { Diagnostic } from './tslab.js';

/** How many errors of one input are told; the first causes most of the others. */
const told = 5;

/** Type errors: the message, its line and a caret under its place. Nothing of the input was run. */
export function diagnosticLines(
  source: string,
  diagnostics: readonly Diagnostic[],
  width: number,
): StyledLine[] {
  const places = groupByPlace(diagnostics);
  const left = places.length - told;
  return [
    ...places.slice(0, told).flatMap((group) => placeLines(source, group, width)),
    ...(left > 0 ? [line(span(`… ${left} more ${left === 1 ? 'error' : 'errors'}`, 'dim'))] : []),
  ];
}

/** A message comes with the chain of its reasons, all at one place. */
function groupByPlace(diagnostics: readonly Diagnostic[]): Diagnostic[][] {
  const groups: Diagnostic[][] = [];
  for (const each of diagnostics) {
    const last = groups[groups.length - 1];
    const isSame =
      last?.[0].start.offset === each.start.offset &&
      last[0].code === each.code &&
      last[0].fileName === each.fileName;
    if (isSame) last.push(each);
    else groups.push([each]);
  }
  return groups;
}

function placeLines(source: string, group: readonly Diagnostic[], width: number): StyledLine[] {
  const [first] = group;
  const file = first.fileName === undefined ? '' : `${visibleText(first.fileName)}:`;
  const place = `${file}${first.start.line + 1}:${first.start.character + 1}`;
  // The last reason is the nearest to what was typed.
  const reason = group.length > 1 ? [group[group.length - 1].messageText] : [];
  const remedy = isUnnameable(first) ? [unnameable] : [];
  const texts = [`${place}  ${first.messageText} (TS${first.code})`, ...reason, ...remedy];
  return [
    ...texts.flatMap((text, at) =>
      textLines(short(text), width - 2).map((row, index) =>
        line(
          span(at === 0 && index === 0 ? '× ' : '  ', 'bad'),
          ...row.map((part) => span(part.text, at === 0 ? 'bad' : 'dim')),
        ),
      ),
    ),
    ...(first.fileName === undefined ? frameLines(source, first, width) : []),
  ];
}

/** The line of source that a place lies in, with `^` under it. */
export function frameLines(
  source: string,
  { start, end }: Pick<Diagnostic, 'start' | 'end'>,
  width: number,
): StyledLine[] {
  const rows = source.split('\n');
  const row = rows[start.line];
  if (row === undefined) return [];
  const gutter = `${padStart(String(start.line + 1), String(rows.length).length + 2)} │ `;
  const shown = (text: string): string => visibleText(text).replaceAll('\t', '  ');
  const before = textWidth(shown(row.slice(0, start.character)));
  const until = end.line === start.line ? end.character : row.length;
  const marked = Math.max(1, textWidth(shown(row.slice(start.character, until))));
  const room = width - textWidth(gutter);
  // A caret beyond the right edge needs the line moved to the left.
  const moved = before > room - 10 ? before - Math.floor(room / 2) : 0;
  const text = moved > 0 ? `…${shown(row).slice(moved + 1)}` : shown(row);
  return [
    fitLine(line(span(gutter, 'dim'), text), width),
    fitLine(
      line(
        span(`${' '.repeat(textWidth(gutter) - 2)}│ `, 'dim'),
        ' '.repeat(before - moved),
        span('^'.repeat(marked), 'mark'),
      ),
      width,
    ),
  ];
}

/** A variable is declared to later lines by its type, which must be one that can be written. */
function isUnnameable({ code }: Diagnostic): boolean {
  return code === 2742 || code === 2883 || (code >= 4020 && code <= 4094);
}

const unnameable = "Write the variable's type (const x: any = …), or import * as x from '…'.";

/** Types written out in full fill a screen and say little. */
function short(text: string): string {
  return text.length <= 300 ? text : `${text.slice(0, 299)}…`;
}
