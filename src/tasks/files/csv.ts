import path from 'node:path';
import { inputError } from '../../errors.js';
import { decode, openBytes } from './lines.js';
import type { FileRow } from './row.js';

/** CSV by RFC 4180 with a header line; cells are texts. A row's place is the line where it begins. */
export async function* csvRows(file: string): AsyncGenerator<FileRow> {
  const parts: Uint8Array[] = [];
  for await (const part of openBytes(file)) parts.push(part);
  const text = decode(Buffer.concat(parts));
  if (text === null) throw inputError(`${file}: expected UTF-8, got other bytes.`);
  const name = path.basename(file);
  let header: string[] | null = null;
  for (const { line, cells, isOpen } of records(text)) {
    const place = `${name}:${line}`;
    if (isOpen) yield { place, reason: 'its last cell opens a quote that never closes.' };
    else if (header === null) header = cells;
    else if (cells.length !== header.length)
      yield {
        place,
        reason: `expected ${header.length} cells as in the header, got ${cells.length}.`,
      };
    else yield { place, value: Object.fromEntries(header.map((key, i) => [key, cells[i]])) };
  }
}

interface CsvRecord {
  line: number;
  cells: string[];
  isOpen: boolean;
}

function* records(text: string): Generator<CsvRecord> {
  // One cell: quoted, with doubled quotes inside, or plain; then a comma or the end of the record.
  const cell = /(?:"((?:[^"]|"")*)"|([^,\r\n"]*))(,|\r?\n|$)/gy;
  let line = 1;
  let record: CsvRecord = { line, cells: [], isOpen: false };
  while (cell.lastIndex < text.length || record.cells.length > 0) {
    const start = cell.lastIndex;
    const match = cell.exec(text);
    if (match === null) {
      const end = text.indexOf('\n', start);
      yield { ...record, isOpen: true };
      if (end < 0) return;
      line += 1;
      record = { line, cells: [], isOpen: false };
      cell.lastIndex = end + 1;
      continue;
    }
    const [whole, quoted, plain, end] = match;
    record.cells.push(quoted?.replaceAll('""', '"') ?? plain);
    line += whole.split('\n').length - 1;
    if (end === ',') continue;
    const isBlank = record.cells.length === 1 && record.cells[0] === '' && quoted === undefined;
    if (!isBlank) yield record;
    record = { line, cells: [], isOpen: false };
    if (cell.lastIndex >= text.length) return;
  }
}
