/**
 * The few parts of Protocol Buffers' wire format that event files and W&B's run files use.
 * (protobuf.dev/programming-guides/encoding)
 */

/** One encoded field; a message is its fields in a row. */
export type Field = Uint8Array;

const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;

/** A whole number of at least 0, or a bool. */
export function varintField(number: number, value: number | boolean): Field {
  return Buffer.concat([tag(number, VARINT), varint(Number(value))]);
}

export function doubleField(number: number, value: number): Field {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return Buffer.concat([tag(number, FIXED64), bytes]);
}

export function floatField(number: number, value: number): Field {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return Buffer.concat([tag(number, FIXED32), bytes]);
}

export function textField(number: number, value: string): Field {
  return bytesField(number, Buffer.from(value, 'utf8'));
}

export function messageField(number: number, fields: readonly Field[]): Field {
  return bytesField(number, Buffer.concat(fields));
}

export function bytesField(number: number, value: Uint8Array): Field {
  return Buffer.concat([tag(number, BYTES), varint(value.length), value]);
}

/** What a field was read as: varints as numbers, everything else as its bytes. */
export interface ReadField {
  number: number;
  value: number | Buffer;
}

/** The fields of a message in their order; `null` where the bytes are no message. */
export function readFields(message: Uint8Array): ReadField[] | null {
  const bytes = Buffer.from(message.buffer, message.byteOffset, message.length);
  const fields: ReadField[] = [];
  let at = 0;
  const readVarint = (): number => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = bytes[at++];
      if (byte === undefined) return NaN;
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const key = readVarint();
    const kind = key % 8;
    const number = Math.floor(key / 8);
    if (kind === VARINT) {
      fields.push({ number, value: readVarint() });
      continue;
    }
    const length =
      kind === FIXED64 ? 8 : kind === FIXED32 ? 4 : kind === BYTES ? readVarint() : NaN;
    if (!(at + length <= bytes.length)) return null;
    fields.push({ number, value: bytes.subarray(at, (at += length)) });
  }
  return fields;
}

function tag(number: number, kind: number): Buffer {
  return varint(number * 8 + kind);
}

/** Seven bits a byte, the lowest first; exact up to 2⁵³. */
function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 128) {
    bytes.push((rest % 128) + 128);
    rest = Math.floor(rest / 128);
  }
  bytes.push(rest);
  return Buffer.from(bytes);
}
