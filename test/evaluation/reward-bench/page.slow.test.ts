import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { benchTables } from './page.js';

const file = 'docs/reward-bench.md';
const begin = '<!-- tables: written by test/evaluation/reward-bench/page.slow.test.ts -->';
const end = '<!-- end of the tables -->';
const compiler = spawnSync('g++', ['--version']).status === 0;

describe.skipIf(!compiler)('the page of the reward bench (needs g++)', () => {
  it('holds the tables as they come out now (RLSF_WRITE_DOCS=1 writes them again)', async () => {
    const page = readFileSync(file, 'utf8');
    const [before, after] = [page.indexOf(begin), page.indexOf(end)];
    expect(before).toBeGreaterThan(0);
    expect(after).toBeGreaterThan(before);
    const made = `${page.slice(0, before)}${begin}\n\n${await benchTables()}\n\n${page.slice(after)}`;
    if (process.env['RLSF_WRITE_DOCS'] === '1') writeFileSync(file, made);
    expect(readFileSync(file, 'utf8')).toBe(made);
  }, 300_000);
});
