import { describe, expect, it } from 'vitest';
import type {
  QueueSettings,
  RemoteTarget,
  TrackedRow,
} from '../../../src/experiments/trackers/queue.js';
import { queueTracker, RefusedError } from '../../../src/experiments/trackers/queue.js';
import type { Tracker } from '../../../src/experiments/trackers/tracker.js';

interface Watched {
  tracker: Tracker;
  sent: number[];
  calls: string[];
  warnings: string[];
}

function open(target: Partial<RemoteTarget>, settings: Partial<QueueSettings> = {}): Watched {
  const sent: number[] = [];
  const calls: string[] = [];
  const warnings: string[] = [];
  const tracker = queueTracker(
    {
      begin: async () => void calls.push('begin'),
      async send(rows: readonly TrackedRow[]) {
        calls.push(`send ${rows.length}`);
        sent.push(...rows.map(({ step }) => step));
      },
      end: async (status) => void calls.push(status),
      ...target,
    },
    {
      name: 'Tool',
      timeoutMs: 1000,
      now: () => 0,
      onWarning: (message) => warnings.push(message),
      backOffMs: 5,
      ...settings,
    },
  );
  return { tracker, sent, calls, warnings };
}

const forever = (): Promise<never> => new Promise(() => undefined);

describe('queueTracker', () => {
  it('begins, sends in batches in their order, and ends', async () => {
    let begin: () => void = () => undefined;
    const { tracker, sent, calls, warnings } = open(
      { begin: () => new Promise<void>((resolve) => (begin = resolve)) },
      { maxBatch: 2 },
    );
    for (let step = 1; step <= 5; step++) await tracker.log(step, { reward: 1 });
    begin();
    await tracker.finish('finished');
    expect(sent).toEqual([1, 2, 3, 4, 5]);
    expect(calls).toEqual(['send 2', 'send 2', 'send 1', 'finished']);
    expect(warnings).toEqual([]);
  });

  it('does not wait in log for a server that does not answer', async () => {
    const { tracker, warnings } = open({ begin: forever }, { timeoutMs: 50 });
    const started = performance.now();
    for (let step = 1; step <= 100; step++) await tracker.log(step, {});
    expect(performance.now() - started).toBeLessThan(40);
    await tracker.finish('finished');
    expect(performance.now() - started).toBeLessThan(1000);
    expect(warnings).toEqual([
      'Tool: 0.05 s after the run’s end, 100 steps had not reached the server: it did not answer. metrics.jsonl has every figure.'.replace(
        '’',
        "'",
      ),
    ]);
  });

  it('tries again after a failure, says so once, and loses no row', async () => {
    let failures = 4;
    const sent: number[] = [];
    const { tracker, warnings } = open({
      async send(rows) {
        if (failures-- > 0) throw new Error('out of reach.');
        sent.push(...rows.map(({ step }) => step));
      },
    });
    await tracker.log(1, {});
    await new Promise((resolve) => setTimeout(resolve, 10));
    await tracker.log(2, {});
    await tracker.finish('finished');
    expect(sent).toEqual([1, 2]);
    expect(warnings).toEqual([
      'Tool: out of reach. The run goes on, and what waits is sent once the server answers; metrics.jsonl has every figure.',
    ]);
  });

  it('gives up at a refusal', async () => {
    let begun = 0;
    const { tracker, warnings, calls } = open({
      async begin() {
        begun++;
        throw new RefusedError('no such key. Set it.');
      },
    });
    await tracker.log(1, {});
    await new Promise((resolve) => setTimeout(resolve, 20));
    await tracker.log(2, {});
    await tracker.finish('finished');
    expect(begun).toBe(1);
    expect(calls).toEqual([]);
    expect(warnings).toEqual([
      'Tool: no such key. Set it. The run goes on; metrics.jsonl has every figure.',
    ]);
  });

  it('holds so many rows and no more', async () => {
    let release: () => void = () => undefined;
    const { tracker, sent, warnings } = open(
      { begin: () => new Promise<void>((resolve) => (release = resolve)) },
      { maxWaiting: 3 },
    );
    for (let step = 1; step <= 6; step++) await tracker.log(step, {});
    release();
    await tracker.finish('interrupted');
    expect(sent).toEqual([1, 2, 3]);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain('3 steps wait for the server');
  });

  it('sends a row that is logged in the very turn in which the worker ends', async () => {
    const { tracker, sent } = open({});
    for (let step = 1; step <= 300; step++) {
      await tracker.log(step, {});
      for (let turn = 0; turn < step % 7; turn++) await Promise.resolve();
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(sent).toEqual(Array.from({ length: 300 }, (_, i) => i + 1));
    await tracker.finish('finished');
  });
});
