import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call } from './call.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'rlsf-tasks-cli-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const row = (answer: string): string => `${JSON.stringify({ question: '1 + 1?', answer })}\n`;

describe('rlsf tasks', () => {
  it('lists every task with its formats and where its data is had', async () => {
    const { code, out } = await call('tasks', 'list');
    expect(code).toBe(0);
    expect(out).toContain('prompt formats: chat, plain, 5-shot, 8-shot');
    expect(out).toContain('openai/gsm8k on the Hub');
  });

  it('validates: exit 0 where all is sound, 1 where a row or a reference is not', async () => {
    const good = path.join(folder, 'good.jsonl');
    await writeFile(good, row('1 + 1 = 2\n#### 2'));
    const sound = await call('tasks', 'validate', 'gsm8k', '--path', good);
    expect(sound.code).toBe(0);
    expect(sound.out).toMatch(/^all +1 +1 +1 +0 +0 +0$/m);
    const bad = path.join(folder, 'bad.jsonl');
    await writeFile(bad, row('1 + 1 = 2\n#### 2') + row('2'));
    const broken = await call('tasks', 'validate', 'gsm8k', '--path', bad);
    expect(broken.code).toBe(1);
    expect(broken.out).toMatch(/rows left out: 1\n +bad\.jsonl:2: expected the column 'answer'/);
    const waived = await call('tasks', 'validate', 'gsm8k', '--path', bad, '--malformed', 'skip');
    expect(waived.code).toBe(0);
    const wrong = path.join(folder, 'wrong.jsonl');
    const told = { prompt: '1 + 1?', answer: '3', reference: '1 + 1 = 2\n#### 2' };
    await writeFile(wrong, JSON.stringify(told));
    const { code, out } = await call('tasks', 'validate', 'jsonl', '--path', wrong, '--json');
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({ isSound: false, splits: [{ failures: [{ known: null }] }, {}, {}] });
  }); // prettier-ignore

  it('makes a folder that every command takes, and shows it', async () => {
    const mine = path.join(folder, 'mine');
    expect((await call('tasks', 'new', mine, '--language', 'text')).code).toBe(0);
    const again = await call('tasks', 'new', mine);
    expect([again.code, again.err]).toEqual([1, expect.stringContaining('is there and holds')]);
    const shown = await call('tasks', 'show', mine, '--id', 'mine');
    expect(shown.out).toContain('How many eggs are in 7 boxes?');
    const answer = path.join(folder, 'answer.txt');
    await writeFile(answer, '7 * 12 = 84\n#### 84\n');
    const judged = await call('judge', answer, '--task', mine, '--id', 'mine', '--check');
    expect([judged.code, judged.err]).toEqual([0, '']);
  });

  it('says what is wrong with an option', async () => {
    const { code, err } = await call('tasks', 'show', 'gsm8k', '--malformed', 'maybe');
    expect([code, err.trim()]).toEqual([2, expect.stringContaining('expected fail or skip')]);
    const unknown = await call('tasks', 'validate', 'gsm8', '--path', folder);
    expect(unknown.err).toContain('Did you mean "gsm8k"');
  });
});
