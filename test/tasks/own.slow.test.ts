import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Language } from '../../src/records.js';
import { openTask, validateTask, writeOwnTask } from '../../src/tasks/index.js';
import { folderWith } from './folder.js';
import { judgeAll } from './sets.js';

describe('a task of one’s own', () => {
  it.each<Language>(['cpp', 'python', 'java', 'text'])(
    'is written in %s with an example that earns full marks',
    async (language) => {
      const folder = path.join(await folderWith({}), 'mine');
      const files = await writeOwnTask(folder, { language });
      expect(files.map((file) => path.basename(file)).join(' ')).toMatch(/^statement\.md /);
      // One pool for all: opening one is what takes the time.
      const formats = ['completion', 'chat'];
      const tasks = await Promise.all(
        formats.map((promptFormat) => openTask(folder, { promptFormat })),
      );
      const jobs = tasks.flatMap((task) => {
        expect(task.splits).toEqual(['all', 'train', 'held_out']);
        const [problem] = task.problems({ split: 'held_out', seed: 0 });
        expect(problem.language).toBe(language);
        return [problem.reference ?? '', ''].map((completion) => ({ problem, completion }));
      });
      const verdicts = await judgeAll(jobs);
      expect(verdicts.map(({ correct }) => correct)).toEqual([true, false, true, false]);
    },
  );

  it('fails validation when a test is wrong, with what the judge says', async () => {
    const folder = path.join(await folderWith({}), 'mine');
    await writeOwnTask(folder);
    const tests = path.join(folder, 'tests.json');
    await writeFile(tests, (await readFile(tests, 'utf8')).replace('"7"', '"8"'));
    const { splits, isSound } = await validateTask(await openTask(folder), judgeAll);
    expect(isSound).toBe(false);
    expect(splits[0].failures).toEqual([
      { id: 'mine', outcome: 'wrong_answer', message: 'expected 8, got 7', known: null },
    ]);
  });

  it('may be several, in splits of their own', async () => {
    const folder = await folderWith({});
    for (const name of ['train/a', 'train/b', 'held_out/c'])
      await writeOwnTask(path.join(folder, name), { language: 'python' });
    const task = await openTask(folder);
    expect(task.splits).toEqual(['train', 'held_out']);
    const ids = task.problems({ split: 'train', seed: 0 }).map(({ id }) => path.basename(id));
    expect(ids.sort()).toEqual(['a', 'b']);
  });

  it('never overwrites, and says what a folder lacks', async () => {
    const folder = path.join(await folderWith({}), 'mine');
    await writeOwnTask(folder);
    await expect(writeOwnTask(folder)).rejects.toThrow(/is there and holds reference\.cpp/);
    await expect(openTask(`${folder}/none`)).rejects.toThrow(/no such folder.*rlsf tasks new/);
    await expect(openTask(await folderWith({ 'x.txt': '' }))).rejects.toThrow(
      /expected statement\.md there, or in the folders below/,
    );
    const bare = await folderWith({ 'statement.md': 'Do it.', 'starter.rs': '' });
    await expect(openTask(bare)).rejects.toThrow(/starter\.cpp, starter\.py or starter\.java/);
    const untested = await folderWith({ 'statement.md': 'Do it.', 'starter.py': '' });
    await expect(openTask(untested)).rejects.toThrow(/there is no tests\.json\. Write/);
    const wrong = await folderWith({ 'statement.md': '', 'starter.py': '', 'tests.json': '{"case": []}' });
    await expect(openTask(wrong)).rejects.toThrow(/tests\.json: .*'case'\. Did you mean 'cases'/);
  }); // prettier-ignore
});
