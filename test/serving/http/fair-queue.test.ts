import { expect, test } from 'vitest';
import { createFairQueue } from '../../../src/serving/http/index.js';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('one tenant’s hundred pieces delay another’s first by one turn', async () => {
  const queue = createFairQueue({ concurrency: 1 });
  const order: string[] = [];
  const run = (tenant: string, i: number): Promise<void> =>
    queue.run(tenant, async () => {
      await turn();
      order.push(`${tenant}${i}`);
    });
  const greedy = Array.from({ length: 100 }, (_, i) => run('a', i));
  await turn();
  const modest = [run('b', 0), run('b', 1), run('c', 0)];
  await Promise.all([...greedy, ...modest]);
  expect(order.slice(0, 7)).toEqual(['a0', 'a1', 'b0', 'c0', 'a2', 'b1', 'a3']);
  expect(order).toHaveLength(103);
  expect(order.filter((each) => each.startsWith('a'))).toEqual(
    Array.from({ length: 100 }, (_, i) => `a${i}`),
  );
});

test('never more at a time than it may, and a piece that fails makes room', async () => {
  const queue = createFairQueue({ concurrency: 3 });
  let most = 0;
  const ends = await Promise.allSettled(
    Array.from({ length: 30 }, (_, i) =>
      queue.run(`t${i % 4}`, async () => {
        most = Math.max(most, queue.running);
        await turn();
        if (i % 3 === 0) throw new Error(`${i}`);
        return i;
      }),
    ),
  );
  expect(most).toBe(3);
  expect(ends.map(({ status }) => status)).toEqual(
    ends.map((_, i) => (i % 3 === 0 ? 'rejected' : 'fulfilled')),
  );
  expect([queue.waiting, queue.running]).toEqual([0, 0]);
});

test('a full queue refuses with 429 the tenant whose it is, with 503 all', async () => {
  const queue = createFairQueue({ concurrency: 1, waitingPerTenant: 2, waiting: 3 });
  let release = (): void => undefined;
  const first = queue.run('a', () => new Promise<void>((resolve) => (release = resolve)));
  const waiting = [queue.run('a', turn), queue.run('a', turn)];
  await expect(queue.run('a', turn)).rejects.toMatchObject({ statusCode: 429, code: 'queue_full' });
  waiting.push(queue.run('b', turn));
  await expect(queue.run('c', turn)).rejects.toMatchObject({ statusCode: 503, code: 'busy' });
  release();
  await Promise.all([first, ...waiting]);
  await queue.run('c', turn);
});

test('a piece whose caller leaves while it waits never runs and holds no place', async () => {
  const queue = createFairQueue({ concurrency: 1 });
  let release = (): void => undefined;
  const first = queue.run('a', () => new Promise<void>((resolve) => (release = resolve)));
  const leaving = new AbortController();
  let ran = false;
  const left = queue.run('b', async () => void (ran = true), leaving.signal);
  leaving.abort(new Error('gone'));
  await expect(left).rejects.toThrow('gone');
  expect(queue.waiting).toBe(0);
  release();
  await first;
  await queue.run('b', turn);
  expect(ran).toBe(false);
});
