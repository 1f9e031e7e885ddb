import { describe, expect, it } from 'vitest';
import { compare, humanEval, knownDifferences, mbpp, missing } from './model-completions-python.js';

describe.skipIf(missing !== null)(
  `real completions in Python${missing === null ? '' : ` (${missing})`}`,
  () => {
    it.each([
      ['HumanEval', humanEval],
      ['MBPP', mbpp],
    ])('of %s get the verdicts that EvalPlus gave them', async (name, read) => {
      const rows = read();
      const { different, table, milliseconds } = await compare(rows);
      console.log(name, table, `${milliseconds.toFixed(1)} ms each`);
      expect(different).toEqual(rows.map(({ id }) => id).filter((id) => id in knownDifferences));
    });
  },
);
