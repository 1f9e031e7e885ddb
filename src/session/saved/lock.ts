/** One process works on a saved session; a lock whose process is gone is taken over. */
import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { inputError } from '../../errors.js';
import type { ProcessIdentity } from '../../experiments/run/process-identity.js';
import { isAlive, thisProcess } from '../../experiments/run/process-identity.js';

export interface SessionLock {
  readonly folder: string;
  /** @throws where another process took it over */
  check(): Promise<void>;
  release(): Promise<void>;
}

type Holder = ProcessIdentity & { token: string };

/** @throws where another session, of this process or another one, holds the folder */
export async function lockSession(folder: string): Promise<SessionLock> {
  const file = path.join(folder, 'lock.json');
  const mine: Holder = { ...(await thisProcess()), token: randomUUID() };
  await mkdir(folder, { recursive: true });
  while (!(await created(file, mine))) {
    const holder = await holderOf(file);
    if (holder && (await isAlive(holder))) throw heldBy(folder, holder);
    await rm(file, { force: true });
  }
  const check = async (): Promise<void> => {
    const holder = await holderOf(file);
    if (holder?.token !== mine.token)
      throw inputError(
        `${folder}: expected this process to be the only one that writes the session, but ${holder ? `process ${holder.pid} took it over` : 'its lock is gone'}. Save it under another name.`,
      );
  };
  // Of two that took over a dead lock at once, the later one's file stands.
  await check();
  return {
    folder,
    check,
    async release() {
      const holder = await holderOf(file);
      if (holder?.token === mine.token) await rm(file, { force: true });
    },
  };
}

async function created(file: string, mine: Holder): Promise<boolean> {
  try {
    await writeFile(file, `${JSON.stringify(mine)}\n`, { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw inputError(`${file}: cannot be written. Check that the folder can be.`, { cause: error });
  }
}

/** `null`: nobody, or a lock that a crash left half-written. */
async function holderOf(file: string): Promise<Holder | null> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Holder;
  } catch {
    return null;
  }
}

function heldBy(folder: string, { pid }: Holder): Error {
  const who =
    pid === process.pid ? 'this process has it open already' : `process ${pid} has it open`;
  return inputError(
    `${folder}: expected a session that nobody works on, but ${who}. Close it there, or save under another name.`,
  );
}
