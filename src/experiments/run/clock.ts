/** Wall time of stages and steps: for people only, it never enters a result. */
import type { Emit, ProgressEvent, StageName } from './events.js';

export interface StageClock {
  /** Announces the next stage. */
  begin(stage: StageName, title: string): void;
  /** Reports progress inside the stage, at most ten times a second and always at its end. */
  progress(label: string, done: number, total: number): void;
  elapsedMs(): number;
}

export function createStageClock(emit: Emit, stages: readonly StageName[]): StageClock {
  const started = Date.now();
  let current: StageName = stages[0];
  let label = '';
  let labelStarted = started;
  let lastSent = 0;
  return {
    begin(stage, title) {
      current = stage;
      label = '';
      emit({
        type: 'stage',
        stage,
        title,
        index: stages.indexOf(stage) + 1,
        stages: stages.length,
      });
    },
    progress(nextLabel, done, total) {
      const now = Date.now();
      if (nextLabel !== label) [label, labelStarted, lastSent] = [nextLabel, now, 0];
      if (done < total && now - lastSent < 100) return;
      lastSent = now;
      const elapsedMs = now - labelStarted;
      const event: ProgressEvent = {
        type: 'progress',
        stage: current,
        label,
        done,
        total,
        elapsedMs,
        etaMs: remainingMs(elapsedMs, done, total),
      };
      emit(event);
    },
    elapsedMs: () => Date.now() - started,
  };
}

/** What is left at the pace so far; `null` before anything is done. */
export function remainingMs(elapsedMs: number, done: number, total: number): number | null {
  return done > 0 ? (elapsedMs / done) * (total - done) : null;
}

/** Adds up the wall time of named parts, e.g. of one step. */
export interface PartTimer {
  enter(part: string): void;
  /** Each part's share of the whole; they sum to 1. */
  shares(): Record<string, number>;
  totalMs(): number;
}

export function createPartTimer(): PartTimer {
  const started = performance.now();
  const sums = new Map<string, number>();
  let part = '';
  let since = started;
  const close = (): void => {
    const now = performance.now();
    if (part !== '') sums.set(part, (sums.get(part) ?? 0) + now - since);
    since = now;
  };
  return {
    enter(next) {
      close();
      part = next;
    },
    shares() {
      close();
      const total = [...sums.values()].reduce((sum, ms) => sum + ms, 0);
      return Object.fromEntries([...sums].map(([name, ms]) => [name, total > 0 ? ms / total : 0]));
    },
    totalMs: () => performance.now() - started,
  };
}

/** Seconds of the step, and of each of its parts as far as it is: columns of its row of metrics. */
export function timesOf(timer: PartTimer): Record<string, number> {
  const seconds = timer.totalMs() / 1000;
  const parts = Object.entries(timer.shares()).map(([part, share]): [string, number] => [
    `step_time/${part}`,
    share * seconds,
  ]);
  return { step_time: seconds, ...Object.fromEntries(parts) };
}
