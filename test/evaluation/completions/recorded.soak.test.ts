import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { agreement, expectedDiffering, recordedSets } from './recorded.js';

describe('all completions with recorded correctness', () => {
  for (const set of recordedSets) {
    const { name, missing } = set;
    it.skipIf(missing !== null)(
      `are correct in the evaluation where they were recorded so, and docs/evaluation.md says it: ${name}${missing === null ? '' : ` (${missing})`}`,
      async () => {
        const { completions, recordedPassed, judgedPassed, differing } = await agreement(set, 1);
        expect(differing.sort()).toEqual(expectedDiffering(set, 1).sort());
        const page = await readFile(
          path.join(import.meta.dirname, '../../../docs/evaluation.md'),
          'utf8',
        );
        const row = `| ${name} | ${completions} | ${recordedPassed} | ${judgedPassed} | ${differing.length} |`;
        console.log(row);
        expect(page).toContain(row);
      },
    );
  }
});
