import { escaped } from '../plots/inspector-text.js';
import { root, styleSheet } from '../plots/inspector-style.js';
import { visibleText } from '../plots/visible.js';

/** What a table shows, before it is HTML or text. */
export interface ShownTable {
  title: string | null;
  columns: { name: string; isNumber: boolean }[];
  rows: string[][];
  /** What is left out, or how to read it. */
  note: string | null;
}

const longestCell = 400;

export function tableHtml({ title, columns, rows, note }: ShownTable): string {
  const look = (at: number): string => (columns[at]?.isNumber ? ' style="text-align:right"' : '');
  const cell = (text: string, at: number): string =>
    `<td${look(at)}>${escaped(clipped(text)).replaceAll('\n', '<br>')}</td>`;
  return [
    `<div class="${root} rlsf-auto" role="region" aria-label="${escaped(title ?? 'table')}">`,
    `<style>\n${styleSheet()}\n</style>`,
    ...(title === null ? [] : [`<h3>${escaped(title)}</h3>`]),
    '<div class="rlsf-scroll"><table><thead><tr>',
    ...columns.map(({ name }, at) => `<th${look(at)}>${escaped(name)}</th>`),
    '</tr></thead><tbody>',
    ...rows.map((row) => `<tr>${row.map(cell).join('')}</tr>`),
    '</tbody></table></div>',
    ...(note === null ? [] : [`<p class="rlsf-muted">${escaped(note)}</p>`]),
    '</div>',
  ].join('\n');
}

/** Columns padded with blanks, for places without HTML. */
export function tableText({ title, columns, rows, note }: ShownTable): string {
  const flat = (text: string): string =>
    visibleText(clipped(text, 60)).replaceAll('\n', '⏎').replaceAll('\t', ' ');
  const cells = [columns.map(({ name }) => flat(name)), ...rows.map((row) => row.map(flat))];
  const widths = columns.map((_, at) => Math.max(...cells.map((row) => length(row[at] ?? ''))));
  const lines = cells.map((row) =>
    row
      .map((text, at) => {
        const blanks = ' '.repeat(Math.max(0, widths[at] - length(text)));
        return columns[at]?.isNumber ? blanks + text : text + blanks;
      })
      .join('  ')
      .trimEnd(),
  );
  return [...(title === null ? [] : [visibleText(title)]), ...lines, ...(note ? [note] : [])].join(
    '\n',
  );
}

function length(text: string): number {
  return [...text].length;
}

function clipped(text: string, longest = longestCell): string {
  const letters = text.length > longest ? [...text.slice(0, longest * 2)] : [...text];
  return letters.length <= longest ? text : `${letters.slice(0, longest - 1).join('')}…`;
}
