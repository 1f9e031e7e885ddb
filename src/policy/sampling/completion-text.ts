import { decodeBytes, streamDecoder } from '../tokenizer/utf8.js';

/** The text of a completion as it grows token by token, cut at the first stop string. */
export interface CompletionText {
  /** Adds a token; `true` when a stop string is complete. */
  push(id: number): boolean;
  /**
   * The text that became certain since the last call: whole characters, and nothing that later tokens
   * could make a stop string of. `ended`: all that is left, since no more tokens come.
   */
  take(ended: boolean): string;
  /** The text before the stop string; tokens behind the cut start at its end. */
  finish(): { completion: string; byteOffsets: number[] };
}

/** Stop strings are searched in bytes, so a token may hold any part of one. */
export function createCompletionText(
  tokenBytes: (id: number) => Uint8Array,
  stops: readonly Uint8Array[],
): CompletionText {
  const bytes: number[] = [];
  const starts = [0];
  let cut: number | null = null;
  let taken = 0;
  let decoder: TextDecoder | null = null;
  return {
    push(id) {
      const before = bytes.length;
      bytes.push(...tokenBytes(id));
      starts.push(bytes.length);
      for (const stop of stops) {
        const found = indexOf(bytes, stop, Math.max(0, before - stop.length + 1));
        if (found >= 0 && (cut === null || found < cut)) cut = found;
      }
      return cut !== null;
    },
    take(ended) {
      const end = cut ?? (ended ? bytes.length : certainEnd(bytes, taken, stops));
      const part = Uint8Array.from(bytes.slice(taken, end));
      taken = end;
      decoder ??= streamDecoder(); // keeps the bytes of a character that is not whole yet
      return decoder.decode(part, { stream: !ended });
    },
    finish() {
      const end = cut ?? bytes.length;
      const { text, textOffset } = decodeBytes(Uint8Array.from(bytes.slice(0, end)));
      return {
        completion: text,
        byteOffsets: starts.map((start) => textOffset(Math.min(start, end))),
      };
    },
  };
}

/** Where the first stop string may have begun that is not complete yet; the end, if none. */
function certainEnd(bytes: readonly number[], from: number, stops: readonly Uint8Array[]): number {
  const longest = stops.reduce((most, stop) => Math.max(most, stop.length), 1);
  for (let at = Math.max(from, bytes.length - longest + 1); at < bytes.length; at++) {
    if (stops.some((stop) => beginsAt(bytes, at, stop))) return at;
  }
  return bytes.length;
}

/** Whether the bytes from `at` to their end are the beginning of `stop`. */
function beginsAt(bytes: readonly number[], at: number, stop: Uint8Array): boolean {
  for (let i = at; i < bytes.length; i++) if (bytes[i] !== stop[i - at]) return false;
  return true;
}

function indexOf(bytes: readonly number[], wanted: Uint8Array, from: number): number {
  for (let at = from; at + wanted.length <= bytes.length; at++) {
    let matched = 0;
    while (matched < wanted.length && bytes[at + matched] === wanted[matched]) matched++;
    if (matched === wanted.length) return at;
  }
  return -1;
}
