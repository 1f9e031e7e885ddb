/** Source with a strip of signs below each row: a heat map whose cells are tokens. */
import type { StyledLine } from '../styled.js';
import { line, padStart, span, textWidth } from '../styled.js';
import type { DrawOptions } from './draw-options.js';
import { heatLook } from './heat.js';
import type { Panel, Trace } from './read.js';
import { listOf, numbersOf, plainOf, recordOf, textOf, titleOf } from './read.js';

/** The figure says so by `meta.cells`: its cells are tokens, whose texts are in `customdata`. */
export function isTextHeat(trace: Trace): boolean {
  return recordOf(trace['meta'])['cells'] === 'tokens';
}

export function drawTextHeat(panel: Panel, { width, signs }: DrawOptions): StyledLine[] {
  const [trace] = panel.traces;
  const look = heatLook(trace, signs);
  const z = listOf(trace['z']).map((row) => numbersOf(row));
  const tokens = listOf(trace['customdata']).map((row) =>
    listOf(row).map((one) => (one === null ? null : keepBlanks(textOf(one)))),
  );
  const numbers = listOf(trace['y']).map(textOf);
  const side = Math.max(3, ...numbers.map(textWidth));
  const field = Math.max(10, width - side - 2);
  const rows = tokens.flatMap((row, at): StyledLine[] => {
    const drawn: [StyledLine, StyledLine][] = [[[], []]];
    let left = field;
    row.forEach((text, column) => {
      if (text === null || text === '') return;
      const value = z[at][column];
      const size = textWidth(text);
      if (size > left && left < field) {
        drawn.push([[], []]);
        left = field;
      }
      left -= size;
      const [source, strip] = drawn[drawn.length - 1];
      const known = Number.isFinite(value);
      source.push(span(text, known ? look.tone(value) : 'plain'));
      strip.push(
        span((known ? look.sign(value) : ' ').repeat(size), known ? look.tone(value) : 'plain'),
      );
    });
    return drawn.flatMap(([source, strip], part) => [
      line(
        span(`${padStart(part === 0 ? numbers[at] : '', side)} ${signs.side}`, 'dim'),
        ...source,
      ),
      line(span(`${' '.repeat(side)} ${signs.side}`, 'dim'), ...strip),
    ]);
  });
  const title = plainOf(titleOf(recordOf(trace['colorbar'])));
  return [
    ...rows,
    line(span(`${' '.repeat(side + 2)}${title === '' ? '' : `${title}: `}`, 'dim'), ...look.legend),
  ];
}

function keepBlanks(text: string): string {
  return plainOf(`|${text}|`).slice(1, -1);
}
