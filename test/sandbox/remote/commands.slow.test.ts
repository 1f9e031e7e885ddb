import { readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { Rollout } from '../../../src/records.js';
import type { Command, CommandInput } from '../../../src/repl/commands/command.js';
import { evaluateCommand } from '../../../src/repl/commands/evaluate.js';
import { judgeCommand } from '../../../src/repl/commands/judge.js';
import { rewardBenchCommand } from '../../../src/repl/commands/reward-bench.js';
import { tasksBuildCommand } from '../../../src/repl/commands/tasks-build.js';
import { tasksCandidatesCommand } from '../../../src/repl/commands/tasks-candidates.js';
import { tasksGenerateCommand } from '../../../src/repl/commands/tasks-generate.js';
import { tasksPipelineCommand } from '../../../src/repl/commands/tasks-pipeline.js';
import { tasksValidateCommand } from '../../../src/repl/commands/tasks-validate.js';
import { openTask } from '../../../src/tasks/index.js';
import { recordedAnswer } from '../../datasets/generate/answers.js';
import { startChatServer } from '../../datasets/generate/server.js';
import { countedWorker } from './counted-worker.js';
import { hasRedis } from './redis.js';

// Debian: apt-get install redis-server.
describe.skipIf(!hasRedis)(
  'every command that judges does so on the workers of judge.redis',
  () => {
    const counted = countedWorker();
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
      await writeFile(counted.at('answer.cpp'), 'int main() { return 0; } // of the road test\n');
      const [{ id, reference }] = (await openTask('cpp')).problems({
        split: 'train',
        n: 1,
        seed: 9,
      });
      const sample = { task_id: id, completion: `${reference}\n// of the road test` };
      await writeFile(counted.at('samples.jsonl'), `${JSON.stringify(sample)}\n`);
    });

    it('judge, told on the command line', async () => {
      const notes: string[] = [];
      const tasks = await counted.tasksOf(async () => {
        notes.push(
          ...(await run(judgeCommand, { redis: counted.redis.url }, counted.at('answer.cpp'))),
        );
      });
      expect(tasks).toBe(1);
      expect(notes.join('\n')).toContain('judged by the workers of redis://:***@');
      const options = { redis: counted.redis.url, isolation: 'restricted' };
      await expect(run(judgeCommand, options, counted.at('answer.cpp'))).rejects.toThrow(
        '--isolation',
      );
    });

    it.each<[string, Command, () => CommandInput['options'], (() => string)?]>([
      [
        'evaluate of completions',
        evaluateCommand,
        () => ({ task: 'cpp', split: 'train', output: counted.at('evaluated') }),
        () => counted.at('samples.jsonl'),
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
        () => ({ output: counted.at('candidates'), problems: '1', n: '2', maxNewTokens: '24' }),
      ],
      [
        'tasks pipeline',
        tasksPipelineCommand,
        () => ({
          output: counted.at('pipeline'),
          task: 'cpp',
          n: '1',
          only: ['examples', 'compiled'],
        }),
      ],
      ['reward-bench', rewardBenchCommand, () => ({ policy: false, n: '1' })],
    ])('%s, told by the environment', async (_, command, options, name) => {
      vi.stubEnv('RLSF_JUDGE__REDIS', counted.redis.url);
      try {
        expect(await counted.tasksOf(() => run(command, options(), name?.()))).toBeGreaterThan(0);
      } finally {
        vi.unstubAllEnvs();
      }
    });

    it('tasks build, for corruptions of what was drawn clean', async () => {
      const [problem] = (await openTask('cpp')).problems({ split: 'train', n: 1, seed: 42 });
      const [row] = readFileSync(
        counted.at('candidates', 'candidates_annotated.jsonl'),
        'utf8',
      ).split('\n');
      const drawn = JSON.parse(row) as Rollout;
      expect(drawn.problemId).toBe(problem.id);
      const clean = { ...drawn.verdict, outcome: 'clean' };
      const rollout = { ...drawn, completion: problem.reference, verdict: clean };
      await writeFile(counted.at('clean.jsonl'), `${JSON.stringify(rollout)}\n`);
      const options = {
        candidates: counted.at('clean.jsonl'),
        output: counted.at('sets'),
        corrupt: '1',
      };
      const build = (): Promise<unknown> =>
        run(tasksBuildCommand, { ...options, redis: counted.redis.url });
      expect(await counted.tasksOf(build)).toBeGreaterThan(0);
      expect(readFileSync(counted.at('sets', 'pairs.jsonl'), 'utf8')).toContain(problem.id);
    });

    it('tasks generate, for the proof of what a model wrote', async () => {
      const server = await startChatServer(() => recordedAnswer('good-parse'));
      vi.stubEnv('OPENAI_API_KEY', 'none');
      const options = {
        ...{
          model: 'm',
          baseUrl: server.baseUrl,
          output: counted.at('generated'),
          redis: counted.redis.url,
        },
        ...{ n: '1', maxRequests: '1', mutants: '2', minMutationScore: '0' },
      };
      try {
        expect(await counted.tasksOf(() => run(tasksGenerateCommand, options))).toBeGreaterThan(0);
        expect(readFileSync(counted.at('generated', 'problems.jsonl'), 'utf8')).not.toBe('');
      } finally {
        vi.unstubAllEnvs();
        await server.close();
      }
    });

    it('none opens a judge by itself but doctor, which looks at this machine', () => {
      const commands = 'src/repl/commands';
      const own = readdirSync(commands).filter((file) =>
        readFileSync(path.join(commands, file), 'utf8').includes('createJudgePool'),
      );
      expect(own.sort()).toEqual(['doctor.ts', 'judge-place.ts']);
    });
  },
);
