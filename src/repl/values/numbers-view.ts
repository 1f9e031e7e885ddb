import { visibleText } from '../../plots/visible.js';
import type { StyledLine } from '../styled.js';
import { fitLine, line, padEnd, padStart, span, textWidth } from '../styled.js';
import { queryTable } from '../views/query-table.js';
import type { TensorLike } from './kinds.js';

/** Metrics in columns, as many as fit, in the order they come. */
export function metricsLines(metrics: Record<string, number>, width: number): StyledLine[] {
  const entries = Object.entries(metrics).map(([name, value]) => ({
    name: visibleText(name),
    text: numberText(value),
  }));
  const names = Math.max(...entries.map(({ name }) => textWidth(name)));
  const numbers = Math.max(...entries.map(({ text }) => text.length));
  const columns = Math.max(1, Math.floor((width + 3) / (names + numbers + 5)));
  const rows = Math.ceil(entries.length / columns);
  return Array.from({ length: rows }, (_, row) =>
    fitLine(
      entries
        .filter((_entry, index) => index % rows === row)
        .flatMap(({ name, text }, index) => [
          span(index === 0 ? '' : '   '),
          span(`${padEnd(name, names)}  `, 'dim'),
          span(padStart(text, numbers)),
        ]),
      width,
    ),
  );
}

/** The names whose course is looked at first. */
const leading = [
  'step',
  'method',
  'loss',
  'reward',
  'reward_std',
  'clean_rate',
  'compile_rate',
  'kl',
  'entropy',
  'grad_norm',
];

/** Metrics of several steps: a row each, the leading names that fit in `width`. */
export function metricsTable(rows: readonly Record<string, number>[], width: number): StyledLine[] {
  const all = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const order = [...leading.filter((name) => all.includes(name)), ...all].filter(
    (name, index, list) => list.indexOf(name) === index,
  );
  const chosen: string[] = [];
  let left = width;
  for (const name of order) {
    left -= Math.max(textWidth(name), 9) + 2;
    if (left < -2) break;
    chosen.push(name);
  }
  const table = queryTable(
    {
      columns: chosen.map((name) => ({ name, type: 'DOUBLE' })),
      rows: rows.map((row) => chosen.map((name) => row[name] ?? null)),
    },
    width,
  );
  const more = all.length - chosen.length;
  return more <= 0
    ? table
    : [...table, line(span(`columns beyond these: ${more}; _[0] shows all of a row`, 'dim'))];
}

/** Shape, type, and the first numbers: up to six rows of the last axis. */
export function tensorLines(tensor: TensorLike, width: number): StyledLine[] {
  const { shape, dtype, size } = tensor;
  const title = line(
    span('tensor', 'title'),
    ` ${dtype} [${shape.join(', ')}]`,
    span(`  ${size} ${size === 1 ? 'value' : 'values'}`, 'dim'),
  );
  if (tensor.isDisposed) return [[...title, span('  × disposed', 'bad')]];
  if (size === 0) return [title];
  const last = shape.length === 0 ? 1 : shape[shape.length - 1];
  const rows = size / last;
  const shownRows = Math.min(6, rows);
  const shownColumns = Math.min(last, Math.max(1, Math.floor((width - 4) / 10)));
  const flat = tensor.reshape([rows, last]);
  const part = flat.slice([0, 0], [shownRows, shownColumns]);
  const data = Array.from(part.dataSync());
  part.dispose();
  flat.dispose();
  return [
    title,
    ...Array.from({ length: shownRows }, (_, row) =>
      fitLine(
        line(
          '  ',
          data
            .slice(row * shownColumns, (row + 1) * shownColumns)
            .map((value) => padStart(cellText(value), 9))
            .join(' '),
          span(last > shownColumns ? ' …' : '', 'dim'),
        ),
        width,
      ),
    ),
    ...(rows > shownRows
      ? [line(span(`  … rows beyond these: ${rows - shownRows}; .arraySync() gives all`, 'dim'))]
      : []),
  ];
}

function cellText(value: number | string): string {
  return typeof value === 'number' ? numberText(value) : visibleText(JSON.stringify(value));
}

/** Whole numbers as they are, others with five digits that count. */
export function numberText(value: number): string {
  if (!Number.isFinite(value) || Number.isInteger(value)) return String(value);
  return String(Number(value.toPrecision(5)));
}
