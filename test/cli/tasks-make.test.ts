import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getTask, openTask } from '../../src/tasks/index.js';
import { call } from './call.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'rlsf-make-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('rlsf tasks make', () => {
  it.each([
    ['maths', 'held_out_templates'],
    ['cpp', 'held_out'],
  ])('writes problems of %s that the task jsonl reads back', async (name, split) => {
    const file = path.join(folder, name, 'problems.jsonl');
    const made = await call(
      ...['tasks', 'make', '--task', name, '-n', '5', '--seed', '2'],
      ...['--split', split, '--output', file],
    );
    expect(made.code, made.err).toBe(0);
    const problems = getTask(name).problems({ split, n: 5, seed: 2 });
    const read = (await openTask('jsonl', { path: file })).problems({ split: 'all', seed: 0 });
    const byId = new Map(read.map((problem) => [problem.id, problem]));
    expect(byId.size).toBe(5);
    for (const problem of problems)
      expect(byId.get(problem.id)).toEqual({ ...problem, task: 'jsonl', split: 'all' });
  });

  it('writes no file twice, and prints the lines where it is given none', async () => {
    const file = path.join(folder, 'one.jsonl');
    const args = ['tasks', 'make', '--task', 'maths', '-n', '1'];
    await call(...args, '--output', file);
    const again = await call(...args, '--output', file);
    expect(again.code).toBe(2);
    expect(again.err).toContain(`expected a new file, ${file} is there already`);
    expect((await call(...args)).out).toBe(await readFile(file, 'utf8'));
  });

  it('names the tasks that can make problems', async () => {
    const { code, err } = await call('tasks', 'make', '--task', 'gsm8k');
    expect(code).toBe(2);
    expect(err).toContain('makes its own problems (cpp, maths), got gsm8k');
  });
});
