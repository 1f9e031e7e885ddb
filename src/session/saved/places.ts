import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';

/** Where a session of this name is saved: `sessions/<name>`, or below RLSF_SESSIONS. A path stays one. */
export function sessionFolder(name: string): string {
  return /[/\\]|^\.\.?$/.test(name) ? name : path.join(sessionsFolder(), name);
}

/** Names of the saved sessions, in order. */
export async function listSessions(): Promise<string[]> {
  const folder = sessionsFolder();
  const names = await readdir(folder).catch((): string[] => []);
  return names.filter((name) => existsSync(path.join(folder, name, 'session.json'))).sort();
}

function sessionsFolder(): string {
  return process.env['RLSF_SESSIONS'] || 'sessions';
}
