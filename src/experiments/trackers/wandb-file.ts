/**
 * W&B's run file (`run-ID.wandb`), as its library writes it in offline mode and `wandb sync` reads
 * it: after the 7 bytes `:W&B` · 0xbee1 · version 0, a LevelDB log of `Record` messages.
 *   log    = blocks of 32 KiB; a record is cut where its block ends, and no header is cut
 *   header = CRC-32 of kind and data (uint32) · length of the data (uint16) · kind (byte)
 *   kind   = 1 whole, 2 first, 3 middle, 4 last part
 * Field numbers: wandb/proto/wandb_internal.proto. All numbers little-endian.
 */
import { crc32 } from 'node:zlib';
import type { Field } from './protobuf.js';
import { messageField, readFields, textField, varintField } from './protobuf.js';

const MAGIC = Buffer.from(':W&B\xe1\xbe\x00', 'latin1');
const BLOCK = 32_768;
const HEADER = 7;

/** Field numbers of `Record`. */
const HISTORY = 2;
const SUMMARY = 3;
const METRIC = 12;
const RUN = 17;
const EXIT = 18;
const VERSION = 21;

export interface WandbRun {
  readonly id: string;
  readonly name: string;
  readonly project: string;
  readonly entity?: string;
  readonly group?: string;
  readonly host: string;
  readonly startMs: number;
  readonly config: Readonly<Record<string, unknown>>;
}

/** The records a run begins with: who wrote it, what it is, and the x-axis of its metrics. */
export function wandbStart(run: WandbRun, producer: string): Uint8Array[] {
  const version = [textField(1, producer), textField(2, '0.70.0')];
  const config = Object.entries(run.config).map(([key, value]) =>
    messageField(1, [textField(1, key), jsonField(value)]),
  );
  return [
    record(1, VERSION, [messageField(1, version)]),
    record(2, RUN, [
      textField(1, run.id),
      ...(run.entity ? [textField(2, run.entity)] : []),
      textField(3, run.project),
      messageField(4, config),
      ...(run.group ? [textField(6, run.group)] : []),
      textField(8, run.name),
      textField(13, run.host),
      messageField(17, [
        varintField(1, Math.floor(run.startMs / 1000)),
        varintField(2, Math.round(run.startMs % 1000) * 1_000_000),
      ]),
    ]),
    record(3, METRIC, [textField(1, STEP_METRIC), metricOptions()]),
  ];
}

/** The metric that W&B draws all others over, as `transformers` names it. */
export const STEP_METRIC = 'train/global_step';

/** Says once for each metric that `train/global_step` is its x-axis. */
export function wandbMetric(number: number, name: string): Uint8Array {
  return record(number, METRIC, [textField(1, name), textField(4, STEP_METRIC), metricOptions()]);
}

/** One row of the history. @param index 0 for the first row, 1 for the next, whatever its step */
export function wandbHistory(
  number: number,
  index: number,
  values: Readonly<Record<string, number>>,
): Uint8Array {
  const items = Object.entries({ ...values, _step: index }).map(([key, value]) =>
    messageField(1, [textField(1, key), jsonField(value)]),
  );
  const step = messageField(2, index > 0 ? [varintField(1, index)] : []);
  return record(number, HISTORY, [...items, step]);
}

/** The figures shown beside the run's name: the last of each. */
export function wandbSummary(number: number, values: Readonly<Record<string, number>>): Uint8Array {
  const items = Object.entries(values).map(([key, value]) =>
    messageField(1, [textField(1, key), jsonField(value)]),
  );
  return record(number, SUMMARY, items);
}

/**
 * The last record. `null` for a run that may go on: it is uploaded as one that still runs.
 * @param code 0 for a run that went well
 */
export function wandbExit(number: number, code: number | null, seconds: number): Uint8Array {
  return record(number, EXIT, [
    ...(code !== null && code > 0 ? [varintField(1, code)] : []),
    varintField(2, Math.round(seconds)),
    ...(code === null ? [varintField(3, true)] : []),
  ]);
}

/** What a stored record is, as far as a resumed run must know. */
export type StoredRecord =
  | { kind: 'history'; globalStep: number }
  | { kind: 'metric'; name: string }
  | { kind: 'summary' | 'exit' | 'other' };

export function describeRecord(message: Uint8Array): StoredRecord {
  const fields = readFields(message) ?? [];
  const inside = (number: number): Buffer | null => {
    const found = fields.find((field) => field.number === number)?.value;
    return Buffer.isBuffer(found) ? found : null;
  };
  const history = inside(HISTORY);
  if (history) return { kind: 'history', globalStep: globalStepOf(history) };
  const metric = inside(METRIC);
  if (metric) return { kind: 'metric', name: textOf(metric, 1) };
  return { kind: inside(SUMMARY) ? 'summary' : inside(EXIT) ? 'exit' : 'other' };
}

/** The log's bytes for records that follow `offset` bytes of file; the file's head for offset 0. */
export function frameRecords(messages: readonly Uint8Array[], offset: number): Buffer {
  const parts: Uint8Array[] = offset === 0 ? [MAGIC] : [];
  let at = offset === 0 ? MAGIC.length : offset;
  for (const message of messages) {
    let from = 0;
    do {
      let room = BLOCK - (at % BLOCK);
      if (room < HEADER) {
        parts.push(Buffer.alloc(room));
        at += room;
        room = BLOCK;
      }
      const data = message.subarray(from, from + room - HEADER);
      const isLast = from + data.length === message.length;
      parts.push(chunk(from === 0 ? (isLast ? 1 : 2) : isLast ? 4 : 3, data));
      from += data.length;
      at += HEADER + data.length;
    } while (from < message.length);
  }
  return Buffer.concat(parts);
}

/** All whole records of a file; what a kill tore off is left out. `null`: no such file. */
export function readRecords(file: Uint8Array): Uint8Array[] | null {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.length);
  if (!bytes.subarray(0, MAGIC.length).equals(MAGIC)) return null;
  const messages: Uint8Array[] = [];
  let parts: Buffer[] = [];
  for (let at = MAGIC.length; ;) {
    const room = BLOCK - (at % BLOCK);
    if (room < HEADER) at += room;
    if (at + HEADER > bytes.length) return messages;
    const end = at + HEADER + bytes.readUInt16LE(at + 4);
    const kind = bytes[at + 6] ?? 0;
    const sound =
      end <= bytes.length && crc32(bytes.subarray(at + 6, end)) === bytes.readUInt32LE(at);
    if (!sound || kind === 0) return messages;
    if (kind === 1 || kind === 2) parts = [];
    parts.push(bytes.subarray(at + HEADER, end));
    if (kind === 1 || kind === 4) messages.push(Buffer.concat(parts));
    at = end;
  }
}

function chunk(kind: number, data: Uint8Array): Buffer {
  const bytes = Buffer.alloc(HEADER + data.length);
  bytes.writeUInt16LE(data.length, 4);
  bytes[6] = kind;
  bytes.set(data, HEADER);
  bytes.writeUInt32LE(crc32(bytes.subarray(6)), 0);
  return bytes;
}

function record(number: number, what: number, content: readonly Field[]): Uint8Array {
  return Buffer.concat([varintField(1, number), messageField(what, content)]);
}

/** `MetricOptions`: the value of the x-axis is filled in, and the metric was asked for. */
function metricOptions(): Field {
  return messageField(6, [varintField(1, true), varintField(3, true)]);
}

/** `value_json`, the same number in config, history and summary items. */
function jsonField(value: unknown): Field {
  return textField(16, JSON.stringify(value) ?? 'null');
}

function globalStepOf(history: Buffer): number {
  for (const { number, value } of readFields(history) ?? []) {
    if (number !== 1 || !Buffer.isBuffer(value) || textOf(value, 1) !== STEP_METRIC) continue;
    return Number(textOf(value, 16));
  }
  return NaN;
}

function textOf(message: Buffer, wanted: number): string {
  const found = (readFields(message) ?? []).find(({ number }) => number === wanted)?.value;
  return Buffer.isBuffer(found) ? found.toString('utf8') : '';
}
