import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { configFromObject } from '../../../src/experiments/index.js';
import type { Config } from '../../../src/experiments/index.js';
import { openConfigJudge } from '../../../src/experiments/workplace/index.js';
import { createJudgePool } from '../../../src/sandbox/index.js';
import type { JudgeJob, JudgePool } from '../../../src/sandbox/index.js';
import { createRemoteJudgePool, judgeFleet } from '../../../src/sandbox/remote/index.js';
import { facts, jobsOf } from './jobs.js';
import { hasRedis, startRedis, startWorker } from './redis.js';
import type { RedisProcess, WorkerProcess } from './redis.js';

// Debian: apt-get install redis-server.
describe.skipIf(!hasRedis)('judging through Redis (redis-server)', () => {
  let redis: RedisProcess;
  let local: JudgePool;
  const workers: WorkerProcess[] = [];

  beforeAll(async () => {
    redis = await startRedis();
    local = await createJudgePool({ workers: 1 });
    workers.push(await startWorker(redis.url, 'one'));
  });

  afterAll(async () => {
    await Promise.all(workers.map((worker) => worker.kill()));
    await local.close();
    await redis.stop();
  });

  it('gives the verdicts of the local pool, and knows them the second time', async () => {
    const jobs = await jobsOf(6, 'same');
    const pool = await createRemoteJudgePool({ redis: redis.url });
    const progress: number[] = [];
    const far = await pool.judge([...jobs, jobs[0]], { onProgress: (done) => progress.push(done) });
    const near = await local.judge([...jobs, jobs[0]]);
    expect(far.map(facts)).toEqual(near.map(facts));
    expect(new Set(far.map(({ outcome }) => outcome)).size).toBeGreaterThan(1);
    expect(far.at(-1)?.fromCache).toBe(true);
    expect(progress.at(-1)).toBe(jobs.length + 1);
    expect((await pool.judge(jobs)).every(({ fromCache }) => fromCache)).toBe(true);
    await pool.close();
  });

  it('a config chooses it, and says whose work comes first', async () => {
    const config = (priority: number): Pick<Config, 'judge'> =>
      configFromObject({ judge: { redis: redis.url, redis_priority: priority } });
    const [patient, urgent] = await Promise.all(
      [5, 1].map((priority) => openConfigJudge(config(priority), ['cpp'])),
    );
    const many = await jobsOf(8, 'patient');
    let done = 0;
    const slow = patient.judge(many, { onProgress: (n) => (done = n) });
    const [verdict] = await urgent.judge((await jobsOf(1, 'urgent')).slice(0, 1));
    expect(verdict.outcome).toBe('clean');
    expect(done).toBeLessThan(many.length);
    await slow;
    await Promise.all([patient.close(), urgent.close()]);
    await expect(openConfigJudge(config(0), ['java']).then((pool) => pool.close())).rejects.toThrow(
      'do not judge java',
    );
  });

  it('what is wrong with a job is told to the caller, not tried again', async () => {
    const pool = await createRemoteJudgePool({ redis: redis.url });
    const job: JudgeJob = { language: 'cpp', completion: 'int main() {}' };
    await expect(pool.judge([job])).rejects.toThrow('expected `tests`');
    await pool.close();
  });

  it('a caller that leaves takes what waits with it', async () => {
    const pool = await createRemoteJudgePool({ redis: redis.url });
    const leaving = new AbortController();
    const all = pool.judge(await jobsOf(30, 'leaving'), { signal: leaving.signal });
    setTimeout(() => leaving.abort(new Error('enough')), 100);
    await expect(all).rejects.toThrow('enough');
    for (;;) {
      const { queues } = await judgeFleet({ redis: redis.url });
      if (queues.every(({ waiting }) => waiting === 0)) break;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await pool.close();
  });

  it('verdicts are neither lost nor other ones when workers are killed, drained and Redis forgets', async () => {
    const jobs = await jobsOf(12, 'killed');
    const near = await local.judge(jobs);
    const pool = await createRemoteJudgePool({ redis: redis.url, lookMs: 500 });
    workers.push(await startWorker(redis.url, 'two'));
    let settled = 0;
    const work = pool.judge(jobs, { onProgress: (done) => (settled = done) });
    await workers[0].kill();
    workers.push(await startWorker(redis.url, 'three'));
    await workers[1].drain();
    // All that it held is gone: what is waited for is put in again.
    await redis.kill();
    await redis.start();
    const far = await work;
    expect(settled).toBe(jobs.length);
    expect(far.map(facts)).toEqual(near.map(facts));
    await pool.close();
  }, 300_000);

  it('what no worker could do is unscorable and a dead letter, which gets new tries when asked', async () => {
    const [job] = await jobsOf(1, 'dead');
    const options = { redis: redis.url, compiler: '/no/such/g++', attempts: 2 };
    const pool = await createRemoteJudgePool(options);
    const [verdict] = await pool.judge([job]);
    expect(verdict.outcome).toBe('sandbox_error');
    const reason = verdict.diagnostics[0].message;
    expect(reason).toContain('after 2 tries');
    const { queues } = await judgeFleet({ redis: redis.url });
    const dead = queues.flatMap((queue) => queue.dead);
    expect(dead).toMatchObject([{ completions: 1, language: 'cpp', tries: 2 }]);
    // Never taken for known: the same call asks again.
    expect((await pool.judge([job]))[0].fromCache).toBe(false);
    expect((await judgeFleet({ redis: redis.url }, { retry: true })).retried).toBe(1);
    await pool.close();
  });

  it('rlsf workers sees who is there', async () => {
    const { workers: there, queues } = await judgeFleet({ redis: redis.url });
    expect(there.map(({ host }) => host)).toContain('three');
    expect(there[0].toolchains['cpp']).toContain('g++');
    expect(queues.map(({ fingerprint }) => fingerprint)).toContain(there[0].fingerprint);
    await expect(
      createRemoteJudgePool({ redis: redis.url, toolchain: 'another', patienceMs: 300 }),
    ).rejects.toThrow('no worker with the toolchain another');
    const wrong = redis.url.replace('a-password', 'no-password');
    const refusal = await judgeFleet({ redis: wrong }).catch((error: Error) => error.message);
    expect(refusal).toContain('user or password are refused');
    expect(refusal).not.toContain('no-password');
  });
});
