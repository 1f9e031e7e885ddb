/** Runs every notebook headless on the project's own kernel: needs `npm run setup` and the build. */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '..');
const names = readdirSync(path.join(root, 'notebooks')).filter((name) => name.endsWith('.ipynb'));
const hasJupyter = spawnSync('jupyter-nbconvert', ['--version']).status === 0;

describe.skipIf(!hasJupyter)('notebooks (need jupyter-nbconvert)', () => {
  it.each(names)(
    '%s runs from its first cell to its last',
    (name) => {
      const { status, stdout, stderr } = spawnSync(
        process.execPath,
        [path.join(root, 'scripts/notebooks.mjs'), 'test', name],
        { encoding: 'utf8' },
      );
      expect(stdout + stderr).toContain('notebooks: 1 passed, 0 failed');
      expect(status).toBe(0);
    },
    300_000,
  );

  it.each(names)('%s is committed without outputs', (name) => {
    const { cells } = JSON.parse(readFileSync(path.join(root, 'notebooks', name), 'utf8')) as {
      cells: { cell_type: string; outputs?: unknown[]; execution_count?: number | null }[];
    };
    for (const cell of cells.filter((each) => each.cell_type === 'code')) {
      expect(cell.outputs).toEqual([]);
      expect(cell.execution_count).toBeNull();
    }
  });
});
