import { isUtf8 } from 'node:buffer';
import { readFile } from 'node:fs/promises';
import { inputError } from '../../errors.js';

/** A file's text, which has to be UTF-8: read otherwise, another text would be judged. */
export async function readText(file: string, what: string): Promise<string> {
  const bytes = await readFile(file).catch((cause: unknown) => {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
    throw inputError(`${file}: expected ${what}, ${reasonOf(code)}. Check the path.`, { cause });
  });
  if (isUtf8(bytes)) return bytes.toString('utf8');
  const at = firstBadByte(bytes);
  const line = bytes.subarray(0, at).filter((byte) => byte === 0x0a).length + 1;
  const byte = bytes[at].toString(16).padStart(2, '0');
  throw inputError(
    `${file}: expected ${what} in UTF-8, but byte ${at} (0x${byte}, line ${line}) begins no character of it. Convert the file first; from Latin-1: iconv -f latin1 -t utf-8.`,
  );
}

function reasonOf(code: string): string {
  if (code === 'ENOENT') return 'there is no such file';
  return code === 'EISDIR' ? 'this is a folder' : `it cannot be read (${code})`;
}

/** Where decoding puts the first U+FFFD that the file itself does not hold. */
function firstBadByte(bytes: Buffer): number {
  const held = Buffer.from('\ufffd');
  let at = 0;
  for (const part of bytes.toString('utf8').split('\ufffd')) {
    at += Buffer.byteLength(part);
    if (!bytes.subarray(at, at + held.length).equals(held)) break;
    at += held.length;
  }
  return at;
}
