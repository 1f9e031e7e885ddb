import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';

/** The bytes of a file, unpacked where it ends in `.gz`. */
export function openBytes(file: string): AsyncIterable<Uint8Array> {
  const bytes = createReadStream(file);
  if (!/\.gz$/i.test(file)) return bytes;
  const unpacked = createGunzip();
  bytes.on('error', (error) => unpacked.destroy(error));
  return bytes.pipe(unpacked);
}

/**
 * The lines of a file, cut at line feeds alone (a JSON text may hold U+2028, at which Node's own reader
 * cuts), each as bytes without its end.
 */
export async function* readLines(file: string): AsyncGenerator<Uint8Array> {
  let rest: Uint8Array[] = [];
  for await (const chunk of openBytes(file)) {
    let from = 0;
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, from)) {
      yield joined([...rest, chunk.subarray(from, at)]);
      rest = [];
      from = at + 1;
    }
    if (from < chunk.length) rest.push(chunk.slice(from));
  }
  if (rest.length > 0) yield joined(rest);
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** The text of a line; `null` where it is not UTF-8. A byte order mark is left out. */
export function decode(bytes: Uint8Array): string | null {
  try {
    return utf8.decode(bytes);
  } catch {
    return null;
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  return parts.length === 1 ? parts[0] : Buffer.concat(parts);
}
