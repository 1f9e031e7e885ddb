/**
 * Between a run and a server: rows wait here, are sent in batches in the background, and again
 * when the server was out of reach, so that the run never waits for a network.
 */
import type { RunEnd, Tracker } from './tracker.js';

export interface TrackedRow {
  readonly step: number;
  readonly metrics: Readonly<Record<string, number>>;
  readonly timeMs: number;
}

/** One server, as the queue needs it. Each call may throw; `RefusedError` means: do not try again. */
export interface RemoteTarget {
  /** Finds or makes the run there. Called before anything else, and again until it succeeds. */
  begin(signal: AbortSignal): Promise<void>;
  /** Must be safe to call again with the same rows: the answer to the first call may have been lost. */
  send(rows: readonly TrackedRow[], signal: AbortSignal): Promise<void>;
  end(status: RunEnd, signal: AbortSignal): Promise<void>;
}

export interface QueueSettings {
  /** The tool's name in warnings. */
  readonly name: string;
  /** What `finish` waits at most. */
  readonly timeoutMs: number;
  readonly now: () => number;
  readonly onWarning: (message: string) => void;
  /** Rows of one `send`. @default 200 */
  readonly maxBatch?: number;
  /** Rows that wait at most; further ones are left out. @default 20000 */
  readonly maxWaiting?: number;
  /** The first pause after a failure; doubled at each, up to sixty times as much. @default 1000 */
  readonly backOffMs?: number;
}

/** The server understood and said no: trying again is of no use. The message says what to do. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';
}

export function queueTracker(target: RemoteTarget, settings: QueueSettings): Tracker {
  const { name, timeoutMs, now, onWarning } = settings;
  const { maxBatch = 200, maxWaiting = 20_000, backOffMs = 1000 } = settings;
  const waiting: TrackedRow[] = [];
  const stop = new AbortController();
  let begun = false;
  let refused = false;
  let leftOut = 0;
  let failures = 0;
  let lastFailure = '';
  let wake: (() => void) | null = null;
  let working: Promise<void> | null = null;

  /** Sends until nothing waits; ends early when refused or stopped. Never throws. */
  async function work(): Promise<void> {
    await Promise.resolve();
    while (!refused && !stop.signal.aborted && (!begun || waiting.length > 0)) {
      try {
        if (!begun) await target.begin(stop.signal);
        begun = true;
        const batch = waiting.slice(0, maxBatch);
        if (batch.length > 0) await target.send(batch, stop.signal);
        waiting.splice(0, batch.length);
        failures = 0;
      } catch (error) {
        if (stop.signal.aborted) break;
        fail(error);
        if (!refused) await pause(backOffMs * Math.min(2 ** (failures - 1), 60));
      }
    }
    // In the same turn as the last look at what waits: a row logged after it starts anew.
    working = null;
  }

  function fail(error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    refused = error instanceof RefusedError;
    failures++;
    if (refused) onWarning(`${name}: ${message} The run goes on; metrics.jsonl has every figure.`);
    else if (lastFailure === '') {
      onWarning(
        `${name}: ${message} The run goes on, and what waits is sent once the server answers; metrics.jsonl has every figure.`,
      );
    }
    lastFailure = message;
  }

  function pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(done, ms);
      // The wait for a server must not keep a process alive that is otherwise done.
      timer.unref();
      wake = done;
      function done(): void {
        clearTimeout(timer);
        wake = null;
        resolve();
      }
    });
  }

  function start(): Promise<void> {
    working ??= work();
    return working;
  }

  void start();
  return {
    async log(step, metrics) {
      if (refused) return;
      if (waiting.length >= maxWaiting) {
        if (leftOut++ === 0) {
          onWarning(
            `${name}: ${maxWaiting} steps wait for the server; further ones are left out there. metrics.jsonl has every figure.`,
          );
        }
        return;
      }
      waiting.push({ step, metrics, timeMs: now() });
      void start();
    },
    async finish(status) {
      const timer = setTimeout(() => stop.abort(), timeoutMs);
      wake?.();
      try {
        const untilStopped = new Promise<void>((resolve) =>
          stop.signal.addEventListener('abort', () => (wake?.(), resolve())),
        );
        await Promise.race([start(), untilStopped]);
        if (begun && !refused && !stop.signal.aborted) {
          await Promise.race([target.end(status, stop.signal), untilStopped]);
        }
      } catch (error) {
        if (!stop.signal.aborted) fail(error);
      } finally {
        clearTimeout(timer);
      }
      if (stop.signal.aborted && !refused) {
        // Said already why, when a request had failed before.
        const why = lastFailure === '' ? ': it did not answer' : '';
        onWarning(
          `${name}: ${timeoutMs / 1000} s after the run's end, ${waiting.length} steps had not reached the server${why}. metrics.jsonl has every figure.`,
        );
      }
      stop.abort();
    },
  };
}
