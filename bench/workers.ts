/**
 * Judging through Redis with 1, 2, … workers beside the pool on this machine: completions a second, and what
 * the queue itself carries (known verdicts, no compiler). Needs redis-server.
 *   npm run bench -- workers [--most 4] [--problems 40]
 */
import { availableParallelism, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { createJudgePool } from '../src/sandbox/index.js';
import { createRemoteJudgePool } from '../src/sandbox/remote/index.js';
import { jobsOf } from '../test/sandbox/remote/jobs.js';
import { startRedis, startWorker } from '../test/sandbox/remote/redis.js';

const { values } = parseArgs({
  options: {
    most: { type: 'string', default: '4' },
    problems: { type: 'string', default: '40' },
  },
});
const most = Number(values.most);
const problems = Number(values.problems);
const redis = await startRedis();

async function rate(judge: () => Promise<unknown[]>): Promise<string> {
  const started = performance.now();
  const verdicts = await judge();
  return ((1000 * verdicts.length) / (performance.now() - started)).toFixed(1);
}

console.log(`${availableParallelism()} cores, load ${loadavg()[0].toFixed(1)}\n`);
console.log('| | completions/s |\n| --- | --- |');
for (const workers of [1, availableParallelism()]) {
  const local = await createJudgePool({ workers });
  await local.judge(await jobsOf(1, 'warm'));
  const jobs = await jobsOf(problems, `local ${workers}`);
  console.log(
    `| this machine's pool, ${workers} at a time | ${await rate(() => local.judge(jobs))} |`,
  );
  await local.close();
}
const started = [];
for (let count = 1; count <= most; count++) {
  started.push(await startWorker(redis.url, `host${count}`));
  const pool = await createRemoteJudgePool({ redis: redis.url });
  await pool.judge(await jobsOf(count, `warm ${count}`));
  const jobs = await jobsOf(problems, `workers ${count}`);
  console.log(`| ${count} workers, 1 at a time each | ${await rate(() => pool.judge(jobs))} |`);
  await pool.close();
}
// Answers that are worked out in a moment: what is left is the queue.
const pool = await createRemoteJudgePool({ redis: redis.url });
const texts = Array.from({ length: 8000 }, (_, i) => ({
  language: 'text' as const,
  completion: `1 + ${i} = ${1 + i}\n#### ${1 + i}`,
  answer: String(1 + Math.floor(i / 8)),
}));
console.log(`| the queue alone, 8 short answers a task | ${await rate(() => pool.judge(texts))} |`);
await pool.close();
await Promise.all(started.map((worker) => worker.kill()));
await redis.stop();
