import type { ShownTable } from './table.js';

const mostRows = 200;
const mostColumns = 24;

/** Plain objects, a row for each; the columns are their fields, in the order in which they first come. */
export function objectsTable(
  objects: readonly Record<string, unknown>[],
  title: string | null,
): ShownTable {
  const names = [...new Set(objects.flatMap((each) => Object.keys(each)))];
  const shownNames = names.slice(0, mostColumns);
  const shown = objects.slice(0, mostRows);
  const left = [
    ...(objects.length > mostRows ? [`${objects.length - mostRows} more rows`] : []),
    ...(names.length > mostColumns ? [`${names.length - mostColumns} more columns`] : []),
  ];
  return {
    title,
    columns: shownNames.map((name) => ({
      name,
      isNumber: objects.every((each) => (each[name] ?? null) === null || isNumeric(each[name])),
    })),
    rows: shown.map((each) => shownNames.map((name) => cellText(each[name]))),
    note: left.length === 0 ? null : `… ${left.join(', ')}`,
  };
}

/** The fields of one record, those of the records in it by `name.field`. */
export function fieldsTable(record: object, title: string | null): ShownTable {
  const rows = fieldsOf(record, '');
  return {
    title,
    columns: [
      { name: 'field', isNumber: false },
      { name: 'value', isNumber: false },
    ],
    rows: rows.slice(0, mostRows),
    note: rows.length > mostRows ? `… ${rows.length - mostRows} more fields` : null,
  };
}

function fieldsOf(record: object, before: string): string[][] {
  return Object.entries(record).flatMap(([name, value]) => {
    const path = `${before}${name}`;
    if (typeof value === 'function') return [];
    const isNested = isPlain(value) && before.split('.').length < 3;
    return isNested ? fieldsOf(value, `${path}.`) : [[path, cellText(value)]];
  });
}

/** Numbers to four digits; lists by their first members. */
export function cellText(value: unknown): string {
  if (value === undefined) return '';
  if (value === null) return '—';
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return numberText(value);
  if (typeof value === 'object') return listText(value);
  return String(value);
}

function listText(value: object): string {
  if (value instanceof Date) return value.toISOString();
  const list = Array.isArray(value) || ArrayBuffer.isView(value) ? [...(value as number[])] : null;
  if (list !== null) {
    if (list.some((each) => typeof each === 'object' && each !== null)) return `${list.length} ×`;
    const shown = list.slice(0, 8).map(cellText);
    return `[${shown.join(', ')}${list.length > 8 ? `, … ${list.length}` : ''}]`;
  }
  if (value instanceof Map || value instanceof Set) return `${value.size} ×`;
  const fields = Object.entries(value).slice(0, 6);
  return fields.map(([name, each]) => `${name} ${cellText(each)}`).join(', ');
}

function numberText(value: number): string {
  if (Number.isInteger(value) || !Number.isFinite(value)) return String(value).replace('-', '−');
  return String(Number(value.toPrecision(4))).replace('-', '−');
}

function isNumeric(value: unknown): boolean {
  return typeof value === 'number' || typeof value === 'bigint';
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    [Object.prototype, null].includes(Object.getPrototypeOf(value) as object | null)
  );
}
