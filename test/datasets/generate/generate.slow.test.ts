import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  generateProblems,
  readDataset,
  type GeneratedSet,
  type GenerateProblemsOptions,
} from '../../../src/datasets/index.js';
import { createJudgePool, judgeJob, type JudgePool } from '../../../src/sandbox/index.js';
import { openTask, validateTask, type Judge } from '../../../src/tasks/index.js';
import { recordedAnswer, recordedAnswers, type RecordedAnswer } from './answers.js';
import { killedInput } from './killed-input.js';
import { sendJson, startChatServer, type ChatServer } from './server.js';

const root = mkdtempSync(path.join(tmpdir(), 'rlsf-generated-'));
let judge: JudgePool;
const servers: ChatServer[] = [];

beforeAll(async () => {
  judge = await createJudgePool({ languages: ['cpp'] });
});
afterAll(async () => {
  await judge.close();
  for (const server of servers) await server.close();
  rmSync(root, { recursive: true });
});

/** Slot i gets the i-th answer, and again from the first. */
async function serverOf(answers: readonly RecordedAnswer[], delayMs = 0): Promise<ChatServer> {
  const server = await startChatServer(({ slot }) => answers[slot % answers.length], { delayMs });
  servers.push(server);
  return server;
}

const optionsOf = (name: string, { baseUrl }: ChatServer): GenerateProblemsOptions => ({
  folder: path.join(root, name),
  n: 50,
  model: 'm',
  apiKey: 'key',
  baseUrl,
  requestsPerMinute: 1e6,
});

const texts = (folder: string): Record<string, string> =>
  Object.fromEntries(
    ['problems.jsonl', 'pairs.jsonl', 'rejected.jsonl'].map((name) => [
      name,
      readFileSync(path.join(folder, name), 'utf8'),
    ]),
  );

const goods = ['good-calm-stretch', 'good-merge-bookings', 'good-list', 'good-parse'].map(
  recordedAnswer,
);

describe('every recorded answer', () => {
  // Good ones first, so that the copies are the duplicates.
  const answers = [...goods, ...recordedAnswers().filter(({ file }) => !file.startsWith('good-'))];
  let set: GeneratedSet;

  beforeAll(async () => {
    const server = await serverOf(answers);
    set = await generateProblems(judge, {
      ...optionsOf('all', server),
      maxRequests: answers.length,
      formats: ['multipl-e'],
    });
  });

  it('ends where its file says: among the problems, or refused for its reason', () => {
    const got = new Map(set.rejected.map(({ slot, reason }) => [slot, reason]));
    for (const { problem, pair } of set.accepted)
      got.set(
        problem.columns['slot'] as number,
        pair === null ? 'accepted, without a pair' : 'accepted',
      );
    expect(answers.map(({ file }, slot) => [file, got.get(slot)])).toEqual(
      answers.map(({ file, expect: expected }) => [file, expected]),
    );
  });

  it('is counted in the manifest, with what it cost', () => {
    const { counts, ended, spent, mutation } = set.manifest;
    expect(ended).toBe('budget of requests');
    expect(counts).toMatchObject({ asked: answers.length, problems: 5, pairs: 4 });
    expect(counts.rejected).toMatchObject({ duplicate: 2, truncated_json: 2, schema: 1 });
    expect(counts.pairs_dropped).toEqual({ 'the rejected solution passes the tests': 1 });
    expect(spent).toMatchObject({ requests: answers.length, answers_with_cost: answers.length });
    expect(spent.cost).toBe(answers.length / 1000);
    expect(mutation.compiled).toBeGreaterThan(40);
    expect(mutation.score).toBeGreaterThan(0.9);
  });

  it('keeps its own words beside the reason', () => {
    const refused = set.rejected.find(({ reason }) => reason === 'reference_is_not_clean');
    expect(refused?.detail).toMatch(/runtime_error: memory-leak/);
    expect(refused?.answer).toContain('sum_of_copy');
  });

  it('makes a task: problems are shown, and validated with full marks', async () => {
    const task = await openTask(set.folder);
    expect(task.stop).toEqual(['\n}']);
    const problems = task.problems({ split: 'all', seed: 0 });
    expect(problems).toHaveLength(5);
    expect(problems.every(({ reference }) => !reference?.includes('\n}'))).toBe(true);
    const judgeAll: Judge = (jobs) =>
      judge.judge(jobs.map(({ problem, completion }) => judgeJob(problem, completion)));
    const { isSound, splits } = await validateTask(task, judgeAll);
    expect(isSound).toBe(true);
    expect(splits[0]).toMatchObject({ split: 'all', references: 5, passed: 5, warned: 0 });
    const rows = await openTask('jsonl', { path: path.join(set.folder, 'problems.jsonl') });
    expect(rows.problems({ split: 'all', seed: 0 })).toHaveLength(5);
  });

  it('makes rows of MultiPL-E on which the reference passes and the empty body does not', async () => {
    const file = path.join(set.folder, 'multipl-e.jsonl');
    const task = await openTask('multipl-e', { path: file });
    const problems = task.problems({ split: 'all', seed: 0 });
    const references = new Map(set.accepted.map(({ problem }) => [problem.id, problem.reference]));
    const verdicts = await judge.judge(
      problems.flatMap((problem) =>
        [references.get(problem.id)!, ''].map((text) => judgeJob(problem, text)),
      ),
    );
    const outcomes = verdicts.map(({ outcome }) => outcome);
    expect(outcomes.filter((_, i) => i % 2 === 0)).toEqual(problems.map(() => 'clean'));
    expect(outcomes.filter((_, i) => i % 2 === 1)).not.toContain('clean');
    expect(outcomes.filter((_, i) => i % 2 === 1)).not.toContain('warning');
  });

  it('makes pairs in the columns of TRL, the error marked where the judge found it', async () => {
    const { type, rows } = await readDataset(path.join(set.folder, 'pairs.jsonl'));
    expect(type).toBe('preference');
    expect(rows).toHaveLength(4);
    const leak = set.accepted.find(({ problem }) => problem.id.includes('take_every_second'))?.pair;
    expect(leak).toMatchObject({ chosen_outcome: 'clean', rejected_outcome: 'runtime_error' });
    expect(leak?.fault).toMatch(/never freed/);
  });

  it('asked of the same server again costs nothing, and gives the same files', async () => {
    const [{ baseUrl, asked }] = servers;
    const before = texts(set.folder);
    const count = asked.length;
    await generateProblems(judge, {
      ...optionsOf('all', { baseUrl } as ChatServer),
      maxRequests: answers.length,
    });
    expect(asked.length).toBe(count);
    expect(texts(set.folder)).toEqual(before);
  });

  it('is no new problem for another folder that is compared with this one', async () => {
    const again = await generateProblems(judge, {
      ...optionsOf('against', await serverOf(goods)),
      n: 2,
      maxRequests: 4,
      seed: 9,
      against: [set.folder],
    });
    expect(again.manifest.counts).toMatchObject({ problems: 0, rejected: { duplicate: 4 } });
    expect(again.rejected[0].detail).toMatch(/like problems\.jsonl: generated_0_\d+_/);
  });
});

it('a folder that was made with other settings is refused, with both told', async () => {
  const server = await serverOf(goods);
  const options = { ...optionsOf('settings', server), n: 1, mutants: 2 };
  await generateProblems(judge, options);
  await expect(generateProblems(judge, { ...options, model: 'other' })).rejects.toThrow(
    /model is another: there "m", here "other"/,
  );
});

it('n problems are the first n that are good, whatever was asked before', async () => {
  const server = await serverOf([recordedAnswer('no-json'), ...goods], 5);
  const options = { ...optionsOf('first', server), mutants: 2 };
  const more = await generateProblems(judge, { ...options, n: 3 });
  expect(more.manifest).toMatchObject({ ended: 'complete', counts: { asked: 4, problems: 3 } });
  // Three, and one more for the one that was refused: never more than needed.
  expect(server.asked).toHaveLength(4);
  const straight = await generateProblems(judge, {
    ...options,
    folder: path.join(root, 'one'),
    n: 2,
  });
  const fewer = await generateProblems(judge, { ...options, n: 2 });
  expect(texts(fewer.folder)).toEqual(texts(straight.folder));
});

it('a server that goes away leaves what came before as problems', async () => {
  const server = await startChatServer(({ slot }, response) => {
    if (slot < 2) return goods[slot];
    sendJson(response, 503, { error: { message: 'Gone to lunch.' } });
    return 'answered';
  });
  servers.push(server);
  const options = { ...optionsOf('away', server), n: 6, mutants: 2, retries: 0, concurrency: 1 };
  await expect(generateProblems(judge, options)).rejects.toThrow(/Gone to lunch/);
  expect(texts(options.folder)['problems.jsonl'].trim().split('\n')).toHaveLength(2);
});

it('a run that is killed twice asks nothing again that was answered, and ends with the same files', async () => {
  const answers = [goods[0], recordedAnswer('truncated'), goods[1], goods[2], recordedAnswer('duplicate'), goods[3]]; // prettier-ignore
  const server = await serverOf(answers, 150);
  const folder = path.join(root, 'killed');
  const file = path.join(folder, 'requests.jsonl');
  const answered = (): number[] =>
    existsSync(file)
      ? readFileSync(file, 'utf8')
          .split('\n')
          .filter((line) => line.startsWith('{"kind":"answer"') && line.endsWith('}'))
          .map((line) => (JSON.parse(line) as { slot: number }).slot)
      : [];
  const known: number[] = [];
  for (const least of [1, 3]) {
    const begun = server.asked.length;
    const child = spawn(
      process.execPath,
      [
        '--import',
        'tsx',
        path.join(import.meta.dirname, 'generate-child.ts'),
        folder,
        server.baseUrl,
      ],
      { stdio: 'inherit' },
    );
    const ended = once(child, 'exit');
    while (answered().length < least && child.exitCode === null) await sleep(5);
    child.kill('SIGKILL');
    const [, signal] = (await ended) as [number | null, string | null];
    expect(signal).toBe('SIGKILL');
    for (const { slot } of server.asked.slice(begun)) expect(known).not.toContain(slot);
    known.splice(0, known.length, ...answered());
  }
  const begun = server.asked.length;
  const resumed = await generateProblems(judge, killedInput(folder, server.baseUrl));
  for (const { slot } of server.asked.slice(begun)) expect(known).not.toContain(slot);
  expect(resumed.manifest).toMatchObject({ ended: 'complete', counts: { problems: 4 } });
  // Each request that reached the server is in the log, those of the killed runs too.
  expect(resumed.manifest.spent.requests).toBeGreaterThanOrEqual(server.asked.length);
  const straight = await generateProblems(
    judge,
    killedInput(path.join(root, 'straight'), server.baseUrl),
  );
  expect(texts(folder)).toEqual(texts(straight.folder));
}, 240_000);

it('a run that is ended by its signal goes on where it was', async () => {
  const server = await serverOf(goods, 100);
  const options = { ...optionsOf('aborted', server), n: 2, mutants: 2, concurrency: 1 };
  const ending = new AbortController();
  setTimeout(() => ending.abort(new Error('Enough.')), 150);
  await expect(generateProblems(judge, { ...options, signal: ending.signal })).rejects.toThrow(
    'Enough.',
  );
  const { manifest } = await generateProblems(judge, options);
  expect(manifest).toMatchObject({ ended: 'complete', counts: { problems: 2 } });
});
