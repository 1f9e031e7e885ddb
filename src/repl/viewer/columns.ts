import { outcomeOrder } from '../../records.js';
import type { LightRecord } from './light-record.js';

/** Longer texts are searched up to here; a page reads the whole from the file. */
const searchedBytes = 1 << 16;

/** The columns of a log in memory: about 90 bytes a record, and its completion in lower case. */
export interface RolloutColumns {
  count: number;
  numbers: Record<NumberColumn, Float64Array>;
  /** Place in `outcomeOrder`, its length where nobody judged. */
  outcome: Uint8Array;
  unscorable: Uint8Array;
  problem: Interned;
  kind: Interned;
  /** Of run, step and group. */
  groupKey: Interned;
  /** Where the line starts in the file, and its length. */
  start: Float64Array;
  length: Float64Array;
  texts: Texts;
}

export type NumberColumn =
  'step' | 'group' | 'sample' | 'reward' | 'advantage' | 'tokens' | 'findings';

const numberColumns: readonly NumberColumn[] = [
  'step',
  'group',
  'sample',
  'reward',
  'advantage',
  'tokens',
  'findings',
];

/** A column of texts of which many are alike. */
export interface Interned {
  codes: Uint32Array;
  texts: string[];
  known: Map<string, number>;
}

/** All texts behind one another; the one at `i` ends where the next starts. */
interface Texts {
  bytes: Buffer;
  starts: Float64Array;
  filled: number;
}

export function emptyColumns(room = 1024): RolloutColumns {
  const interned = (): Interned => ({ codes: new Uint32Array(room), texts: [], known: new Map() });
  return {
    count: 0,
    numbers: Object.fromEntries(
      numberColumns.map((name) => [name, new Float64Array(room)]),
    ) as Record<NumberColumn, Float64Array>,
    outcome: new Uint8Array(room),
    unscorable: new Uint8Array(room),
    problem: interned(),
    kind: interned(),
    groupKey: interned(),
    start: new Float64Array(room),
    length: new Float64Array(room),
    texts: { bytes: Buffer.allocUnsafe(room * 64), starts: new Float64Array(room + 1), filled: 0 },
  };
}

export function addRecord(
  columns: RolloutColumns,
  record: LightRecord,
  place: { start: number; length: number },
): void {
  if (columns.count === columns.outcome.length) grow(columns);
  const at = columns.count++;
  for (const name of numberColumns) columns.numbers[name][at] = record[name];
  columns.outcome[at] =
    record.outcome === null ? outcomeOrder.length : outcomeOrder.indexOf(record.outcome);
  columns.unscorable[at] = record.unscorable ? 1 : 0;
  intern(columns.problem, at, record.problem);
  intern(columns.kind, at, record.kind);
  intern(columns.groupKey, at, `${record.run}/${record.step}/${record.group}`);
  columns.start[at] = place.start;
  columns.length[at] = place.length;
  addText(columns.texts, at, record.completion);
}

/** How texts are compared: case does not matter. */
export function searchForm(text: string): Buffer {
  return Buffer.from(text.toLowerCase(), 'utf8');
}

/** Whether the text at `position` holds what is wanted (`searchForm`). */
export function textHolds({ texts }: RolloutColumns, position: number, wanted: Buffer): boolean {
  const start = texts.starts[position];
  return texts.bytes.subarray(start, texts.starts[position + 1]).includes(wanted);
}

/** For each of the first `count` records 1 where its text holds what is wanted: one pass over all texts. */
export function textMatches({ texts }: RolloutColumns, count: number, wanted: Buffer): Uint8Array {
  const matches = new Uint8Array(count);
  const end = texts.starts[count];
  const bytes = texts.bytes.subarray(0, end);
  let record = 0;
  for (let at = bytes.indexOf(wanted); at >= 0;) {
    record = recordAt(texts.starts, record, count, at);
    const next = texts.starts[record + 1];
    // A find across two texts is none; the next one may begin right behind its first byte.
    if (at + wanted.length <= next) {
      matches[record] = 1;
      at = bytes.indexOf(wanted, next);
    } else at = bytes.indexOf(wanted, at + 1);
  }
  return matches;
}

/** The record whose text holds a byte, at `from` or behind it: mostly near by. */
function recordAt(starts: Float64Array, from: number, count: number, byte: number): number {
  let low = from;
  let reach = 1;
  while (low + reach < count && starts[low + reach] <= byte) {
    low += reach;
    reach *= 2;
  }
  let high = Math.min(count - 1, low + reach);
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if (starts[middle] <= byte) low = middle;
    else high = middle - 1;
  }
  return low;
}

function intern(column: Interned, at: number, text: string): void {
  let code = column.known.get(text);
  if (code === undefined) {
    code = column.texts.length;
    // A slice of a record's JSON would keep all of it in memory.
    const own = Buffer.from(text, 'utf8').toString('utf8');
    column.texts.push(own);
    column.known.set(own, code);
  }
  column.codes[at] = code;
}

function addText(texts: Texts, at: number, text: string): void {
  const form = searchForm(text.length > searchedBytes ? text.slice(0, searchedBytes) : text);
  if (texts.filled + form.length > texts.bytes.length) {
    const larger = Buffer.allocUnsafe(2 * texts.bytes.length + form.length);
    texts.bytes.copy(larger, 0, 0, texts.filled);
    texts.bytes = larger;
  }
  form.copy(texts.bytes, texts.filled);
  texts.filled += form.length;
  texts.starts[at + 1] = texts.filled;
}

function grow(columns: RolloutColumns): void {
  const room = 2 * columns.outcome.length;
  const doubles = (old: Float64Array, length = room): Float64Array => {
    const larger = new Float64Array(length);
    larger.set(old);
    return larger;
  };
  const bytes = (old: Uint8Array): Uint8Array => {
    const larger = new Uint8Array(room);
    larger.set(old);
    return larger;
  };
  for (const name of numberColumns) columns.numbers[name] = doubles(columns.numbers[name]);
  columns.outcome = bytes(columns.outcome);
  columns.unscorable = bytes(columns.unscorable);
  for (const column of [columns.problem, columns.kind, columns.groupKey]) {
    const larger = new Uint32Array(room);
    larger.set(column.codes);
    column.codes = larger;
  }
  columns.start = doubles(columns.start);
  columns.length = doubles(columns.length);
  columns.texts.starts = doubles(columns.texts.starts, room + 1);
}
