/** A process that appends to a rollout log as fast as it can, until it is killed. */
import { spawn } from 'node:child_process';
import path from 'node:path';
import type { Random } from '../../src/algorithms/random.js';
import type { Rollout } from '../../src/records.js';
import { openRolloutStore } from '../../src/rollouts/store.js';
import { exampleRollout } from './example-rollout.js';

const BATCH = 6;

/** The records of a step; their sizes differ, and a batch is some megabytes, so that kills hit writes. */
export function writtenBatch(step: number): Rollout[] {
  return Array.from({ length: BATCH }, (_, sample) =>
    exampleRollout({
      step,
      sample,
      completion: `${step}/${sample} `.repeat(1 + ((step * 7919 + sample * 104729) % 60_000)),
    }),
  );
}

export interface KilledWriter {
  /** Steps whose append had returned, as the child said. */
  acknowledged: number[];
  /** The kill came before an append that was under way had ended. */
  wasWriting: boolean;
}

/** Starts the child on `file` at `step` and kills it with SIGKILL, some time after its first append. */
export async function killWhileWriting(
  file: string,
  step: number,
  random: Random,
): Promise<KilledWriter> {
  const script = `
    import { openRolloutStore } from ${JSON.stringify(path.resolve('src/rollouts/store.ts'))};
    import { writtenBatch } from ${JSON.stringify(import.meta.filename)};
    import { writeSync } from 'node:fs';
    const store = openRolloutStore(process.argv[1]);
    for (let step = ${step}; ; step++) {
      const batch = writtenBatch(step);
      writeSync(1, 'begin ' + step + '\\n');
      store.append(batch);
      writeSync(1, 'end ' + step + '\\n');
    }`;
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', '--input-type=module', '-e', script, file],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let said = '';
  let timer: NodeJS.Timeout | null = null;
  const delayMs = random.next() * 40;
  child.stdout.on('data', (text: Buffer) => {
    said += text.toString();
    if (said.includes('end') && timer === null)
      timer = setTimeout(() => child.kill('SIGKILL'), delayMs);
  });
  const [, signal] = await new Promise<[number | null, string | null]>((resolve) =>
    child.on('close', (code, killedBy) => resolve([code, killedBy])),
  );
  if (signal !== 'SIGKILL') throw new Error(`the writer ended by itself: ${said.slice(-200)}`);
  const lines = said.trim().split('\n');
  return {
    acknowledged: lines
      .filter((line) => line.startsWith('end'))
      .map((line) => Number(line.slice(4))),
    wasWriting: lines[lines.length - 1].startsWith('begin'),
  };
}

/**
 * What a kill may leave: all of `before` and of every acknowledged step, in order, and then at most the
 * first records of the one append in flight. Any other log is an error that says what was seen.
 * @returns the last whole step
 */
export function checkAfterKill(file: string, firstStep: number, killed: KilledWriter): number {
  const store = openRolloutStore(file);
  try {
    const found = store.readAll();
    const lastAcknowledged = killed.acknowledged.at(-1) ?? firstStep - 1;
    const whole = lastAcknowledged * BATCH;
    if (found.length < whole)
      throw new Error(`${whole - found.length} acknowledged records are lost`);
    if (found.length > whole + BATCH)
      throw new Error(`${found.length - whole - BATCH} records too many`);
    found.forEach((rollout, index) => {
      const expected = writtenBatch(1 + Math.floor(index / BATCH))[index % BATCH];
      if (JSON.stringify(rollout) !== JSON.stringify(expected))
        throw new Error(`record ${index} is ${rollout.id}, expected ${expected.id}`);
    });
    const last = Math.floor(found.length / BATCH);
    store.truncateAfterStep(last);
    if (store.readAll().length !== last * BATCH)
      throw new Error('truncation kept a part of a step');
    return last;
  } finally {
    store.close();
  }
}
