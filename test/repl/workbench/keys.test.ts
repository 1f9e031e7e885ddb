import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { plainText, textWidth } from '../../../src/repl/styled.js';
import { keyGroups, keyMapLines, keyMapMarkdown } from '../../../src/repl/workbench/keys.js';

describe('the key map', () => {
  it('gives no key two meanings in one place', () => {
    for (const { title, bindings } of keyGroups) {
      const keys = bindings.flatMap((each) => [...each.keys]);
      expect(keys, title).toEqual([...new Set(keys)]);
    }
  });

  it.each([60, 79, 139])('tells every act in %i columns', (width) => {
    const lines = keyMapLines(width).map(plainText);
    expect(Math.max(...lines.map(textWidth))).toBeLessThanOrEqual(width);
    const text = lines.join(' ').replaceAll(/\s+/g, ' ');
    for (const { bindings } of keyGroups)
      for (const { act, summary } of bindings)
        if (act !== 'deleteLeft') expect(text).toContain(summary);
  });

  it('is the one of the page (npm run docs:screens -- transcript writes it)', () => {
    const page = readFileSync(new URL('../../../docs/repl.md', import.meta.url), 'utf8');
    expect(page).toContain(keyMapMarkdown().trim());
  });
});
