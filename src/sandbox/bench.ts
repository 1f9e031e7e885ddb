import { readFrames } from './execution.js';
import type { Tier } from './isolation.js';
import { buildLimits } from './limits.js';
import type { Limits } from './limits.js';
import { runProcess } from './process.js';
import type { Bench } from './toolchain.js';

/** What a worker may start in its folder, behind the walls of a tier. */
export function createBench(options: {
  folder: string;
  slot: number;
  tier: Tier;
  limits: Limits;
  signal: AbortSignal;
}): Omit<Bench, 'helper' | 'seenByHelpers'> {
  const { folder, slot, tier, limits, signal } = options;
  return {
    folder,
    build({ command, readOnly = [], environment, memoryMiB }) {
      const own = { ...buildLimits, memoryMiB: memoryMiB ?? buildLimits.memoryMiB };
      const wrapped = tier.wrap({
        mode: 'compile',
        folder,
        writable: true,
        readOnly,
        limits: own,
        command,
        environment,
        slot,
      });
      return runProcess(wrapped.file, wrapped.args, {
        cwd: wrapped.cwd,
        env: wrapped.env,
        // The launcher keeps the limits; this is for a launcher that is stuck itself.
        wallMs: own.totalMs + 5000,
        maxBytes: 1 << 24,
        signal,
      });
    },
    async execute(asked) {
      const { mode, command, stdin = [], readOnly = [], environment, stopSignal } = asked;
      const { cpuMs, memoryMiB } = asked.allowance ?? { cpuMs: 0, memoryMiB: 0 };
      const count = mode === 'batch' ? (asked.count ?? 1) : Math.max(stdin.length, 1);
      const outputBytes = limits.outputKiB * 1024;
      const totalMs = count * (limits.wallMs + 500) + 1000;
      const wrapped = tier.wrap({
        mode,
        folder,
        writable: false,
        readOnly,
        limits: {
          cpuMs: limits.cpuMs + cpuMs,
          wallMs: limits.wallMs,
          totalMs,
          memoryMiB: limits.memoryMiB + memoryMiB,
          outputBytes,
        },
        command,
        stdin,
        environment,
        stopSignal,
        cpuGraceMs: asked.cpuGraceMs,
        slot,
      });
      const result = await runProcess(wrapped.file, wrapped.args, {
        cwd: wrapped.cwd,
        env: wrapped.env,
        wallMs: totalMs + 5000,
        maxBytes: count * (4 * outputBytes + 1024) + (1 << 20),
        signal,
      });
      return { result, executions: readFrames(result.stdout, count, outputBytes) };
    },
  };
}
