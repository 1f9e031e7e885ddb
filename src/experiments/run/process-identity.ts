/** Which process works on a run. A pid alone is not enough: it is given again after a restart. */
import { readFile } from 'node:fs/promises';
import os from 'node:os';

export interface ProcessIdentity {
  host: string;
  pid: number;
  /** When the process started, in ticks since boot, and which boot; null where /proc is not there. */
  started: string | null;
}

export async function thisProcess(): Promise<ProcessIdentity> {
  return { host: os.hostname(), pid: process.pid, started: await startedAt(process.pid) };
}

/** Whether that very process still runs; on another host this cannot be known, and counts as no. */
export async function isAlive(identity: ProcessIdentity): Promise<boolean> {
  if (identity.host !== os.hostname()) return false;
  try {
    process.kill(identity.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  return (await startedAt(identity.pid)) === identity.started;
}

async function startedAt(pid: number): Promise<string | null> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8');
    // Fields are counted from the last parenthesis, since the command's name may hold anything.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return `${boot.trim()}/${fields[19]}`;
  } catch {
    return null;
  }
}
