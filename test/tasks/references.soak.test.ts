import { describe, expect } from 'vitest';
import { openTask, validateTask } from '../../src/tasks/index.js';
import { itWithData } from '../data.js';
import { judgeAll, knownSets } from './sets.js';

describe('references of the real data sets, all of them', () => {
  for (const { task: name, file, options, references, known } of knownSets)
    if (references > 0)
      itWithData(`${name}: those of ${file} earn full marks, or are known not to`, file.split('/'), async (path) => {
        const task = await openTask(name, { ...options, path });
        const { splits } = await validateTask(task, judgeAll);
        const failures = new Map(
          splits.flatMap((split) => split.failures.map((failure) => [failure.id, failure])),
        );
        expect([...failures.values()].filter((failure) => failure.known === null)).toEqual([]);
        expect(failures.size).toBe(known);
        const passed = splits.filter(({ split }) => split === 'all' || !task.splits.includes('all'));
        expect(passed.reduce((sum, split) => sum + split.passed, 0)).toBe(references - known);
      }); // prettier-ignore
});
