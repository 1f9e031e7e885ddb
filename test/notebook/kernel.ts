import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../..');
const python = '/usr/bin/python3';

/** Debian's `jupyter-client`, which `npm run setup` installs, and the built package. */
export const hasJupyterClient =
  spawnSync(python, ['-c', 'import jupyter_client'], { stdio: 'ignore' }).status === 0;

export type KernelRequest =
  { execute: string } | { complete: string; cursor: number } | { inspect: string; cursor: number };

export interface KernelOutput {
  type: 'stream' | 'error' | 'display_data' | 'update_display_data';
  text?: string;
  ename?: string;
  evalue?: string;
  traceback?: string[];
  data?: Record<string, unknown>;
  transient?: { display_id?: string };
}

export interface KernelAnswer {
  reply?: { status: string; ename?: string; evalue?: string; traceback?: string[] };
  outputs?: KernelOutput[];
  /** The number that came before the outputs. */
  announced?: number | null;
  matches?: string[];
  cursor_start?: number;
  cursor_end?: number;
  found?: boolean;
  data?: Record<string, string>;
}

/** Starts the real kernel `rlsf`, asks it one thing after another, ends it. */
export async function askKernel(
  requests: readonly KernelRequest[],
  options: { folder?: string; jupyterPath?: string } = {},
): Promise<KernelAnswer[]> {
  const {
    folder = path.join(root, 'notebooks'),
    jupyterPath = path.join(root, 'kernels/jupyter'),
  } = options;
  const place = mkdtempSync(path.join(os.tmpdir(), 'rlsf-kernel-client-'));
  const file = path.join(place, 'answers.json');
  const script = path.join(import.meta.dirname, 'kernel-client.py');
  try {
    const client = spawn(python, [script, folder, file], {
      env: { ...process.env, JUPYTER_PATH: jupyterPath },
      stdio: ['pipe', 'ignore', 'pipe'],
    });
    let errors = '';
    client.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
    client.stdin.end(JSON.stringify(requests));
    const code = await new Promise((resolve) => client.on('close', resolve));
    if (code !== 0) throw new Error(`The kernel's client failed: ${errors}`);
    return JSON.parse(readFileSync(file, 'utf8')) as KernelAnswer[];
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}
