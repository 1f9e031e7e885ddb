import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { attackTable } from './attacks/table.js';
import { compiles, languages, programs } from './attacks/index.js';

const file = 'docs/attacks.md';

describe('the table of attacks', () => {
  it('is what the tests try (RLSF_WRITE_DOCS=1 writes it again)', () => {
    if (process.env['RLSF_WRITE_DOCS'] === '1') writeFileSync(file, attackTable());
    expect(readFileSync(file, 'utf8')).toBe(attackTable());
  });

  it('names each attack once', () => {
    const groups = [...programs, ...compiles, ...languages.map(({ group }) => group)];
    const names = groups.flatMap(({ attacks }) => attacks.map(({ name }) => name));
    expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
  });
});
