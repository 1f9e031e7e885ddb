import { nextTurn } from '../../../tensor/index.js';
import type { Policy } from '../../../policy/index.js';
import { checkNotDisposed } from '../../../policy/decoder/variables.js';
import { prefilled } from '../../../policy/sampling/queue.js';
import type { Row } from '../../../policy/sampling/rows.js';
import { stepRows } from '../../../policy/sampling/steps.js';
import { likeliest, nextLogits, type Likely } from './alternatives.js';
import type { CacheLimits } from './cache.js';
import { passOf, type Job } from './job.js';
import type { Load, LogprobsMode } from './protocol.js';
import { createSeats, type Seat } from './seats.js';

export interface SchedulerOptions extends CacheLimits {
  logprobsMode: LogprobsMode;
  /** Tokens of prompts that are read between two decoding steps. @default 512 */
  prefillTokens?: number;
  /** The tokens of one step. */
  onStep(drawn: DrawnToken[]): void;
  /** All its rows have ended, or were freed. */
  onEnd(job: Job): void;
  /** A step broke: these jobs are given up. */
  onFailure(jobs: Job[], error: unknown): void;
}

/** The row's last token. */
export interface DrawnToken {
  job: Job;
  row: Row;
  /** What became certain of the text with it. */
  text: string;
  /** Where the job asked for alternatives. */
  likely: Likely[];
}

export interface Scheduler {
  add(job: Job): void;
  /** Frees the rows of a job between two steps; `onEnd` comes then. */
  cancel(job: Job): void;
  readonly load: Load;
  /** Frees what is kept for an adapter that no job uses. */
  forget(adapter: string): void;
  /** Ends after the step in hand; what is left is freed without a word. */
  close(): Promise<void>;
}

/**
 * Continuous batching: a row joins the running ones at the next step where a slot is free, and leaves
 * when it ends. Jobs take turns in being given a slot, so that one of a thousand rows does not keep out
 * the others. A step is one pass over the weights for all rows of one adapter and one set of sampling
 * settings; rows that differ in these take turns within a step. Prompts are read in parts between the
 * steps, and once for all rows that have the same. Since a row's numbers do not depend on the rows beside
 * it, neither do its tokens.
 */
export function createScheduler(policy: Policy, options: SchedulerOptions): Scheduler {
  const { prefillTokens = 512 } = options;
  const seats = createSeats(policy, options);
  /** Rows that have no seat yet, by job, in the order of turns. */
  const waiting = new Map<Job, Row[]>();
  const cancelled = new Set<Job>();
  let closing = false;
  let working: Promise<void> | null = null;

  function start(): void {
    if (working !== null || closing) return;
    working = work().finally(() => {
      working = null;
      if (waiting.size > 0 || cancelled.size > 0) start();
    });
  }

  async function work(): Promise<void> {
    // First the turn of whatever else came with this request: it joins the same step.
    await nextTurn();
    while (!closing) {
      drop();
      if (waiting.size === 0 && seats.taken.length === 0) return;
      admit();
      try {
        checkNotDisposed(policy, 'Scheduler');
        seats.read(prefillTokens);
        for (const group of seats.groups()) {
          step(group);
          await nextTurn();
        }
      } catch (error) {
        fail(error);
      }
      await nextTurn();
    }
  }

  function drop(): void {
    for (const job of cancelled) {
      cancelled.delete(job);
      waiting.delete(job);
      for (const seat of seats.taken.filter((each) => each.job === job)) seats.release(seat);
      end(job);
    }
  }

  /** One row of each job in turn, until no slot is free for the next one. */
  function admit(): void {
    for (;;) {
      const [next] = waiting;
      if (next === undefined) return;
      const [job, rows] = next;
      if (!seats.take(job, rows[0])) return;
      rows.shift();
      waiting.delete(job);
      if (rows.length > 0) waiting.set(job, rows);
    }
  }

  function step(group: readonly Seat[]): void {
    const [{ job: first }] = group;
    // Their keys and values are written again by the step itself, so that it draws the same without them.
    const likely = alternatives(group.filter(({ job }) => (job.alternatives ?? 0) > 0));
    const rows = group.map(({ row }) => row);
    stepRows(seats.decoder(first.adapter), rows, first.settings, first.ends);
    const drawn = group.map(({ job, row }): DrawnToken => {
      const text = row.text.take(row.finishReason !== null);
      return { job, row, text, likely: likely.get(row) ?? [] };
    });
    for (const seat of group) if (seat.row.finishReason !== null) seats.release(seat);
    options.onStep(drawn);
    for (const job of new Set(group.map((seat) => seat.job))) if (isDone(job)) end(job);
  }

  function alternatives(group: readonly Seat[]): Map<Row, Likely[]> {
    const found = new Map<Row, Likely[]>();
    // A few at a time: the logits of a large vocabulary are many.
    for (let from = 0; from < group.length; from += 16) {
      const part = group.slice(from, from + 16);
      const rows = part.map(({ row }) => row);
      const place = {
        ids: Int32Array.from(rows, (row) => row.ids.at(-1) ?? row.promptIds.at(-1)!),
        slots: Int32Array.from(rows, (row) => row.slot),
        positions: Int32Array.from(rows, (row) => prefilled(row) + row.ids.length),
      };
      const pass = passOf(part[0].job.adapter);
      const logits = nextLogits(policy, place, seats.cache, pass);
      const width = logits.length / part.length;
      part.forEach(({ job, row }, i) => {
        const own = logits.subarray(i * width, (i + 1) * width);
        const seen = Int32Array.from(row.seen);
        const count = job.alternatives ?? 0;
        found.set(row, likeliest(own, count, options.logprobsMode, job.settings, seen));
      });
    }
    return found;
  }

  /** What a broken step leaves of the rows is not to be trusted: all that run are given up. */
  function fail(error: unknown): void {
    const jobs = [...new Set(seats.taken.map(({ job }) => job))];
    for (const job of jobs) waiting.delete(job);
    seats.clear();
    options.onFailure(jobs, error);
    for (const job of jobs) end(job);
  }

  function isDone(job: Job): boolean {
    return (
      !waiting.has(job) && !cancelled.has(job) && !seats.taken.some((seat) => seat.job === job)
    );
  }

  function end(job: Job): void {
    options.onEnd(job);
  }

  return {
    add(job) {
      if (job.rows.length === 0) return end(job);
      waiting.set(job, [...job.rows]);
      start();
    },
    cancel(job) {
      if (!waiting.has(job) && !seats.taken.some((seat) => seat.job === job)) return;
      cancelled.add(job);
      start();
    },
    get load() {
      let rows = 0;
      for (const each of waiting.values()) rows += each.length;
      return { running: seats.taken.length, waiting: rows, cacheBytes: seats.cacheBytes };
    },
    forget: (adapter) => seats.forget(adapter),
    async close() {
      closing = true;
      await working;
      seats.clear();
      waiting.clear();
    },
  };
}
