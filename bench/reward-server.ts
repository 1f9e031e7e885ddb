/**
 * What the reward server costs over the judge itself, on verdicts that are known: one request at a time
 * (p50, p95, beside the pool called directly), and requests a second with several at a time.
 *   npm run bench -- reward-server [--requests 2000] [--clients 16]
 */
import { Agent, request } from 'node:http';
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { configFromObject } from '../src/experiments/index.js';
import { createJudgePool, judgeJob } from '../src/sandbox/index.js';
import { startRewardServer } from '../src/serving/rewards/index.js';
import { openTask } from '../src/tasks/index.js';

const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '2000' },
    clients: { type: 'string', default: '16' },
  },
});
const requests = Number(values.requests);
const problems = (await openTask('cpp')).problems({ split: 'train', n: 16, seed: 0 });
const server = await startRewardServer({ config: configFromObject({}), tasks: ['cpp'] });
const pool = await createJudgePool();
const agent = new Agent({ keepAlive: true, maxSockets: Number(values.clients) });
const jobs = problems.map((problem) => judgeJob(problem, problem.reference ?? ''));
const bodies = problems.map(({ id, reference }) =>
  JSON.stringify({ items: [{ problem: { task: 'cpp', id }, completion: reference }] }),
);

function post(body: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
    };
    const sent = request(`${server.url}/v1/judge`, { method: 'POST', agent, headers }, (reply) => {
      reply.resume();
      reply.on('end', () =>
        reply.statusCode === 200 ? resolve() : reject(new Error(`status ${reply.statusCode}`)),
      );
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

async function times(call: (i: number) => Promise<unknown>): Promise<number[]> {
  const all: number[] = [];
  for (let i = 0; i < requests; i++) {
    const started = performance.now();
    await call(i % problems.length);
    all.push(performance.now() - started);
  }
  return all.sort((a, b) => a - b);
}

const at = (sorted: number[], share: number): number => sorted[Math.floor(share * sorted.length)];

await pool.judge(jobs);
for (const body of bodies) await post(body);
const alone = await times((i) => pool.judge([jobs[i]]));
const served = await times((i) => post(bodies[i]));
const over = (share: number): string => (at(served, share) - at(alone, share)).toFixed(2);
console.log(
  `one at a time: judge p50 ${at(alone, 0.5).toFixed(2)} ms, p95 ${at(alone, 0.95).toFixed(2)} ms; server p50 ${at(served, 0.5).toFixed(2)} ms, p95 ${at(served, 0.95).toFixed(2)} ms; over the judge p50 ${over(0.5)} ms (target < 3), p95 ${over(0.95)} ms`,
);
const started = performance.now();
const usedBefore = process.cpuUsage();
let sent = 0;
await Promise.all(
  Array.from({ length: Number(values.clients) }, async () => {
    while (sent < requests) await post(bodies[sent++ % bodies.length]);
  }),
);
const rate = (1000 * requests) / (performance.now() - started);
// What a busy machine cannot blur: processor time, server and clients together.
const used = process.cpuUsage(usedBefore);
const cpuMs = (used.user + used.system) / 1000 / requests;
console.log(
  `${values.clients} at a time: ${rate.toFixed(0)} cached requests/s, clients in the same process (target 1000), ${cpuMs.toFixed(2)} ms of processor time a request; load ${loadavg()[0].toFixed(1)}`,
);
agent.destroy();
await server.stop();
await pool.close();
