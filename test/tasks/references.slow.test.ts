import { describe, expect } from 'vitest';
import { openTask, validateTask } from '../../src/tasks/index.js';
import { itWithData } from '../data.js';
import { judgeAll, judgeOne, knownSets } from './sets.js';

describe('references of the real data sets, some of each', () => {
  for (const { task: name, file, options, references, every } of knownSets)
    if (references > 0 && name !== 'gsm8k')
      itWithData(`${name}: those of ${file} earn full marks, or are known not to`, file.split('/'), async (path) => {
        const task = await openTask(name, { ...options, path });
        const n = Math.ceil(task.problems({ split: task.splits[0], seed: 0 }).length / every);
        const { splits, isSound } = await validateTask(task, judgeAll, { n, splits: [task.splits[0]] });
        expect(splits[0].references).toBe(n);
        expect(splits[0].failures.filter(({ known }) => known === null)).toEqual([]);
        expect(isSound).toBe(true);
      }); // prettier-ignore

  for (const promptFormat of ['chat', 'plain', '5-shot'])
    itWithData(`gsm8k: every gold answer earns full marks, asked as ${promptFormat}`, ['gsm8k'], async (path) => {
      const task = await openTask('gsm8k', { path, promptFormat });
      const { splits } = await validateTask(task, judgeAll);
      expect(splits.map(({ problems, passed }) => passed / problems)).toEqual([1, 1]);
    }); // prettier-ignore

  itWithData('humaneval and mbpp: chat answers bring the whole program', ['humaneval'], async (path) => {
    const task = await openTask('humaneval', { path, promptFormat: 'chat' });
    const { splits } = await validateTask(task, judgeAll, { n: 20, splits: ['all'] });
    expect(splits[0]).toMatchObject({ references: 20, passed: 20 });
  }); // prettier-ignore

  itWithData('an empty answer earns nothing', ['mbpp'], async (path) => {
    const task = await openTask('mbpp', { path });
    const [problem] = task.problems({ split: 'test', n: 1, seed: 0 });
    expect((await judgeOne(problem, '')).correct).toBe(false);
    const gsm8k = await openTask('gsm8k', { path: path.replace(/mbpp$/, 'gsm8k') });
    const [asked] = gsm8k.problems({ split: 'test', n: 1, seed: 0 });
    expect(await judgeOne(asked, `${asked.answer}`)).toMatchObject({ formatOk: false });
    expect(await judgeOne(asked, `Final: ${asked.answer}\nSo it is.`)).toMatchObject({
      formatOk: false,
      lenientCorrect: true,
    });
  });
});
