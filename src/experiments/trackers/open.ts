import { openMlflow } from './mlflow.js';
import { openTensorBoard } from './tensorboard.js';
import type {
  RunEnd,
  Tracker,
  TrackedRun,
  TrackerContext,
  TrackerOptions,
  TrackerSettings,
} from './tracker.js';
import { openTrackio } from './trackio.js';
import { openWandb } from './wandb.js';

/**
 * Opens every tool that is asked for and fans out to them. No tool can stop the run, or hold it for
 * longer than `timeoutMs`: one that fails is named once, with what to do, and left alone from then
 * on. Servers are spoken to in the background; `finish` waits for them, side by side.
 */
export async function openTrackers(
  settings: TrackerSettings,
  run: TrackedRun,
  options: TrackerOptions = {},
): Promise<Tracker> {
  const { tensorboard = true, wandb = false, mlflow = false, trackio = false } = settings;
  const { project = 'rlsf', timeoutMs = 30_000, wandbSyncMs = 60_000 } = settings;
  const { env = process.env, now = Date.now, onWarning = () => undefined } = options;
  const context: TrackerContext = { run, env, project, timeoutMs, wandbSyncMs, now, onWarning };
  const wandbOff = env.WANDB_MODE === 'disabled' || isTrue(env.WANDB_DISABLED);
  const wanted: [boolean, string, (context: TrackerContext) => Promise<Tracker>][] = [
    [tensorboard, 'TensorBoard', openTensorBoard],
    [wandb && !wandbOff, 'W&B', openWandb],
    [mlflow, 'MLflow', openMlflow],
    [trackio, 'trackio', openTrackio],
  ];
  const opened = await Promise.all(
    wanted
      .filter(([isWanted]) => isWanted)
      .map(([, name, open]) => openHarmlessly(name, open, context)),
  );
  const trackers = opened.filter((tracker) => tracker !== null);
  return {
    async log(step, metrics) {
      await Promise.all(trackers.map((tracker) => tracker.log(step, metrics)));
    },
    async finish(status) {
      await Promise.all(trackers.map((tracker) => tracker.finish(status)));
    },
  };
}

/** A tracker whose calls neither throw nor last; `null` where it could not be opened. */
async function openHarmlessly(
  name: string,
  open: (context: TrackerContext) => Promise<Tracker>,
  context: TrackerContext,
): Promise<Tracker | null> {
  const { timeoutMs, onWarning } = context;
  let failed = false;
  const attempt = async <T>(what: () => Promise<T>, limitMs: number): Promise<T | null> => {
    try {
      return await within(limitMs, what());
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      if (!failed) {
        onWarning(
          `${name}: ${message} The run goes on without it; metrics.jsonl has every figure.`,
        );
      }
      failed = true;
      return null;
    }
  };
  const tracker = await attempt(() => open(context), timeoutMs);
  if (tracker === null) return null;
  return {
    async log(step: number, metrics: Readonly<Record<string, number>>) {
      if (!failed) await attempt(() => tracker.log(step, metrics), timeoutMs);
    },
    async finish(status: RunEnd) {
      // A tool minds the time by itself, and says what it could not hand over: a little more.
      if (!failed) await attempt(() => tracker.finish(status), timeoutMs + 2000);
    },
  };
}

async function within<T>(limitMs: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`expected an end within ${limitMs / 1000} s, but there was none.`)),
      limitMs,
    );
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

function isTrue(value: string | undefined): boolean {
  return ['1', 'true', 'yes', 'on'].includes((value ?? '').toLowerCase());
}
