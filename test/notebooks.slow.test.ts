/** Runs every notebook headless on the project's own kernel: needs `npm run setup` and the build. */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '..');
const names = readdirSync(path.join(root, 'notebooks')).filter(
  (name) => name.endsWith('.ipynb') && !name.startsWith('.'),
);
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
    1_800_000,
  );
});
