/**
 * Weights & Biases without its library, which has no JavaScript edition: the run is written as an
 * offline run, which the user's own `wandb` command uploads while the run goes on and at its end.
 * Environment: WANDB_PROJECT, WANDB_NAME, WANDB_RUN_GROUP, WANDB_ENTITY, WANDB_RUN_ID, WANDB_DIR,
 * WANDB_MODE (`offline`: no upload); WANDB_API_KEY and the rest are the command's own.
 */
import { createHash } from 'node:crypto';
import { mkdir, open, readFile, rename, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { finiteOnly, trackedMetrics } from './names.js';
import { readTrackerId, writeTrackerId } from './state.js';
import type { RunEnd, Tracker, TrackerContext } from './tracker.js';
import {
  describeRecord,
  frameRecords,
  readRecords,
  STEP_METRIC,
  wandbExit,
  wandbHistory,
  wandbMetric,
  wandbStart,
  wandbSummary,
} from './wandb-file.js';
import { wandbSync } from './wandb-sync.js';

/** `interrupted` is no end: the run may go on, and W&B shows it as stopped after a while. */
const exitCodes: Record<RunEnd, number | null> = { finished: 0, interrupted: null, failed: 1 };

/**
 * The file is whole after every `log`: each writes its rows and, behind them, an end that the next
 * one writes over. A resumed run drops the rows after its step and goes on in the same file under
 * the same run id; an upload writes over what is there from the first row on.
 */
export async function openWandb(context: TrackerContext): Promise<Tracker> {
  const { run, env, now, timeoutMs, wandbSyncMs, onWarning } = context;
  const stored = run.resumedAfterStep === null ? null : await readTrackerId(run.folder, 'wandb');
  const runFile = stored === null ? newRunFile(context) : path.resolve(run.folder, stored);
  const folder = path.dirname(runFile);
  const kept = await keptRecords(runFile, run.resumedAfterStep ?? 0);
  const records = kept.length > 0 ? kept : startRecords(context, runFile);
  const described = kept.map(describeRecord);
  const known = new Set(
    described.flatMap((stored) => (stored.kind === 'metric' ? stored.name : [])),
  );
  let rows = described.filter(({ kind }) => kind === 'history').length;
  let number = records.length + 1;
  const started = now();

  await mkdir(folder, { recursive: true });
  const head = frameRecords(records, 0);
  let size = head.length;
  await writeFile(`${runFile}.partial`, head);
  await rename(`${runFile}.partial`, runFile);
  await writeTrackerId(run.folder, 'wandb', path.relative(run.folder, runFile));

  async function write(messages: readonly Uint8Array[], exitCode: number | null): Promise<void> {
    const content = frameRecords(messages, size);
    const end = frameRecords(
      [wandbExit(number, exitCode, (now() - started) / 1000)],
      size + content.length,
    );
    await writeAt(runFile, size, Buffer.concat([content, end]));
    size += content.length;
  }
  await write([], null);
  const uploads =
    env.WANDB_MODE === 'offline' || env.WANDB_MODE === 'dryrun'
      ? null
      : uploader({
          upload: (ms, signal) =>
            wandbSync({
              folder,
              cwd: path.dirname(path.dirname(folder)),
              env,
              timeoutMs: ms,
              signal,
            }),
          timeoutMs,
          everyMs: wandbSyncMs,
          onWarning: (message) => onWarning(`W&B: ${message}`),
        });

  return {
    async log(step, metrics) {
      const values = { ...trackedMetrics(finiteOnly(metrics)), [STEP_METRIC]: step };
      const time = { _timestamp: now() / 1000, _runtime: (now() - started) / 1000 };
      const fresh = Object.keys(values).filter((name) => name !== STEP_METRIC && !known.has(name));
      const messages = fresh.map((name) => wandbMetric(number++, name));
      messages.push(
        wandbHistory(number++, rows++, { ...values, ...time }),
        wandbSummary(number++, { ...values, ...time }),
      );
      for (const name of fresh) known.add(name);
      await write(messages, null);
      uploads?.somethingNew();
    },
    async finish(status) {
      await write([], exitCodes[status]);
      await uploads?.finish();
    },
  };
}

/** The records that stay: all whole ones but an end and the rows of later steps. */
async function keptRecords(runFile: string, lastStep: number): Promise<Uint8Array[]> {
  const bytes = await readFile(runFile).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  let later = false;
  return ((bytes && readRecords(bytes)) ?? []).filter((message) => {
    const record = describeRecord(message);
    if (record.kind === 'history') later = record.globalStep > lastStep;
    // A row's figures follow it as the summary.
    return (
      record.kind !== 'exit' && !(later && (record.kind === 'history' || record.kind === 'summary'))
    );
  });
}

function startRecords({ run, env, project, now }: TrackerContext, runFile: string): Uint8Array[] {
  const info = {
    id: path.basename(runFile).replace(/^run-(.*)\.wandb$/, '$1'),
    name: env.WANDB_NAME || run.name,
    project: env.WANDB_PROJECT || project,
    ...(env.WANDB_ENTITY ? { entity: env.WANDB_ENTITY } : {}),
    ...(env.WANDB_RUN_GROUP ? { group: env.WANDB_RUN_GROUP } : {}),
    host: os.hostname(),
    startMs: now(),
    config: { ...run.config, method: run.method, ...run.tags },
  };
  return wandbStart(info, 'rlsf');
}

/** `<WANDB_DIR or run>/wandb/offline-run-YYYYMMDD_HHMMSS-ID/run-ID.wandb`, as the library names it. */
function newRunFile({ run, env, now }: TrackerContext): string {
  const time = new Date(now()).toISOString().slice(0, 19).replace(/[-:]/g, '').replace('T', '_');
  const unique = `${path.resolve(run.folder)} ${now()}`;
  const id = env.WANDB_RUN_ID || createHash('sha256').update(unique).digest('hex').slice(0, 8);
  const root = path.resolve(env.WANDB_DIR || run.folder);
  return path.join(root, 'wandb', `offline-run-${time}-${id}`, `run-${id}.wandb`);
}

async function writeAt(runFile: string, position: number, bytes: Uint8Array): Promise<void> {
  const file = await open(runFile, 'r+');
  try {
    await file.write(bytes, 0, bytes.length, position);
    await file.truncate(position + bytes.length);
    await file.datasync();
  } finally {
    await file.close();
  }
}

interface UploaderSettings {
  upload: (timeoutMs: number, signal: AbortSignal) => Promise<string | null>;
  timeoutMs: number;
  everyMs: number;
  onWarning: (message: string) => void;
}

/** One upload at the start, one every so often while there is something new, one at the end. */
function uploader({ upload, timeoutMs, everyMs, onWarning }: UploaderSettings): {
  somethingNew(): void;
  finish(): Promise<void>;
} {
  const stop = new AbortController();
  let running: Promise<void> | null = null;
  let isNew = everyMs > 0;
  let trouble = '';
  const start = (signal: AbortSignal): Promise<void> => {
    isNew = false;
    running = upload(timeoutMs, signal)
      .catch((error: unknown) => String(error))
      .then((problem) => {
        if (problem !== null && trouble === '') onWarning(`${problem} The run goes on.`);
        trouble = problem ?? '';
        running = null;
      });
    return running;
  };
  const timer = setInterval(
    () => {
      if (isNew && running === null) void start(stop.signal);
    },
    Math.max(everyMs, 1000),
  );
  timer.unref();
  if (everyMs > 0) void start(stop.signal);
  else clearInterval(timer);
  return {
    somethingNew: () => (isNew = true),
    async finish() {
      clearInterval(timer);
      const deadline = setTimeout(() => stop.abort(), timeoutMs);
      try {
        await running;
        if (!stop.signal.aborted) await start(stop.signal);
      } finally {
        clearTimeout(deadline);
      }
    },
  };
}
