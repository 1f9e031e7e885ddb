import { appendFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../src/algorithms/index.js';
import { createJudgePool } from '../../../src/sandbox/index.js';
import { createRemoteJudgePool } from '../../../src/sandbox/remote/index.js';
import { facts, jobsOf } from './jobs.js';
import { makeNamespaces } from './namespaces.js';
import { hasRedis, startRedis, startWorker } from './redis.js';
import type { WorkerProcess } from './redis.js';

/** RLSF_KILLS: how many; RLSF_FAR: problems over the network; RLSF_REPORT: a file that gets the table. */
const kills = Number(process.env['RLSF_KILLS'] ?? 200);
const far = Number(process.env['RLSF_FAR'] ?? 700);
const report = process.env['RLSF_REPORT'];
const problems = 8;

function tell(rows: Record<string, number | string>): void {
  const text = Object.entries(rows)
    .map(([name, value]) => `| ${name} | ${value} |`)
    .join('\n');
  if (report !== undefined) appendFileSync(report, `${text}\n\n`);
}

describe.skipIf(!hasRedis)('four workers that are killed at random (redis-server)', () => {
  it.each([
    ['that forgets', false],
    ['that writes all down', true],
  ])('no verdict is lost, doubled or another: a Redis %s is killed too', async (_, persistent) => {
    const random = createRandom(persistent ? 2 : 1);
    const redis = await startRedis({ persistent });
    const local = await createJudgePool({ workers: 1 });
    const right = (await local.judge(await jobsOf(problems, 'round 0000'))).map(facts);
    await local.close();
    const workers = await Promise.all([0, 1, 2, 3].map((i) => startWorker(redis.url, `host${i}`)));
    const pool = await createRemoteJudgePool({ redis: redis.url, lookMs: 500 });
    const count = { workers: 0, redis: 0, drained: 0 };
    let asked = 0;
    let judged = 0;
    let different = 0;
    let doubled = 0;
    let working = true;
    const judging = (async () => {
      for (let round = 1; working; round++) {
        const jobs = await jobsOf(problems, `round ${String(round).padStart(4, '0')}`);
        asked += jobs.length;
        let before = -1;
        const verdicts = await pool.judge(jobs, {
          onProgress(done) {
            if (done <= before || done > jobs.length) doubled++;
            before = done;
          },
        });
        judged += verdicts.filter(Boolean).length;
        different += verdicts.filter(
          (verdict, i) => JSON.stringify(facts(verdict)) !== JSON.stringify(right[i]),
        ).length;
      }
    })();
    const mine = kills / 2;
    for (let i = 0; i < mine; i++) {
      await new Promise((resolve) => setTimeout(resolve, random.int(600)));
      const kind = random.int(10);
      if (kind === 0) {
        await redis.kill();
        await redis.start();
        count.redis++;
        continue;
      }
      const at = random.int(4);
      await (kind === 1 ? workers[at].drain() : workers[at].kill());
      if (kind === 1) count.drained++;
      else count.workers++;
      workers[at] = await startWorker(redis.url, `host${at}`);
    }
    working = false;
    await judging;
    await pool.close();
    await Promise.all(workers.map((worker: WorkerProcess) => worker.kill()));
    await redis.stop();
    tell({
      [`Redis ${persistent ? 'with append-only file' : 'in memory alone'}: workers killed`]:
        count.workers,
      'workers drained': count.drained,
      'Redis killed': count.redis,
      'completions judged': judged,
      lost: asked - judged,
      doubled,
      'other verdicts': different,
    });
    expect([asked - judged, different, doubled]).toEqual([0, 0, 0]);
    expect(judged).toBeGreaterThan(0);
  });

  it('four network namespaces give the verdicts of the local pool', async (context) => {
    const network = makeNamespaces(4);
    if (network === null) return context.skip('network namespaces need root and `ip`');
    const redis = await startRedis({ host: network.host });
    const workers: WorkerProcess[] = [];
    try {
      for (const [i, namespace] of network.names.entries())
        workers.push(await startWorker(redis.url, `host${i}`, { namespace }));
      const jobs = await jobsOf(far, 'far');
      const pool = await createRemoteJudgePool({ redis: redis.url });
      const remote = await pool.judge(jobs);
      await pool.close();
      const local = await createJudgePool();
      const near = await local.judge(jobs);
      await local.close();
      expect(remote.map(facts)).toEqual(near.map(facts));
      tell({ 'four namespaces: completions judged': remote.length, 'other verdicts': 0 });
    } finally {
      await Promise.all(workers.map((worker) => worker.kill()));
      await redis.stop();
      network.remove();
    }
  });
});
