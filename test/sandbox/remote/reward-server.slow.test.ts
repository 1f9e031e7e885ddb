import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { configFromObject } from '../../../src/experiments/index.js';
import type { HttpServer } from '../../../src/serving/http/index.js';
import { startRewardServer } from '../../../src/serving/rewards/index.js';
import { openTask } from '../../../src/tasks/index.js';
import { countedWorker } from './counted-worker.js';
import { hasRedis } from './redis.js';

// Debian: apt-get install redis-server.
describe.skipIf(!hasRedis)('the reward server judges on the workers of judge.redis', () => {
  const counted = countedWorker();
  let server: HttpServer;
  const notes: string[] = [];

  beforeAll(async () => {
    server = await startRewardServer({
      config: configFromObject({ judge: { redis: counted.redis.url } }),
      tasks: ['cpp'],
      note: (text) => notes.push(text),
    });
  });

  afterAll(() => server.stop());

  const code = (n: number): string =>
    `#include <iostream>\nint main() { int a; std::cin >> a; std::cout << a * ${n} << std::endl; }`;
  const problem = { language: 'cpp', tests: { cases: [{ stdin: '4', expected: '8' }] } };
  const ask = async (where: string, body: unknown): Promise<ReturnType<JSON['parse']>> => {
    const reply = await fetch(server.url + where, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const text = await reply.text();
    expect(reply.status, text).toBe(200);
    return JSON.parse(text);
  };

  it('says so when it starts, without the password', () => {
    expect(notes.join('\n')).toContain('judged by the workers of redis://:***@127.0.0.1');
  });

  const given = (n: number): unknown => ({
    completion: `\`\`\`cpp\n${code(n)}\n\`\`\``,
    config: {
      language: 'cpp',
      provided_data: { test_cases: { input: ['4'], output: [`${4 * n}`] } },
    },
  });

  it.each([
    [
      '/v1/judge',
      { items: [{ problem, completion: code(2) }] },
      { verdicts: [{ outcome: 'clean' }] },
    ],
    ['/v1/rewards', { items: [{ problem, completion: code(3) }] }, { items: [{ reward: 0.3 }] }],
    [
      '/get_reward',
      { query: [code(4)], prompts: [''], labels: [JSON.stringify(problem)] },
      { rewards: [0.3] },
    ],
    [
      '/run_code',
      { language: 'cpp', code: code(5), stdin: '4' },
      { status: 'Success', run_result: { stdout: '20\n' } },
    ],
    ['/submit', given(6), { accepted: true }],
    ['/common_evaluate_batch', given(7), { accepted: true }],
  ])('%s', async (where, body, expected) => {
    let reply: unknown;
    expect(await counted.tasksOf(async () => (reply = await ask(where, body)))).toBe(1);
    expect(reply).toMatchObject(expected);
  });

  it('/submit of a task’s problem', async () => {
    const [{ id, reference }] = (await openTask('cpp')).problems({
      split: 'train',
      n: 1,
      seed: 5,
    });
    const body = { dataset: 'cpp', id, completion: reference };
    let reply: unknown;
    expect(await counted.tasksOf(async () => (reply = await ask('/submit', body)))).toBe(1);
    expect(reply).toMatchObject({ accepted: true });
  });
});
