import { parquetWriteBuffer, type SchemaElement } from 'hyparquet-writer';
import { inputError } from '../errors.js';
import type { FreeColumns } from './formats.js';

/** What a column holds, read off its values; `none` holds nothing but absent values. */
type Kind =
  | { is: 'none' | 'boolean' | 'integer' | 'number' | 'text' | 'json' }
  | { is: 'list'; of: Kind }
  | { is: 'record'; of: Map<string, Kind> };

/** Rows as the bytes of a Parquet file; every column may be absent. `where` names it in messages. */
export function parquetBytes(rows: readonly FreeColumns[], where: string): Buffer {
  if (rows.length === 0)
    throw inputError(
      `${where}: expected rows to read a Parquet schema off, got none. Write JSONL, or make the set not empty.`,
    );
  const kinds = new Map<string, Kind>();
  for (const row of rows)
    for (const [name, value] of Object.entries(row))
      kinds.set(name, merged(kinds.get(name) ?? { is: 'none' }, kindOf(value)));
  const schema: SchemaElement[] = [
    { name: 'schema', num_children: kinds.size },
    ...[...kinds].flatMap(([name, kind]) => elements(name, kind)),
  ];
  const columnData = [...kinds].map(([name, kind]) => ({
    name,
    data: rows.map((row) => stored(kind, row[name])),
  }));
  return Buffer.from(parquetWriteBuffer({ schema, columnData, createdBy: 'rlsf' }));
}

function kindOf(value: unknown): Kind {
  if (value === null || value === undefined) return { is: 'none' };
  if (typeof value === 'boolean') return { is: 'boolean' };
  if (typeof value === 'string') return { is: 'text' };
  if (typeof value === 'number') return { is: Number.isSafeInteger(value) ? 'integer' : 'number' };
  if (Array.isArray(value))
    return { is: 'list', of: (value as unknown[]).map(kindOf).reduce(merged, { is: 'none' }) };
  const of = new Map(Object.entries(value).map(([key, inner]) => [key, kindOf(inner)]));
  // Parquet has no record without fields.
  return of.size > 0 ? { is: 'record', of } : { is: 'none' };
}

function merged(one: Kind, other: Kind): Kind {
  if (one.is === 'none') return other;
  if (other.is === 'none') return one;
  if (one.is === 'list' && other.is === 'list') return { is: 'list', of: merged(one.of, other.of) };
  if (one.is === 'record' && other.is === 'record') {
    const of = new Map(one.of);
    for (const [key, kind] of other.of) of.set(key, merged(of.get(key) ?? { is: 'none' }, kind));
    return { is: 'record', of };
  }
  if (one.is === other.is) return one;
  const areNumbers = [one, other].every(({ is }) => is === 'integer' || is === 'number');
  return { is: areNumbers ? 'number' : 'json' };
}

/** The schema's entries for a column, depth first; lists in the three levels that the format asks for. */
function elements(name: string, kind: Kind): SchemaElement[] {
  const own = { name, repetition_type: 'OPTIONAL' } as const;
  switch (kind.is) {
    case 'boolean':
      return [{ ...own, type: 'BOOLEAN' }];
    case 'integer':
      return [{ ...own, type: 'INT64' }];
    case 'number':
      return [{ ...own, type: 'DOUBLE' }];
    case 'list':
      return [
        { ...own, converted_type: 'LIST', num_children: 1 },
        { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
        ...elements('element', kind.of),
      ];
    case 'record':
      return [
        { ...own, num_children: kind.of.size },
        ...[...kind.of].flatMap(([key, inner]) => elements(key, inner)),
      ];
    default:
      return [{ ...own, type: 'BYTE_ARRAY', converted_type: 'UTF8' }];
  }
}

function stored(kind: Kind, value: unknown): unknown {
  if (value === null || value === undefined || kind.is === 'none') return null;
  if (kind.is === 'integer') return BigInt(value as number);
  if (kind.is === 'json') return JSON.stringify(value);
  if (kind.is === 'list') return (value as unknown[]).map((inner) => stored(kind.of, inner));
  if (kind.is === 'record')
    return Object.fromEntries(
      [...kind.of].map(([key, inner]) => [key, stored(inner, (value as FreeColumns)[key])]),
    );
  return value;
}
