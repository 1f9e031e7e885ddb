/**
 * What the reward server costs over the judge itself, on verdicts that are known: one request at a time
 * (p50, p95, beside the pool called directly), and requests a second with several connections. The server has
 * a process of its own; the client speaks over raw sockets, so that what is measured is the server.
 *   npm run bench -- reward-server [--requests 4000] [--clients 16] [--rounds 3]
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { createJudgePool, judgeJob } from '../src/sandbox/index.js';
import { openTask } from '../src/tasks/index.js';
import { createClient, requestBytes } from './reward-server/client.js';

const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '4000' },
    clients: { type: 'string', default: '16' },
    rounds: { type: 'string', default: '3' },
  },
});
const requests = Number(values.requests);
const connections = Number(values.clients);
const problems = (await openTask('cpp')).problems({ split: 'train', n: 16, seed: 0 });

const child = fork(new URL('./reward-server/serve.ts', import.meta.url), {
  execArgv: ['--import', 'tsx'],
});
const heard = async <T>(): Promise<T> => (await once(child, 'message'))[0] as T;
const { url } = await heard<{ url: string }>();
const cpuMs = async (): Promise<number> => {
  const answer = heard<{ cpu: NodeJS.CpuUsage }>();
  child.send('cpu');
  const { cpu } = await answer;
  return (cpu.user + cpu.system) / 1000;
};

const item = (i: number): object => ({
  problem: { task: 'cpp', id: problems[i].id },
  completion: problems[i].reference,
});
const of = (path: string, more: object = {}): Buffer[] =>
  problems.map((_, i) => requestBytes(url, path, { items: [item(i)], ...more }));
const group = Array.from({ length: 8 }, (_, i) => item(i));
const kinds: [string, Buffer[]][] = [
  ['`/v1/judge`, 1 completion', of('/v1/judge')],
  ['`/v1/rewards`, 1 completion', of('/v1/rewards')],
  ['`/v1/rewards`, no verdicts', of('/v1/rewards', { verdicts: false })],
  ['`/v1/rewards`, 8 completions', [requestBytes(url, '/v1/rewards', { items: group })]],
];

const pool = await createJudgePool();
const jobs = problems.map((problem) => judgeJob(problem, problem.reference ?? ''));
await pool.judge(jobs);

async function times(count: number, call: (i: number) => Promise<unknown>): Promise<number[]> {
  const all: number[] = [];
  for (let i = 0; i < count; i++) {
    const started = performance.now();
    await call(i);
    all.push(performance.now() - started);
  }
  return all.sort((a, b) => a - b);
}
const at = (sorted: number[], share: number): string =>
  sorted[Math.floor(share * sorted.length)].toFixed(2);

const clients = Array.from({ length: connections }, () => createClient(url));
for (const [, bodies] of kinds) for (const body of bodies) await clients[0].post(body);
await times(requests / 4, (i) => clients[0].post(kinds[0][1][i % problems.length]));
const alone = await times(requests / 4, (i) => pool.judge([jobs[i % jobs.length]]));
console.log(
  `${availableParallelism()} cores, load ${loadavg()[0].toFixed(1)}; ${connections} connections; the judge alone, called in its process: p50 ${at(alone, 0.5)} ms, p95 ${at(alone, 0.95)} ms\n`,
);
console.log('| | p50 alone, ms | p95 alone, ms | requests/s | CPU a request, ms |');
console.log('| --- | --- | --- | --- | --- |');
for (const [name, bodies] of kinds) {
  const served = await times(requests / 4, (i) => clients[0].post(bodies[i % bodies.length]));
  let best = 0;
  let cost = Infinity;
  for (let round = 0; round < Number(values.rounds); round++) {
    let sent = 0;
    const cpu = await cpuMs();
    const started = performance.now();
    await Promise.all(
      clients.map(async (client) => {
        while (sent < requests) await client.post(bodies[sent++ % bodies.length]);
      }),
    );
    best = Math.max(best, (1000 * requests) / (performance.now() - started));
    cost = Math.min(cost, ((await cpuMs()) - cpu) / requests);
  }
  console.log(
    `| ${name} | ${at(served, 0.5)} | ${at(served, 0.95)} | ${best.toFixed(0)} | ${cost.toFixed(2)} |`,
  );
}
for (const client of clients) client.close();
await pool.close();
child.send('stop');
await once(child, 'exit');
