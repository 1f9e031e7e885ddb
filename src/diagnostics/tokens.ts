import { offsetOf } from './positions.js';
import type { SourceMap } from './source-map.js';

/** Byte offset just behind the last token before a place, comments and blanks passed over; `null` at the start. */
export function endOfPreviousToken(map: SourceMap, line: number, column: number): number | null {
  const { bytes } = map.index;
  const target = offsetOf(map.index, line, column);
  let end: number | null = null;
  let i = 0;
  while (i < target) {
    const byte = bytes[i];
    if (byte <= 0x20) {
      i++;
    } else if (byte === 0x2f && bytes[i + 1] === 0x2f) {
      while (i < target && bytes[i] !== 0x0a) i++;
    } else if (byte === 0x2f && bytes[i + 1] === 0x2a) {
      i += 2;
      while (i < target && !(bytes[i] === 0x2a && bytes[i + 1] === 0x2f)) i++;
      i += 2;
    } else if (byte === 0x22 || byte === 0x27) {
      i++;
      while (i < target && bytes[i] !== byte && bytes[i] !== 0x0a) i += bytes[i] === 0x5c ? 2 : 1;
      end = ++i;
    } else {
      end = ++i;
    }
  }
  return end === null ? null : Math.min(end, target);
}
