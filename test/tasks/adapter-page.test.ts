import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Task, TaskAdapter } from '../../src/tasks/index.js';
import { openTask } from '../../src/tasks/index.js';
import { folderWith, jsonLines } from './folder.js';

const root = path.join(import.meta.dirname, '../..');

describe('docs/tasks.md', () => {
  it('shows an adapter that works', async () => {
    const page = await readFile(path.join(root, 'docs/tasks.md'), 'utf8');
    const [, code] = /```ts adapter\n([\s\S]*?)```/.exec(page) ?? [];
    const rows = (n: number): string =>
      jsonLines(...Array.from({ length: n }, (_, i) => ({ claim: `${i} > 2`, label: `${i > 2}` })));
    const folder = await folderWith({ 'train.jsonl': rows(6), 'test.jsonl': rows(4) });
    const file = path.join(folder, 'claims.ts');
    await writeFile(file, code.replace("'rlsf'", `'${path.join(root, 'src/tasks/index.ts')}'`));
    const { openClaims } = (await import(file)) as { openClaims: (path: string) => Promise<Task> };
    const task = await openClaims(folder);
    expect(task.splits).toEqual(['train', 'test']);
    const problems = task.problems({ split: 'test', seed: 0 });
    expect(problems.map(({ answer }) => answer).sort()).toEqual(['0', '0', '0', '1']);
    expect(String(problems[0].prompt).match(/#### [01]/g)).toHaveLength(2);
  });

  it('and so does README.md', async () => {
    const page = await readFile(path.join(root, 'README.md'), 'utf8');
    const [, code] = /```ts adapter\n([\s\S]*?)```/.exec(page) ?? [];
    const rows = jsonLines({ claim: '1 > 2', label: 'false' }, { claim: '2 > 1', label: 'true' });
    const folder = await folderWith({ 'train.jsonl': rows, 'test.jsonl': rows });
    const file = path.join(folder, 'claims.ts');
    await writeFile(file, code.replace("'rlsf'", `'${path.join(root, 'src/tasks/index.ts')}'`));
    const { claims } = (await import(file)) as { claims: TaskAdapter };
    const task = await openTask(claims, { path: folder });
    const problems = task.problems({ split: 'train', seed: 0 });
    expect(problems.map(({ answer }) => answer).sort()).toEqual(['0', '1']);
    expect(problems[0].prompt).toMatch(/^Claim: \d > \d\nAnswer:$/);
  });

  it('names every task that reads data', async () => {
    const { listTasks } = await import('../../src/tasks/index.js');
    const page = await readFile(path.join(root, 'docs/tasks.md'), 'utf8');
    for (const { name, source } of listTasks())
      if (source !== null) expect(page).toContain(`| \`${name}\` |`);
  });
});
