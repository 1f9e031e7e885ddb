import * as tf from '@tensorflow/tfjs';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { dirname } from 'node:path';
import { environmentError, inputError } from '../errors.js';
import { setMatmulPrecision, startNative } from './native/start.js';
import { startTensorflow } from './tensorflow/start.js';

export type BackendName = 'native' | 'tensorflow' | 'wasm' | 'cpu';

/**
 * `highest`: float32 products. `bf16`: their operands are rounded to bfloat16 (relative error of an
 * operand at most 2⁻⁸), the sums stay float32. Products with a side below 64, as LoRA's, stay as they
 * are, and so does sampling from weights held in float32. docs/performance.md has the gain.
 */
export type MatmulPrecision = 'highest' | 'bf16';

export interface BackendChoice {
  name: BackendName;
  /** Why this one, for people. */
  reason: string;
  threads: number;
  matmulPrecision: MatmulPrecision;
  /** The vector instructions of the native backend's products; `null` with another backend. */
  instructions: string | null;
  /** Every backend that was considered, in order. */
  tried: { name: BackendName; ok: boolean; note: string }[];
}

const names: readonly BackendName[] = ['native', 'tensorflow', 'wasm', 'cpu'];

/**
 * Makes one backend the current one. `auto` takes the first that works of: tensorflow on a GPU,
 * native, tensorflow on the CPU, wasm, cpu. Defaults: RLSF_BACKEND, else auto; RLSF_THREADS, else
 * every core that this process may use; RLSF_MATMUL_PRECISION, else highest.
 * @throws an environment error where no backend works, or bf16 products are not to be had
 */
export async function selectBackend(
  choice: BackendName | 'auto' = parseChoice(process.env['RLSF_BACKEND'] || 'auto'),
  options: { threads?: number; matmulPrecision?: MatmulPrecision } = {},
): Promise<BackendChoice> {
  const threads = parseThreads(options.threads ?? process.env['RLSF_THREADS']);
  const matmulPrecision = parsePrecision(
    options.matmulPrecision ?? process.env['RLSF_MATMUL_PRECISION'],
  );
  tf.enableProdMode(); // tfjs greets and recommends itself otherwise
  const candidates = choice === 'auto' ? automatic : [attemptFor(parseChoice(choice))];
  const tried: BackendChoice['tried'] = [];
  for (const { name, start } of candidates) {
    const result = await attempt(start, threads);
    tried.push({ name, ok: result.ok, note: result.note });
    if (!result.ok) continue;
    return {
      name,
      reason: reasonFor(choice, tried) + (matmulPrecision === 'bf16' ? '; bf16 products' : ''),
      threads: result.threads,
      matmulPrecision,
      instructions: setPrecision(name, matmulPrecision),
      tried,
    };
  }
  const notes = tried.map(({ name, note }) => `${name}: ${note}`).join('; ');
  throw environmentError(`selectBackend: no tensor backend works here (${notes}).`);
}

interface Started {
  ok: boolean;
  note: string;
  threads: number;
}

interface Attempt {
  name: BackendName;
  start(threads: number): Promise<Started>;
}

const attempts: readonly Attempt[] = [
  { name: 'native', start: startNativeBackend },
  { name: 'tensorflow', start: startTensorflowAnywhere },
  { name: 'wasm', start: startWasm },
  { name: 'cpu', start: startCpu },
];

const automatic: readonly Attempt[] = [
  { name: 'tensorflow', start: startTensorflowGpu },
  ...attempts,
];

function attemptFor(name: BackendName | 'auto'): Attempt {
  return attempts.find((one) => one.name === name) ?? attempts[0];
}

async function attempt(start: Attempt['start'], threads: number): Promise<Started> {
  try {
    return await start(threads);
  } catch (error) {
    return { ok: false, note: error instanceof Error ? error.message : String(error), threads };
  }
}

function reasonFor(choice: BackendName | 'auto', tried: BackendChoice['tried']): string {
  const [chosen, ...before] = [...tried].reverse();
  if (choice !== 'auto') return `${chosen.name} was asked for (${chosen.note})`;
  const passed = before.reverse().map(({ name, note }) => `${name}: ${note}`);
  return [`${chosen.name} is the fastest that works here (${chosen.note})`, ...passed].join('; ');
}

async function startNativeBackend(threads: number): Promise<Started> {
  await startNative(threads);
  return { ok: true, note: `C++ kernels on oneDNN, ${threads} threads`, threads };
}

async function startTensorflowGpu(threads: number): Promise<Started> {
  return { ok: true, ...(await startTensorflow(threads, { needsGpu: true })) };
}

async function startTensorflowAnywhere(threads: number): Promise<Started> {
  return { ok: true, ...(await startTensorflow(threads)) };
}

async function startWasm(threads: number): Promise<Started> {
  const wasm = await import('@tensorflow/tfjs-backend-wasm');
  const main = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm');
  if (tf.findBackend('wasm') === null) {
    wasm.setWasmPaths(`${dirname(main)}/`);
    wasm.setThreadsCount(threads);
  }
  const ok = await withoutListeners(() => tf.setBackend('wasm'));
  return { ok, note: ok ? 'WebAssembly' : 'WebAssembly did not start', threads };
}

/**
 * Emscripten's loader listens to errors that nobody caught and throws them again, which prints pages
 * of its own source over the message. What to do with an error is the program's business.
 */
async function withoutListeners<T>(start: () => Promise<T>): Promise<T> {
  const events = ['uncaughtException', 'unhandledRejection'] as const;
  const before = events.map((event) => new Set(process.rawListeners(event)));
  const result = await start();
  events.forEach((event, i) => {
    for (const listener of process.rawListeners(event))
      if (!before[i].has(listener))
        process.removeListener(event, listener as (...args: unknown[]) => void);
  });
  return result;
}

async function startCpu(): Promise<Started> {
  await tf.setBackend('cpu');
  return { ok: true, note: 'plain JavaScript, slow', threads: 1 };
}

function parseChoice(choice: string): BackendName | 'auto' {
  const known = (['auto', ...names] as const).find((name) => name === choice);
  if (known !== undefined) return known;
  throw inputError(`selectBackend: expected auto, ${names.join(', ')}, got ${choice}.`);
}

/** Returns the native backend's instructions, or `null` for another backend. */
function setPrecision(name: BackendName, precision: MatmulPrecision): string | null {
  if (name === 'native') return setMatmulPrecision(precision);
  if (precision === 'highest') return null;
  throw environmentError(
    `selectBackend: expected the native backend for matmul precision bf16, but ${name} is in use. Build the native kernels (node kernels/native/build.mjs), or use precision highest.`,
  );
}

function parsePrecision(came: string | undefined): MatmulPrecision {
  if (came === undefined || came === '' || came === 'highest') return 'highest';
  if (came === 'bf16') return 'bf16';
  throw inputError(
    `selectBackend: expected matmul precision (or RLSF_MATMUL_PRECISION) highest or bf16, got ${came}.`,
  );
}

function parseThreads(came: string | number | undefined): number {
  if (came === undefined || came === '') return availableParallelism();
  const threads = Number(came);
  if (Number.isInteger(threads) && threads >= 1) return threads;
  throw inputError(
    `selectBackend: expected threads (or RLSF_THREADS) to be a positive integer, got ${came}.`,
  );
}
