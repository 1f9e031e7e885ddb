/**
 * TensorBoard's event files: `Event` messages, each framed as a TFRecord.
 *   record = length (uint64) · masked CRC of the length · message · masked CRC of the message
 *   masked = rotate right(CRC-32C, 15) + 0xa282ead8        so that a CRC of a CRC is harmless
 * Field numbers: tensorboard/compat/proto/{event,summary,tensor}.proto. All numbers little-endian.
 */
import type { Field } from './protobuf.js';
import { doubleField, floatField, messageField, textField, varintField } from './protobuf.js';

export interface EventTime {
  /** Seconds since 1970. */
  readonly wallTime: number;
  /** @default 0, left out as Protocol Buffers do */
  readonly step?: number;
}

/** The first event of every file. */
export function fileVersionEvent(time: EventTime): Uint8Array {
  return event(time, textField(3, 'brain.Event:2'));
}

/** Readers drop the points of `time.step` and after that stand in earlier files. */
export function sessionStartEvent(time: EventTime): Uint8Array {
  return event(time, messageField(7, [varintField(1, 1)]));
}

/** Single-precision values by tag, as `simple_value`: what every reader of event files knows. */
export function scalarsEvent(
  time: EventTime,
  values: Readonly<Record<string, number>>,
): Uint8Array {
  const summaries = Object.entries(values).map(([tag, value]) =>
    messageField(1, [textField(1, tag), floatField(2, value)]),
  );
  return event(time, messageField(5, summaries));
}

/** Markdown for the text tab. */
export function textEvent(time: EventTime, tag: string, markdown: string): Uint8Array {
  const DT_STRING = 7;
  const scalarShape = messageField(2, []);
  const tensor = [varintField(1, DT_STRING), scalarShape, textField(8, markdown)];
  return event(
    time,
    messageField(5, [
      messageField(1, [textField(1, tag), messageField(8, tensor), pluginMetadata('text', [])]),
    ]),
  );
}

/** One entry for the table of the hparams tab; other values than these four kinds are its text. */
export function hparamsStartEvent(
  time: EventTime,
  values: readonly (readonly [string, unknown])[],
): Uint8Array {
  const entries = values.map(([name, value]) =>
    messageField(1, [textField(1, name), messageField(2, [protobufValue(value)])]),
  );
  return hparamsEvent(
    time,
    '_hparams_/session_start_info',
    messageField(3, [...entries, doubleField(5, time.wallTime)]),
  );
}

/** @param succeeded or it failed */
export function hparamsEndEvent(time: EventTime, succeeded: boolean): Uint8Array {
  return hparamsEvent(
    time,
    '_hparams_/session_end_info',
    messageField(4, [varintField(1, succeeded ? 1 : 2), doubleField(2, time.wallTime)]),
  );
}

/** A message as it stands in the file. */
export function frameRecord(message: Uint8Array): Uint8Array {
  const record = Buffer.alloc(message.length + 16);
  record.writeBigUInt64LE(BigInt(message.length), 0);
  record.writeUInt32LE(maskedCrc32c(record.subarray(0, 8)), 8);
  record.set(message, 12);
  record.writeUInt32LE(maskedCrc32c(message), 12 + message.length);
  return record;
}

/** CRC-32 with Castagnoli's polynomial, bits reversed (RFC 3720, appendix B.4). */
export function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ table[(crc ^ byte) & 0xff];
  return (crc ^ 0xffffffff) >>> 0;
}

const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  return crc;
});

function maskedCrc32c(bytes: Uint8Array): number {
  const crc = crc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

function event({ wallTime, step = 0 }: EventTime, what: Field): Uint8Array {
  return Buffer.concat([
    doubleField(1, wallTime),
    ...(step > 0 ? [varintField(2, step)] : []),
    what,
  ]);
}

/** `SummaryMetadata.plugin_data`; empty content is left out. */
function pluginMetadata(plugin: string, content: readonly Field[]): Field {
  const data = content.length > 0 ? [messageField(2, content)] : [];
  return messageField(9, [messageField(1, [textField(1, plugin), ...data])]);
}

/** The plug-in's data travel in the metadata (version 0, left out), beside an empty tensor. */
function hparamsEvent(time: EventTime, tag: string, info: Field): Uint8Array {
  const DT_FLOAT = 1;
  const noElements = messageField(2, [messageField(2, [])]);
  return event(
    time,
    messageField(5, [
      messageField(1, [
        textField(1, tag),
        messageField(8, [varintField(1, DT_FLOAT), noElements]),
        pluginMetadata('hparams', [info]),
      ]),
    ]),
  );
}

function protobufValue(value: unknown): Field {
  if (typeof value === 'number') return doubleField(2, value);
  if (typeof value === 'boolean') return varintField(4, value);
  if (typeof value === 'string') return textField(3, value);
  return value === null ? varintField(1, 0) : textField(3, JSON.stringify(value) ?? 'undefined');
}
