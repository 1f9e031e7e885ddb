import { decodeBytes } from './utf8.js';

/** The text of a completion as it grows token by token, cut at the first stop string. */
export interface CompletionText {
  /** Adds a token; `true` when a stop string is complete. */
  push(id: number): boolean;
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

function indexOf(bytes: readonly number[], wanted: Uint8Array, from: number): number {
  for (let at = from; at + wanted.length <= bytes.length; at++) {
    let matched = 0;
    while (matched < wanted.length && bytes[at + matched] === wanted[matched]) matched++;
    if (matched === wanted.length) return at;
  }
  return -1;
}
