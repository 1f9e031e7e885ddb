import { describe, expect, it } from 'vitest';
import { compare, humanEval, knownDifferences, mbpp, missing } from './model-completions-python.js';

describe.skipIf(missing !== null)(
  `real completions in Python${missing === null ? '' : ` (${missing})`}`,
  () => {
    it.each([
      ['HumanEval', humanEval],
      ['MBPP', mbpp],
    ])('of %s get the verdicts that EvalPlus gave them, every fourth', async (_, read) => {
      const rows = (await read()).filter((__, i) => i % 4 === 0);
      const { different } = await compare(rows);
      expect(different).toEqual(rows.map(({ id }) => id).filter((id) => id in knownDifferences));
    });
  },
);
