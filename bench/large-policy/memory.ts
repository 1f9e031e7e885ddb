import { readFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';

/** Megabytes (10^6 bytes) of the whole process; peaks are those within the stage. */
export interface Stage {
  name: string;
  seconds: number;
  /** What the system calls RssAnon: without the pages of mapped files. */
  peakAnonymous: number;
  peakResident: number;
  /** Anonymous, when the stage was done. */
  heldAnonymous: number;
}

export interface StageClock {
  /** Ends the stage that began with the call before. */
  end(name: string): void;
  stages: Stage[];
}

const statusOf = (name: string): RegExp => new RegExp(`${name}:\\s+(\\d+)`);

/**
 * Measures stages one after the other. A thread looks every 2 ms, since stages leave the main one
 * busy; what it found lies in shared memory.
 */
export async function startStages(): Promise<StageClock> {
  const shared = new Float64Array(new SharedArrayBuffer(24));
  const sampler = `
    const { readFileSync } = require('node:fs');
    const { workerData: shared } = require('node:worker_threads');
    const wait = new Int32Array(shared.buffer);
    for (;;) {
      const status = readFileSync('/proc/self/status', 'utf8');
      const anonymous = Number(${statusOf('RssAnon')}.exec(status)[1]);
      const resident = Number(${statusOf('VmRSS')}.exec(status)[1]);
      if (anonymous > shared[0]) shared[0] = anonymous;
      if (resident > shared[1]) shared[1] = resident;
      Atomics.wait(wait, 4, 0, 2);
    }
  `;
  const worker = new Worker(sampler, { eval: true, workerData: shared, execArgv: [] });
  worker.unref();
  while (shared[1] === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  const stages: Stage[] = [];
  let started = performance.now();
  return {
    stages,
    end(name) {
      const seconds = (performance.now() - started) / 1000;
      const status = readFileSync('/proc/self/status', 'utf8');
      const held = Number(statusOf('RssAnon').exec(status)![1]) * megabyte;
      const [anonymous, resident] = [shared[0] * megabyte, shared[1] * megabyte];
      stages.push({
        name,
        seconds,
        peakAnonymous: Math.max(anonymous, held),
        peakResident: Math.max(resident, held),
        heldAnonymous: held,
      });
      shared.fill(0);
      started = performance.now();
    },
  };
}

/** From the kernel's kibibytes. */
const megabyte = 1024 / 1e6;
