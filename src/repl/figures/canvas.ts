/** A field of cells to draw into; lines in the finer grid of Braille's dots, two by four a cell. */
import type { StyledLine, Tone } from '../styled.js';
import { span } from '../styled.js';

export interface Canvas {
  readonly width: number;
  readonly height: number;
  /** Cells count from the top left; what lies outside is left out. */
  put(column: number, row: number, sign: string, tone: Tone): void;
  /** Only where nothing stands yet. */
  under(column: number, row: number, sign: string, tone: Tone): void;
  /** A dot of the fine grid: `2 · width` by `4 · height`. */
  dot(x: number, y: number, tone: Tone): void;
  rows(): StyledLine[];
}

interface Cell {
  sign: string;
  dots: number;
  tone: Tone;
}

/** Bits of Braille's dots by column, then by row. */
const bits = [
  [0x01, 0x02, 0x04, 0x40],
  [0x08, 0x10, 0x20, 0x80],
];

export function createCanvas(width: number, height: number): Canvas {
  const cells: Cell[][] = Array.from({ length: height }, () =>
    Array.from({ length: width }, () => ({ sign: ' ', dots: 0, tone: 'plain' })),
  );
  const at = (column: number, row: number): Cell | undefined => cells[row]?.[column];
  return {
    width,
    height,
    put(column, row, sign, tone) {
      const cell = at(column, row);
      if (cell) Object.assign(cell, { sign, tone, dots: 0 });
    },
    under(column, row, sign, tone) {
      const cell = at(column, row);
      if (cell && cell.sign === ' ' && cell.dots === 0) Object.assign(cell, { sign, tone });
    },
    dot(x, y, tone) {
      const cell = at(x >> 1, y >> 2);
      if (!cell) return;
      cell.dots |= bits[x & 1][y & 3];
      Object.assign(cell, { tone, sign: String.fromCodePoint(0x2800 + cell.dots) });
    },
    rows: () => cells.map(spansOf),
  };
}

/** Every dot of a straight line (Bresenham 1965), both ends included. */
export function eachOfLine(
  [fromX, fromY]: readonly [number, number],
  [toX, toY]: readonly [number, number],
  visit: (x: number, y: number) => void,
): void {
  const [dx, dy] = [Math.abs(toX - fromX), -Math.abs(toY - fromY)];
  const [stepX, stepY] = [fromX < toX ? 1 : -1, fromY < toY ? 1 : -1];
  let [x, y, error] = [fromX, fromY, dx + dy];
  for (;;) {
    visit(x, y);
    if (x === toX && y === toY) return;
    const twice = 2 * error;
    if (twice >= dy) {
      error += dy;
      x += stepX;
    }
    if (twice <= dx) {
      error += dx;
      y += stepY;
    }
  }
}

/** Cells of one tone in a row are one span. */
function spansOf(cells: readonly Cell[]): StyledLine {
  const spans: StyledLine = [];
  for (const { sign, tone } of cells) {
    const last = spans[spans.length - 1];
    // A blank has no colour of its own.
    if (last && (last.tone === tone || sign === ' ')) last.text += sign;
    else spans.push(span(sign, sign === ' ' ? 'plain' : tone));
  }
  return spans;
}
