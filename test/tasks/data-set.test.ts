import path from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { openTask } from '../../src/tasks/index.js';
import { folderWith, jsonLines } from './folder.js';

const gsm = (n: number, from = 0): string =>
  jsonLines(
    ...Array.from({ length: n }, (_, i) => ({
      question: `What is ${from + i} + 1?`,
      answer: `${from + i} + 1 = ${from + i + 1}\n#### ${from + i + 1}`,
    })),
  );

describe('a task that reads a data set', () => {
  it('has the splits of its files, draws by seed, and gives what it has', async () => {
    const folder = await folderWith({ 'train.jsonl.gz': gsm(30), 'test.jsonl': gsm(5, 100) });
    const task = await openTask('gsm8k', { path: folder });
    expect(task.splits).toEqual(['train', 'test']);
    const first = task.problems({ split: 'train', n: 6, seed: 1 });
    expect(task.problems({ split: 'train', n: 6, seed: 1 })).toEqual(first);
    expect(task.problems({ split: 'train', n: 6, seed: 2 })).not.toEqual(first);
    expect(task.problems({ split: 'test', n: 100, seed: 0 })).toHaveLength(5);
    expect(() => task.problems({ split: 'trian', seed: 0 })).toThrow(
      /expected a split of train, test, got "trian"\. Did you mean "train"\?/,
    );
  });

  it('cuts a set without splits by the ids alone', async () => {
    const rows = (n: number): unknown[] =>
      Array.from({ length: n }, (_, i) => ({ id: `r${i}`, prompt: `${i}`, answer: '1' }));
    const idsOf = async (text: string, split: string): Promise<string[]> => {
      const folder = await folderWith({ 'rows.jsonl': text });
      const task = await openTask('jsonl', { path: path.join(folder, 'rows.jsonl') });
      expect(task.splits).toEqual(['all', 'train', 'held_out']);
      return task.problems({ split, seed: 0 }).map(({ id }) => id);
    };
    const some = await idsOf(jsonLines(...rows(100)), 'held_out');
    const more = await idsOf(jsonLines(...rows(200).reverse()), 'held_out');
    const train = await idsOf(jsonLines(...rows(200)), 'train');
    expect(some.length).toBeGreaterThan(8);
    expect(more).toEqual(expect.arrayContaining(some));
    expect(train.filter((id) => more.includes(id))).toEqual([]);
    expect(train.length + more.length).toBe(200);
  });

  it('stops at the first bad row with its line and reason, or leaves such rows out and counts them', async () => {
    const good = gsm(3);
    const text = `${good}{"question":"?","answer":"no number"}\n{"qestion":"?","answer":"#### 1"}\n`;
    const folder = await folderWith({ 'train.jsonl': text, 'test.jsonl': gsm(2) });
    await expect(openTask('gsm8k', { path: folder })).rejects.toThrow(
      /train\.jsonl:4: expected the column 'answer' to end in a line '#### <number>', .*malformed 'skip'/,
    );
    const task = await openTask('gsm8k', { path: folder, malformed: 'skip' });
    expect(task.problems({ split: 'train', seed: 0 })).toHaveLength(3);
    expect(task.skipped?.map(({ place }) => place)).toEqual(['train.jsonl:4', 'train.jsonl:5']);
    expect(task.skipped?.[1].reason).toMatch(/'question'.*has 'qestion'.*Did you mean "qestion"/);
  });

  it('keeps the numbers of rows when others are left out, and refuses an id twice', async () => {
    const folder = await folderWith({ 'train.jsonl': `nothing\n${gsm(1)}`, 'test.jsonl': gsm(1) });
    const task = await openTask('gsm8k', { path: folder, malformed: 'skip' });
    expect(task.problems({ split: 'train', seed: 0 })[0].id).toBe('gsm8k/train/1');
    const twice = jsonLines({ id: 'a', prompt: '1' }, { id: 'a', prompt: '2' });
    const other = await folderWith({ 'x.jsonl': twice });
    await expect(openTask('jsonl', { path: other })).rejects.toThrow(
      /x\.jsonl:2: its id a is also that of x\.jsonl:1/,
    );
  });

  it('says where its data is had and where to put it', async () => {
    const empty = await folderWith({ 'notes.txt': '' });
    await expect(openTask('gsm8k', { path: empty })).rejects.toThrow(
      /has none of its files\. Get train\.jsonl and test\.jsonl of github\.com\/openai.* put them in data\/gsm8k .*--path openai\/gsm8k/,
    );
    vi.stubEnv('RLSF_DATA', empty);
    await expect(openTask('mbpp-plus')).rejects.toThrow(/there is no .*\/mbpp\. Get MbppPlus/);
    vi.unstubAllEnvs();
    await expect(openTask('humaneval', { path: './no/such' })).rejects.toThrow(
      /there is no \.\/no\/such/,
    );
    const only = await folderWith({ 'train.jsonl': '{"answer":1}\n' });
    await expect(openTask('gsm8k', { path: only, malformed: 'skip' })).rejects.toThrow(
      /no row can be used\. The first of 1 that were skipped, train\.jsonl:1: expected the column 'answer' to be text, got number/,
    );
  });

  it('refuses a format, a language and a held-out share that it does not know', async () => {
    const path = await folderWith({ 'train.jsonl': gsm(3) });
    const open = (options: object): Promise<unknown> => openTask('gsm8k', { path, ...options });
    await expect(open({ promptFormat: '5shot' })).rejects.toThrow(/Did you mean "5-shot"/);
    await expect(open({ language: 'cpp' })).rejects.toThrow(/expected a language of text/);
    await expect(open({ heldOutShare: 1 })).rejects.toThrow(/share from 0 to below 1/);
    await expect(openTask('cpp', { path })).rejects.toThrow(/makes its own problems/);
    await expect(openTask('gsm8')).rejects.toThrow(/Did you mean "gsm8k"/);
  });
});

describe('few-shot prompts', () => {
  it('show training rows drawn by seed, never the problem itself', async () => {
    const path = await folderWith({ 'train.jsonl': gsm(12), 'test.jsonl': gsm(3, 50) });
    const open = (shotSeed: number): ReturnType<typeof openTask> =>
      openTask('gsm8k', { path, promptFormat: '8-shot', shotSeed });
    const task = await open(0);
    for (const { prompt, reference } of task.problems({ split: 'train', seed: 0 })) {
      const asked = String(prompt).match(/Question: [^\n]*/g) ?? [];
      expect(asked).toHaveLength(9);
      expect(new Set(asked).size).toBe(9);
      expect(`${String(prompt)}${reference ?? ''}`).toMatch(/Answer: \d+ \+ 1 = \d+\n#### \d+$/);
    }
    const [one] = task.problems({ split: 'test', seed: 0 });
    const [same] = (await open(0)).problems({ split: 'test', seed: 0 });
    const [other] = (await open(1)).problems({ split: 'test', seed: 0 });
    expect(same).toEqual(one);
    expect(other.prompt).not.toEqual(one.prompt);
    expect(task.stop).toContain('\nQuestion:');
  });

  it('say that they need the training rows', async () => {
    const path = await folderWith({ 'test.jsonl': gsm(3) });
    await expect(openTask('gsm8k', { path, promptFormat: '5-shot' })).rejects.toThrow(
      /shows 5 training rows, but there are \d\. Give the folder with the training file too/,
    );
  });
});
