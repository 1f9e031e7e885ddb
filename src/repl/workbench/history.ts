import {
  appendFileSync,
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** Lines typed in all sessions, oldest first. */
export interface HistoryFile {
  lines: string[];
  /** Adds one; a disk that cannot be written to costs the memory of it, not the session. */
  add(text: string): void;
}

const kept = 2000;
/** A text longer than this was pasted: it is of no use in a history. */
const longest = 20_000;

export function historyFile(): string {
  const state = process.env['XDG_STATE_HOME'] ?? path.join(os.homedir(), '.local', 'state');
  return path.join(state, 'rlsf', 'history.jsonl');
}

/**
 * One JSON object a line, appended in one write each, so that two sessions do not mix theirs. Lines
 * that cannot be read are left out. Twice as long as wanted, the file is written anew with the newer half.
 */
export function openHistory(file = historyFile()): HistoryFile {
  const all = readLines(file);
  const lines = all.slice(-kept);
  if (all.length > 2 * kept) writeAnew(file, lines);
  let last = lines[lines.length - 1];
  return {
    lines,
    add(text) {
      if (text === last || text.length > longest) return;
      last = text;
      try {
        mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
        appendFileSync(file, `${endOfBroken(file)}${JSON.stringify({ text })}\n`, { mode: 0o600 });
      } catch {
        // Read-only homes exist; the prompt's own history goes on.
      }
    },
  };
}

function readLines(file: string): string[] {
  let content: string;
  try {
    content = readFileSync(file, 'utf8');
  } catch {
    return [];
  }
  return content.split('\n').flatMap((row) => {
    try {
      const value = JSON.parse(row) as { text?: unknown } | null;
      return typeof value?.text === 'string' && value.text !== '' ? [value.text] : [];
    } catch {
      return [];
    }
  });
}

/** A crash may have left half a line: the next one begins on its own. */
function endOfBroken(file: string): string {
  try {
    const content = readFileSync(file);
    return content.length > 0 && content[content.length - 1] !== 10 ? '\n' : '';
  } catch {
    return '';
  }
}

function writeAnew(file: string, lines: readonly string[]): void {
  const temporary = `${file}.${process.pid}.partial`;
  try {
    const handle = openSync(temporary, 'w', 0o600);
    writeSync(handle, lines.map((text) => `${JSON.stringify({ text })}\n`).join(''));
    fsyncSync(handle);
    closeSync(handle);
    renameSync(temporary, file);
  } catch {
    // It stays as long as it is.
  }
}
