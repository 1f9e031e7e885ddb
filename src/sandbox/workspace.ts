import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { chown, cp, mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Workspace {
  root: string;
  /** A new folder, owned by `uid` when given, that nobody else can look into. */
  create(uid: number | null): Promise<string>;
  remove(folder: string): Promise<void>;
  /** A copy of a folder that every user may read; made once. */
  openCopy(folder: string): Promise<string>;
  close(): Promise<void>;
}

/** Temporary folders under one root; the root goes at `close`, at the process's exit, or with the next pool. */
export function createWorkspace(): Workspace {
  removeAbandoned();
  const root = mkdtempSync(join(tmpdir(), `rlsf-judge-${process.pid}-`));
  const copies = new Map<string, Promise<string>>();
  let next = 0;
  // Passing through is allowed, listing is not.
  chmodSync(root, 0o711);
  const sweep = (): void => rmSync(root, { recursive: true, force: true });
  process.once('exit', sweep);
  return {
    root,
    async create(uid) {
      const folder = join(root, String(next++));
      await mkdir(folder, { mode: 0o700 });
      if (uid !== null) await chown(folder, uid, uid);
      return folder;
    },
    openCopy(folder) {
      const target = join(root, `copy-${copies.size}`);
      const known = copies.get(folder) ?? cp(folder, target, { recursive: true }).then(() => target);
      copies.set(folder, known);
      return known;
    },
    async remove(folder) {
      await rm(folder, { recursive: true, force: true, maxRetries: 3 });
    },
    async close() {
      process.removeListener('exit', sweep);
      await rm(root, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

/** Roots of processes that were killed outright. */
function removeAbandoned(): void {
  for (const name of readdirSync(tmpdir())) {
    const pid = /^rlsf-judge-(\d+)-/.exec(name)?.[1];
    if (pid === undefined || isAlive(Number(pid))) continue;
    try {
      rmSync(join(tmpdir(), name), { recursive: true, force: true });
    } catch {
      // Another user's: theirs to remove.
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
