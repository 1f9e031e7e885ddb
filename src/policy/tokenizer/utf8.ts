/**
 * Text of raw bytes, and where each byte lands in the UTF-8 of that text. A model may emit half a
 * character: TextDecoder turns each broken piece into U+FFFD, which is three bytes long, so raw
 * offsets and text offsets part there.
 */
export interface DecodedBytes {
  text: string;
  /** For raw offset i, its offset in the UTF-8 of `text`; `bytes.length + 1` numbers. */
  textOffset(rawOffset: number): number;
}

export function decodeBytes(bytes: Uint8Array): DecodedBytes {
  const text = lenientDecoder.decode(bytes);
  // A broken piece is the only way to get U+FFFD that is not in the bytes already.
  if (!text.includes('\ufffd')) return { text, textOffset: (rawOffset) => rawOffset };
  const offsets = mapOffsets(bytes);
  return { text, textOffset: (rawOffset) => offsets[rawOffset] };
}

/** Decodes bytes that come in parts (`{ stream: true }`) to what `decodeBytes` makes of the whole. */
export function streamDecoder(): TextDecoder {
  return new TextDecoder('utf-8', { ignoreBOM: true });
}

export function utf8Bytes(text: string): Uint8Array {
  return encoder.encode(text);
}

// `ignoreBOM` keeps a U+FEFF at the start: it is part of the completion like any other character.
const lenientDecoder = streamDecoder();
const encoder = new TextEncoder();

function mapOffsets(bytes: Uint8Array): Uint32Array {
  const offsets = new Uint32Array(bytes.length + 1);
  let raw = 0;
  let out = 0;
  while (raw < bytes.length) {
    const { length, whole } = nextPiece(bytes, raw);
    for (let i = 0; i < length; i++) offsets[raw + i] = out + i;
    raw += length;
    out += whole ? length : 3;
  }
  offsets[raw] = out;
  return offsets;
}

/**
 * The character at `start`, or the broken piece that one U+FFFD replaces: the longest prefix of a
 * character that is well-formed so far (WHATWG Encoding, «maximal subpart»).
 */
function nextPiece(bytes: Uint8Array, start: number): { length: number; whole: boolean } {
  const lead = bytes[start];
  if (lead < 0x80) return { length: 1, whole: true };
  let needed = 0;
  let lower = 0x80;
  let upper = 0xbf;
  if (lead >= 0xc2 && lead <= 0xdf) needed = 1;
  else if (lead >= 0xe0 && lead <= 0xef) {
    needed = 2;
    if (lead === 0xe0) lower = 0xa0;
    if (lead === 0xed) upper = 0x9f;
  } else if (lead >= 0xf0 && lead <= 0xf4) {
    needed = 3;
    if (lead === 0xf0) lower = 0x90;
    if (lead === 0xf4) upper = 0x8f;
  } else return { length: 1, whole: false };
  for (let i = 1; i <= needed; i++) {
    const next = bytes[start + i];
    if (next === undefined || next < lower || next > upper) return { length: i, whole: false };
    lower = 0x80;
    upper = 0xbf;
  }
  return { length: needed + 1, whole: true };
}
