import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { otherReason } from './java-completions.js';
import { knownDifferences } from './model-completions-python.js';

describe('docs/feedback.md', () => {
  it('lists the recorded verdicts that differ, and no others', async () => {
    const file = path.join(import.meta.dirname, '../../docs/feedback.md');
    const [, section] = (await readFile(file, 'utf8')).split(
      '## Does it agree with verdicts that others recorded?\n',
    );
    const text = section.split('\n## ')[0].replace(/\s+/g, ' ');
    const listed = [...text.matchAll(/- `(Mbpp\/\d+|HumanEval\/\d+)`: /g)].map(([, id]) => id);
    expect(listed).toEqual(Object.keys(knownDifferences));
    expect([...text.matchAll(/`(HumanEval_\w+)`/g)].map(([, id]) => id)).toEqual(otherReason);
    const differ = [...text.matchAll(/\| (\d+) \| (\d+) \| (\d+) \|/g)].map(([, ...numbers]) => {
      const [all, same, different] = numbers.map(Number);
      expect(same + different).toBe(all);
      return different;
    });
    expect(differ.reduce((sum, n) => sum + n, 0)).toBe(listed.length);
  });
});
