import { inputError } from '../errors.js';
import { isObject } from './files.js';
import { utf8Bytes } from './utf8.js';

/** A token's bytes from its spelling in the vocabulary. */
export type Spelling = (token: string) => Uint8Array;

/**
 * How the vocabulary of a `tokenizer.json` spells bytes: byte-level BPE (GPT-2's table of 256
 * printable characters) or SentencePiece (`▁` for a blank, `<0xNN>` for a raw byte).
 */
export function spellingOf(
  tokenizer: Record<string, unknown>,
  where: string,
): { kind: 'byte-level' | 'sentencepiece'; bytes: Spelling } {
  const decoders = componentTypes(tokenizer.decoder, 'decoders');
  const preTokenizers = componentTypes(tokenizer.pre_tokenizer, 'pretokenizers');
  if (decoders.includes('ByteLevel') || preTokenizers.includes('ByteLevel')) {
    return { kind: 'byte-level', bytes: byteLevelBytes };
  }
  if (
    decoders.includes('Metaspace') ||
    preTokenizers.includes('Metaspace') ||
    decoders.includes('ByteFallback')
  ) {
    return { kind: 'sentencepiece', bytes: sentencePieceBytes };
  }
  throw inputError(
    `${where}: cannot tell the bytes of a token: expected a ByteLevel, Metaspace or ByteFallback decoder, got ${JSON.stringify(decoders)}.`,
  );
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

/** The `type` of a component of `tokenizer.json`, or of each part of a Sequence. */
function componentTypes(component: unknown, partsKey: string): string[] {
  if (!isObject(component)) return [];
  const parts = component[partsKey];
  if (component.type === 'Sequence' && Array.isArray(parts)) {
    return parts.flatMap((part) => componentTypes(part, partsKey));
  }
  return typeof component.type === 'string' ? [component.type] : [];
}
