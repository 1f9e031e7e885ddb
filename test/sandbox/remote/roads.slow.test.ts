import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { configFromObject } from '../../../src/experiments/index.js';
import { evaluateCommand } from '../../../src/repl/commands/evaluate.js';
import { judgeCommand } from '../../../src/repl/commands/judge.js';
import { rewardBenchCommand } from '../../../src/repl/commands/reward-bench.js';
import { tasksCandidatesCommand } from '../../../src/repl/commands/tasks-candidates.js';
import { tasksPipelineCommand } from '../../../src/repl/commands/tasks-pipeline.js';
import { tasksValidateCommand } from '../../../src/repl/commands/tasks-validate.js';
import type { Command, CommandInput } from '../../../src/repl/commands/command.js';
import { judgeFleet } from '../../../src/sandbox/remote/index.js';
import { prefix, queueName } from '../../../src/sandbox/remote/protocol.js';
import type { HttpServer } from '../../../src/serving/http/index.js';
import { startRewardServer } from '../../../src/serving/rewards/index.js';
import { openTask } from '../../../src/tasks/index.js';
import { hasRedis, startRedis, startWorker } from './redis.js';
import type { RedisProcess, WorkerProcess } from './redis.js';

// Debian: apt-get install redis-server.
describe.skipIf(!hasRedis)(
  'with judge.redis every road to a verdict goes through the workers',
  () => {
    let folder: string;
    let redis: RedisProcess;
    let worker: WorkerProcess;
    let connection: Redis;
    let queue: Queue;
    const at = (...parts: string[]): string => path.join(folder, ...parts);

    beforeAll(async () => {
      folder = await mkdtemp(path.join(os.tmpdir(), 'rlsf-roads-'));
      redis = await startRedis();
      worker = await startWorker(redis.url, 'one');
      const [{ fingerprint }] = (await judgeFleet({ redis: redis.url })).workers;
      connection = new Redis(redis.url, { maxRetriesPerRequest: null });
      queue = new Queue(queueName(fingerprint), { connection, prefix });
    });

    afterAll(async () => {
      vi.unstubAllEnvs();
      await queue.close();
      connection.disconnect();
      await worker.kill();
      await redis.stop();
      await rm(folder, { recursive: true, force: true });
    });

    /** Tasks that the worker did meanwhile. */
    async function tasksOf(work: () => Promise<unknown>): Promise<number> {
      const before = await queue.getCompletedCount();
      await work();
      return (await queue.getCompletedCount()) - before;
    }

    describe('the reward server', () => {
      let server: HttpServer;
      const notes: string[] = [];

      beforeAll(async () => {
        server = await startRewardServer({
          config: configFromObject({ judge: { redis: redis.url } }),
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
        [
          '/v1/rewards',
          { items: [{ problem, completion: code(3) }] },
          { items: [{ reward: 0.3 }] },
        ],
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
        expect(await tasksOf(async () => (reply = await ask(where, body)))).toBe(1);
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
        expect(await tasksOf(async () => (reply = await ask('/submit', body)))).toBe(1);
        expect(reply).toMatchObject({ accepted: true });
      });
    });

    describe('commands', () => {
      const run = async (
        command: Command,
        options: CommandInput['options'],
        name?: string,
      ): Promise<string[]> => {
        const notes: string[] = [];
        const [first] = command.arguments ?? [];
        await command.run(
          { arguments: first === undefined ? {} : { [first.name]: name }, options },
          {
            ...{ width: 100, interactive: false, json: true },
            signal: new AbortController().signal,
            write: () => undefined,
            note: (text) => notes.push(text),
            showRun: () => Promise.reject(new Error('no run here')),
            choose: () => Promise.resolve(null),
          },
        );
        return notes;
      };

      beforeAll(async () => {
        await writeFile(at('answer.cpp'), 'int main() { return 0; } // of the road test\n');
        const [{ id, reference }] = (await openTask('cpp')).problems({
          split: 'train',
          n: 1,
          seed: 9,
        });
        const sample = { task_id: id, completion: `${reference}\n// of the road test` };
        await writeFile(at('samples.jsonl'), `${JSON.stringify(sample)}\n`);
      });

      it('judge, told on the command line', async () => {
        const notes: string[] = [];
        const tasks = await tasksOf(async () => {
          notes.push(...(await run(judgeCommand, { redis: redis.url }, at('answer.cpp'))));
        });
        expect(tasks).toBe(1);
        expect(notes.join('\n')).toContain('judged by the workers of redis://:***@');
        const options = { redis: redis.url, isolation: 'restricted' };
        await expect(run(judgeCommand, options, at('answer.cpp'))).rejects.toThrow('--isolation');
      });

      it.each<[string, Command, () => CommandInput['options'], (() => string)?]>([
        [
          'evaluate of completions',
          evaluateCommand,
          () => ({ task: 'cpp', split: 'train', output: at('evaluated') }),
          () => at('samples.jsonl'),
        ],
        [
          'evaluate of a policy',
          evaluateCommand,
          () => ({ policy: 'data/policies/cpp-tiny', problems: '1', maxNewTokens: '24' }),
        ],
        ['tasks validate', tasksValidateCommand, () => ({ split: ['train'], n: '2' }), () => 'cpp'],
        [
          'tasks candidates',
          tasksCandidatesCommand,
          () => ({ output: at('candidates'), problems: '1', n: '2', maxNewTokens: '24' }),
        ],
        [
          'tasks pipeline',
          tasksPipelineCommand,
          () => ({ output: at('pipeline'), task: 'cpp', n: '1', only: ['examples', 'compiled'] }),
        ],
        ['reward-bench', rewardBenchCommand, () => ({ policy: false, n: '1' })],
      ])('%s, told by the environment', async (_, command, options, name) => {
        vi.stubEnv('RLSF_JUDGE__REDIS', redis.url);
        try {
          expect(await tasksOf(() => run(command, options(), name?.()))).toBeGreaterThan(0);
        } finally {
          vi.unstubAllEnvs();
        }
      });

      it('none opens a judge by itself but doctor, which looks at this machine', () => {
        const commands = 'src/repl/commands';
        const own = readdirSync(commands).filter((file) =>
          readFileSync(path.join(commands, file), 'utf8').includes('createJudgePool'),
        );
        expect(own.sort()).toEqual(['doctor.ts', 'judge-place.ts']);
      });
    });
  },
);
