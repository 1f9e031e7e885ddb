import { execFileSync } from 'node:child_process';
import path from 'node:path';

/** What a process holds after a step, once JavaScript's garbage is gone. */
export interface Held {
  step: number;
  residentMiB: number;
  poolMiB: number;
  tensors: number;
}

/** Trains in a process of its own, on batches of so many different shapes; every fifth step. */
export function heldInTraining(steps: number, shapes: number): Held[] {
  const program = path.join(import.meta.dirname, 'long-training.ts');
  const argv = ['--import', 'tsx', '--expose-gc', program, String(steps), String(shapes)];
  const output = execFileSync(process.execPath, argv, { encoding: 'utf8' });
  return JSON.parse(output.trim().split('\n').at(-1) ?? '') as Held[];
}

/** The median resident memory over these steps, in MiB. */
export function residentMiB(held: readonly Held[], from: number, to: number): number {
  const values = held
    .filter(({ step }) => step >= from && step <= to)
    .map((at) => at.residentMiB)
    .sort((a, b) => a - b);
  return values[values.length >> 1];
}
