import { spawn } from 'node:child_process';
import path from 'node:path';
import { vi } from 'vitest';
import { main } from '../../src/cli.js';

export const root = path.resolve(import.meta.dirname, '../..');

export interface Called {
  code: number | null;
  out: string;
  err: string;
}

/** The command line inside this process. */
export async function call(...argv: string[]): Promise<Called> {
  let out = '';
  let err = '';
  const outSpy = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    out += String(text);
    return true;
  });
  const errSpy = vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    err += String(text);
    return true;
  });
  try {
    return { code: await main(argv), out, err };
  } finally {
    outSpy.mockRestore();
    errSpy.mockRestore();
  }
}

export interface SpawnOptions {
  cwd: string;
  env?: Record<string, string | undefined>;
  /** Called with all output so far; may send signals. */
  watch?: (out: string, kill: (signal: NodeJS.Signals) => void) => void;
}

/** A program of its own, without a terminal. */
export function run(command: string, argv: string[], options: SpawnOptions): Promise<Called> {
  const child = spawn(command, argv, {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  const watch = (): void => options.watch?.(out + err, (signal) => child.kill(signal));
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString();
    watch();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk.toString();
    watch();
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, out, err }));
  });
}
