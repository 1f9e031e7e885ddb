import { inputError } from '../../errors.js';
import { isObject } from '../folder/files.js';
import { utf8Bytes } from './utf8.js';

/** How a vocabulary spells text. */
export interface Spelling {
  bytes(token: string): Uint8Array;
  /** Whether encoding puts a blank in front of a text, as SentencePiece does. */
  prependsBlank: boolean;
}

/**
 * How the vocabulary of a `tokenizer.json` spells bytes: byte-level BPE (GPT-2's table of 256
 * printable characters) or SentencePiece (`▁` for a blank, `<0xNN>` for a raw byte).
 */
export function spellingOf(tokenizer: Record<string, unknown>, where: string): Spelling {
  const decoders = components(tokenizer.decoder, 'decoders');
  const preTokenizers = components(tokenizer.pre_tokenizer, 'pretokenizers');
  const has = (type: string): boolean =>
    [...decoders, ...preTokenizers].some((part) => part.type === type);
  if (has('ByteLevel')) return { bytes: byteLevelBytes, prependsBlank: false };
  if (has('Metaspace') || has('ByteFallback')) {
    const prependsBlank =
      components(tokenizer.normalizer, 'normalizers').some((part) => part.type === 'Prepend') ||
      preTokenizers.some((part) => part.type === 'Metaspace' && prefixScheme(part) !== 'never');
    return { bytes: sentencePieceBytes, prependsBlank };
  }
  const types = decoders.map((part) => String(part.type)).join(', ');
  throw inputError(
    `${where}: cannot tell the bytes of a token: expected a ByteLevel, Metaspace or ByteFallback decoder, got ${types || 'none'}.`,
  );
}

/** When a Metaspace pre-tokenizer puts a blank in front; older files say it with `add_prefix_space`. */
export function prefixScheme(metaspace: Record<string, unknown>): unknown {
  return metaspace.prepend_scheme ?? (metaspace.add_prefix_space === false ? 'never' : 'always');
}

/** GPT-2's spelling of each byte as one printable character, by byte. */
export const byteCharacters: readonly string[] = makeByteCharacters();

function byteLevelBytes(token: string): Uint8Array {
  const bytes: number[] = [];
  for (const character of token) {
    const byte = byteOfCharacter.get(character);
    // A character outside the table can only stand for itself (a plain added token).
    if (byte === undefined) bytes.push(...utf8Bytes(character));
    else bytes.push(byte);
  }
  return Uint8Array.from(bytes);
}

function sentencePieceBytes(token: string): Uint8Array {
  const raw = /^<0x([0-9A-Fa-f]{2})>$/.exec(token);
  if (raw !== null) return Uint8Array.of(Number.parseInt(raw[1], 16));
  return utf8Bytes(token.replaceAll('▁', ' '));
}

/** Printable Latin-1 bytes stand for themselves, the others for U+0100 onwards, in byte order. */
function makeByteCharacters(): string[] {
  const isPrintable = (byte: number): boolean =>
    (byte >= 0x21 && byte <= 0x7e) ||
    (byte >= 0xa1 && byte <= 0xac) ||
    (byte >= 0xae && byte <= 0xff);
  let shifted = 0;
  return Array.from({ length: 256 }, (_, byte) =>
    String.fromCodePoint(isPrintable(byte) ? byte : 256 + shifted++),
  );
}

const byteOfCharacter = new Map(byteCharacters.map((character, byte) => [character, byte]));

/** A component of `tokenizer.json`, or each part of a Sequence. */
function components(component: unknown, partsKey: string): Record<string, unknown>[] {
  if (!isObject(component)) return [];
  const parts = component[partsKey];
  if (component.type === 'Sequence' && Array.isArray(parts)) {
    return parts.flatMap((part) => components(part, partsKey));
  }
  return [component];
}
