import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { isAlive } from './alive.js';

/**
 * A new folder that lives as long as whoever made it: its maker removes it, or, where that was killed, the
 * next one who asks for such a folder.
 * @param purpose a word of its name: `judge`
 */
export function temporaryFolder(purpose: string): string {
  removeAbandoned(purpose);
  return mkdtempSync(path.join(tmpdir(), `rlsf-${purpose}-${process.pid}-`));
}

function removeAbandoned(purpose: string): void {
  const name = new RegExp(`^rlsf-${purpose}-(\\d+)-`);
  for (const entry of readdirSync(tmpdir())) {
    const pid = name.exec(entry)?.[1];
    if (pid === undefined || isAlive(Number(pid))) continue;
    try {
      rmSync(path.join(tmpdir(), entry), { recursive: true, force: true });
    } catch {
      // Another user's: theirs to remove.
    }
  }
}
