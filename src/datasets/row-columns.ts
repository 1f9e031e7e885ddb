import { inputError } from '../errors.js';
import type { ByteSpan } from '../records.js';
import type { FreeColumns } from './formats.js';

/** A column of token ids, `null` where the row has none. */
export function idsColumn(row: FreeColumns, name: string): number[] | null {
  const value = row[name] ?? null;
  if (value === null) return null;
  if (Array.isArray(value) && value.every((id) => Number.isInteger(id) && id >= 0))
    return value as number[];
  throw inputError(
    `${nameOf(row)}: expected ${name} to be a list of token ids, got ${shown(value)}.`,
  );
}

/** A column of byte spans; none where the row has no such column. */
export function spansColumn(row: FreeColumns, name: string): ByteSpan[] {
  const value = row[name] ?? [];
  if (Array.isArray(value) && (value as unknown[]).every(isSpan)) return value as ByteSpan[];
  throw inputError(
    `${nameOf(row)}: expected ${name} to be a list of { start, end } in bytes, got ${shown(value)}.`,
  );
}

/** What a row is called in messages. */
export function idColumn(row: FreeColumns): string | undefined {
  return typeof row.id === 'string' || typeof row.id === 'number' ? String(row.id) : undefined;
}

/** Cut off by a limit of length: the text has no end. */
export function isCutOff(row: FreeColumns, name: string): boolean {
  return row[name] === 'length' || row[name] === 'cancelled';
}

function isSpan(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { start, end } = value as Partial<ByteSpan>;
  return Number.isInteger(start) && Number.isInteger(end) && start! >= 0 && end! >= start!;
}

function nameOf(row: FreeColumns): string {
  const id = idColumn(row);
  return id === undefined ? 'A row of a data set' : `Row ${id}`;
}

function shown(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
