export interface Limits {
  /** CPU time of one program. @default 500 */
  cpuMs: number;
  /** Wall time of one program. @default 4000 */
  wallMs: number;
  /** Resident memory of one program, shadow memory included. @default 256 */
  memoryMiB: number;
  /** Each of stdout, stderr and the results. @default 256 */
  outputKiB: number;
  /** Characters of what a run printed that stay in its stage's record. @default 4096 */
  keptOutput?: number;
}

export const defaultLimits: Limits = { cpuMs: 500, wallMs: 4000, memoryMiB: 256, outputKiB: 256 };

/** For compilers and what they start: generous, since a limit here is told as a compile error. */
export const buildLimits = {
  cpuMs: 10_000,
  wallMs: 30_000,
  totalMs: 30_000,
  memoryMiB: 3072,
  outputBytes: 256 * 1024 * 1024,
};
