import * as tf from '@tensorflow/tfjs';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { dirname } from 'node:path';
import { environmentError, inputError } from '../errors.js';

export type BackendName = 'native' | 'tensorflow' | 'wasm' | 'cpu';

export interface BackendChoice {
  name: BackendName;
  /** Why this one, for people. */
  reason: string;
  threads: number;
  /** Every backend that was considered, in order. */
  tried: { name: BackendName; ok: boolean; note: string }[];
}

const names: readonly BackendName[] = ['native', 'tensorflow', 'wasm', 'cpu'];

/**
 * Makes one backend the current one. `auto` takes the first that works of: tensorflow on a GPU,
 * native, tensorflow on the CPU, wasm, cpu. Defaults: RLSF_BACKEND, else auto; RLSF_THREADS, else
 * every core that this process may use.
 */
export async function selectBackend(
  choice: BackendName | 'auto' = parseChoice(process.env['RLSF_BACKEND'] ?? 'auto'),
  options: { threads?: number } = {},
): Promise<BackendChoice> {
  const threads = options.threads ?? parseThreads(process.env['RLSF_THREADS']);
  tf.enableProdMode();
  if (choice !== 'auto') {
    const started = await start(parseChoice(choice) as BackendName, threads);
    const tried = [{ name: choice, ok: started.ok, note: started.note }];
    if (!started.ok) throw environmentError(`Backend ${choice}: ${started.note}`);
    return { name: choice, reason: `${choice} was asked for: ${started.note}`, threads: started.threads, tried };
  }
  const tried: BackendChoice['tried'] = [];
  for (const name of ['native', 'tensorflow', 'wasm', 'cpu'] as const) {
    const started = await start(name, threads);
    tried.push({ name, ok: started.ok, note: started.note });
    if (started.ok) {
      const passed = tried.slice(0, -1).map((other) => `${other.name}: ${other.note}`);
      const reason = [`${name} is the fastest that works here (${started.note})`, ...passed].join('; ');
      return { name, reason, threads: started.threads, tried };
    }
  }
  throw environmentError('No tensor backend works here, not even tfjs cpu.');
}

interface Started {
  ok: boolean;
  note: string;
  threads: number;
}

async function start(name: BackendName, threads: number): Promise<Started> {
  try {
    switch (name) {
      case 'native':
        return { ok: false, note: 'not built', threads };
      case 'tensorflow':
        return { ok: false, note: 'neither @tensorflow/tfjs-node-gpu nor @tensorflow/tfjs-node is installed', threads };
      case 'wasm':
        return await startWasm(threads);
      case 'cpu':
        await tf.setBackend('cpu');
        return { ok: true, note: 'plain JavaScript, slow', threads: 1 };
    }
  } catch (error) {
    return { ok: false, note: error instanceof Error ? error.message : String(error), threads };
  }
}

async function startWasm(threads: number): Promise<Started> {
  const wasm = await import('@tensorflow/tfjs-backend-wasm');
  const main = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm');
  wasm.setWasmPaths(`${dirname(main)}/`);
  wasm.setThreadsCount(threads);
  const ok = await tf.setBackend('wasm');
  return { ok, note: ok ? 'WebAssembly' : 'it did not start', threads };
}

function parseChoice(choice: string): BackendName | 'auto' {
  const known = ['auto', ...names].find((name) => name === choice);
  if (known === undefined) {
    throw inputError(`selectBackend: expected auto, ${names.join(', ')}, got ${choice}.`);
  }
  return known as BackendName | 'auto';
}

function parseThreads(text: string | undefined): number {
  if (text === undefined || text === '') return availableParallelism();
  const threads = Number(text);
  if (!Number.isInteger(threads) || threads < 1) {
    throw inputError(`RLSF_THREADS: expected a positive integer, got ${text}.`);
  }
  return threads;
}
