import { describe, expect, it } from 'vitest';
import { openTask } from '../../src/tasks/index.js';
import { itWithData, testData } from '../data.js';
import { knownSets } from './sets.js';

describe('the real data sets', () => {
  for (const { task: name, file, options, counts, references } of knownSets)
    itWithData(`${name} reads ${file} in ${options?.language ?? 'its first language'}`, file.split('/'), async (path) => {
      const task = await openTask(name, { ...options, path });
      const splits = task.splits.map((split) => [split, task.problems({ split, seed: 0 })] as const);
      expect(Object.fromEntries(splits.map(([split, rows]) => [split, rows.length]))).toEqual(counts);
      const all = new Map(splits.flatMap(([, rows]) => rows.map((row) => [row.id, row])));
      const solved = [...all.values()].filter(({ reference }) => reference !== undefined);
      expect(solved).toHaveLength(references);
      if (references === 0) expect(task.notes?.join(' ')).toMatch(/no reference solution/);
    }); // prettier-ignore

  itWithData('GSM8K has the numbers of its answers, commas dropped', ['gsm8k'], async (path) => {
    const task = await openTask('gsm8k', { path });
    const problems = task.problems({ split: 'train', seed: 0 });
    const answers = problems.map(({ answer }) => answer ?? '');
    expect(answers.filter((answer) => !/^-?\d+$/.test(answer))).toEqual([]);
    const [first] = problems.filter(({ id }) => id === 'gsm8k/train/0');
    expect(first).toMatchObject({ answer: '72', answerFormat: 'final' });
    expect(first.prompt).toMatchObject([
      { role: 'system', content: expect.stringContaining('Final: <number>') as unknown },
      { role: 'user', content: expect.stringMatching(/^Natalia sold clips/) as unknown },
    ]);
  });

  const formats = [
    ['gsm8k', 'gsm8k', ['chat', 'plain', '5-shot', '8-shot']],
    ['mbpp', 'mbpp', ['docstring', '3-shot', 'chat']],
    ['humaneval', 'humaneval', ['completion', 'chat']],
    ['stdio', 'stdio-problems/code_contests_dev.jsonl.gz', ['plain', 'chat', 'question']],
  ] as const;
  for (const [name, file, all] of formats)
    it.skipIf(testData(file) === null)(`${name} has a prompt of every format`, async () => {
      const prompts = new Set<string>();
      for (const promptFormat of all) {
        const task = await openTask(name, { path: testData(file) ?? '', promptFormat });
        const [{ prompt }] = task.problems({ split: task.splits[0], n: 1, seed: 0 });
        prompts.add(JSON.stringify(prompt));
      }
      expect(prompts.size).toBe(all.length);
    });
});
