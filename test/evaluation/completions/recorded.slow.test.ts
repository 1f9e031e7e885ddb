import { describe, expect, it } from 'vitest';
import { agreement, expectedDiffering, recordedSets, rowCount } from './recorded.js';

describe('completions with recorded correctness, some forty of each set', () => {
  for (const set of recordedSets) {
    const { name, missing } = set;
    it.skipIf(missing !== null)(
      `are correct in the evaluation where they were recorded so: ${name}${missing === null ? '' : ` (${missing})`}`,
      async () => {
        const every = Math.ceil(rowCount(set) / 40);
        const { evaluation, completions, judgedPassed, differing } = await agreement(set, every);
        expect(differing).toEqual(expectedDiffering(set, every));
        expect(completions).toBe(Math.ceil(rowCount(set) / every));
        expect(evaluation.accuracy?.value).toBeCloseTo(judgedPassed / completions, 12);
        expect(evaluation.correctAtK?.['pass@1'].value).toBeCloseTo(judgedPassed / completions, 12);
        expect(evaluation.rows).toHaveLength(completions);
      },
    );
  }
});
