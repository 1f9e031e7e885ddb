import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';

/** The user's editor with its arguments: `$VISUAL`… as `code --wait`; `null`: there is none. */
export function editorCommand(environment: NodeJS.ProcessEnv = process.env): string[] | null {
  const named = [environment['EDITOR'], environment['VISUAL']].find((each) => each?.trim());
  if (named) return named.trim().split(/\s+/);
  const found = ['nano', 'vi'].find((name) => isOnPath(name, environment));
  return found === undefined ? null : [found];
}

export type Edited = { outcome: 'saved' | 'unchanged' } | { outcome: 'failed'; reason: string };

/** Lets the editor have the terminal, and tells whether the file is another one afterwards. */
export function editFile(file: string, command: readonly string[]): Edited {
  const before = contentOf(file);
  const [program, ...rest] = command;
  const { error, status, signal } = spawnSync(program, [...rest, file], { stdio: 'inherit' });
  if (error) return { outcome: 'failed', reason: `${program}: ${error.message}` };
  if (status !== 0)
    return {
      outcome: 'failed',
      reason: `${program} ended with ${signal ?? `exit code ${status}`}`,
    };
  return { outcome: contentOf(file) === before ? 'unchanged' : 'saved' };
}

/** Opens a page in the browser of a desktop; `false`: there is none, or it is on another machine. */
export function openPage(file: string, environment: NodeJS.ProcessEnv = process.env): boolean {
  const opener =
    process.platform === 'darwin'
      ? 'open'
      : environment['DISPLAY'] || environment['WAYLAND_DISPLAY']
        ? 'xdg-open'
        : null;
  if (opener === null || !isOnPath(opener, environment)) return false;
  const child = spawn(opener, [file], { stdio: 'ignore', detached: true });
  child.on('error', () => {});
  child.unref();
  return true;
}

function isOnPath(program: string, environment: NodeJS.ProcessEnv): boolean {
  return (environment['PATH'] ?? '')
    .split(path.delimiter)
    .some((folder) => folder !== '' && existsSync(path.join(folder, program)));
}

function contentOf(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}
