import type { Limits } from '../../limits.js';
import type { Tier } from '../../isolation.js';
import type { ProcessResult } from '../../process.js';
import type { Workbench } from './compile.js';
import { sanitizerEnvironment } from './flags.js';

/** What one program did, as its supervisor saw it (kernels/launcher/supervise.h). */
export interface Execution {
  ended: 'exit' | 'signal';
  code: number;
  /** Why the supervisor ended it, if it did. */
  cause: 'none' | 'cpu' | 'wall' | 'memory';
  cpuMs: number;
  wallMs: number;
  rssKiB: number;
  stdout: string;
  stderr: string;
  /** One line per value and per case that was begun. */
  results: string;
  /** The stack at which a limit found it. */
  stops: string;
  /** A stream was cut at the limit. */
  flooded: boolean;
}

/** Runs the compiled unit. `null` for a program of which the supervisor brought nothing back. */
export async function executeUnit(
  bench: Workbench,
  options: { count: number; mode: 'batch' | 'alone'; limits: Limits },
): Promise<{ command: string[]; result: ProcessResult; executions: (Execution | null)[] }> {
  const { count, mode, limits } = options;
  const outputBytes = limits.outputKiB * 1024;
  const result = await bench.run({
    mode,
    folder: bench.folder,
    writable: false,
    readOnly: [],
    limits: {
      cpuMs: limits.cpuMs,
      wallMs: limits.wallMs,
      totalMs: count * (limits.wallMs + 500) + 1000,
      memoryMiB: limits.memoryMiB,
      outputBytes,
    },
    command: ['unit'],
    slot: bench.slot,
  });
  const executions = readFrames(result.stdout, count, outputBytes);
  return { command: ['./unit', mode, String(limits.cpuMs)], result, executions };
}

export function executionEnvironment(limits: Limits, tier: Tier): Record<string, string> {
  return sanitizerEnvironment({ memoryMiB: limits.memoryMiB, leakCheck: tier.leakCheck });
}

/** Splits the supervisor's output; a frame that is cut or malformed ends the reading. */
export function readFrames(
  output: Buffer,
  count: number,
  outputBytes: number,
): (Execution | null)[] {
  const executions: (Execution | null)[] = Array.from({ length: count }, () => null);
  let at = 0;
  while (at < output.length) {
    const lineEnd = output.indexOf(0x0a, at);
    if (lineEnd < 0) break;
    const words = output.toString('latin1', at, lineEnd).split(' ');
    const numbers = [words[1], words[3], ...words.slice(5)].map(Number);
    if (words[0] !== 'RLSF1' || words.length !== 12 || !numbers.every(Number.isSafeInteger)) break;
    const [index, code, cpuMs, wallMs, rssKiB, ...sizes] = numbers;
    let from = lineEnd + 1;
    if (from + sizes.reduce((sum, size) => sum + size, 0) > output.length) break;
    const [stdout, stderr, results, stops] = sizes.map((size) => {
      const text = output.toString('utf8', from, from + size);
      from += size;
      return text;
    });
    if (index >= 0 && index < count) {
      executions[index] = {
        ended: words[2] === 'signal' ? 'signal' : 'exit',
        code,
        cause: causeOf(words[4]),
        cpuMs,
        wallMs,
        rssKiB,
        stdout,
        stderr,
        results,
        stops,
        flooded: sizes.some((size) => size >= outputBytes),
      };
    }
    at = from;
  }
  return executions;
}

function causeOf(word: string): Execution['cause'] {
  return word === 'cpu' || word === 'wall' || word === 'memory' ? word : 'none';
}
