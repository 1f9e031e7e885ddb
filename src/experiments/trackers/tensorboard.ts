/** Event files for TensorBoard: one per session of the run, flushed after each step. */
import { mkdir, open } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { stringify as stringifyYaml } from 'yaml';
import {
  fileVersionEvent,
  frameRecord,
  hparamsEndEvent,
  hparamsStartEvent,
  scalarsEvent,
  sessionStartEvent,
  textEvent,
} from './event-file.js';
import { flattenConfig, trackedMetrics } from './names.js';
import type { Tracker, TrackerContext } from './tracker.js';

/**
 * Writes to `<run>/tensorboard` (under TENSORBOARD_LOGGING_DIR: to a folder there by the run's
 * name). A resumed run's file begins with a session start, at which readers drop the points after
 * the resumed step. NaN and infinities are written: TensorBoard marks them.
 */
export async function openTensorBoard({ run, env, now }: TrackerContext): Promise<Tracker> {
  const folder = env.TENSORBOARD_LOGGING_DIR
    ? path.join(env.TENSORBOARD_LOGGING_DIR, run.name)
    : path.join(run.folder, 'tensorboard');
  await mkdir(folder, { recursive: true });
  const file = await createEventFile(folder, now());
  const time = (step = 0): { wallTime: number; step: number } => ({ wallTime: now() / 1000, step });
  const write = (...events: Uint8Array[]): Promise<void> =>
    append(file, Buffer.concat(events.map(frameRecord)));

  await write(fileVersionEvent(time()));
  if (run.resumedAfterStep !== null) await write(sessionStartEvent(time(run.resumedAfterStep + 1)));
  else {
    await write(
      textEvent(time(), 'config', fenced(stringifyYaml(run.config))),
      hparamsStartEvent(time(), flattenConfig(run.config)),
    );
  }
  return {
    async log(step, metrics) {
      await write(scalarsEvent(time(step), trackedMetrics(metrics)));
    },
    async finish(status) {
      // A stopped run may go on: only an end that is one is said.
      if (status !== 'interrupted') await write(hparamsEndEvent(time(), status === 'finished'));
    },
  };
}

/** TensorBoard reads a folder's files in the order of their names, which begin with the time. */
async function createEventFile(folder: string, milliseconds: number): Promise<string> {
  const host = os.hostname() || 'localhost';
  const seconds = String(Math.floor(milliseconds / 1000)).padStart(10, '0');
  for (let n = 0; ; n++) {
    const number = String(n).padStart(6, '0');
    const file = path.join(
      folder,
      `events.out.tfevents.${seconds}.${number}.${host}.${process.pid}`,
    );
    try {
      await (await open(file, 'ax')).close();
      return file;
    } catch (error) {
      // A run stopped and resumed within one second.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

async function append(file: string, bytes: Uint8Array): Promise<void> {
  const handle = await open(file, 'a');
  try {
    await handle.write(bytes);
    await handle.datasync();
  } finally {
    await handle.close();
  }
}

function fenced(text: string): string {
  return `\`\`\`yaml\n${text}\`\`\`\n`;
}
