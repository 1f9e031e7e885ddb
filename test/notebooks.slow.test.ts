/** Runs every notebook headless on the project's own kernel: needs `npm run setup` and the build. */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, it, vi } from 'vitest';
import { root, run } from './cli/call.js';

const names = readdirSync(path.join(root, 'notebooks')).filter(
  (name) => name.endsWith('.ipynb') && !name.startsWith('.'),
);
const hasJupyter = spawnSync('jupyter-nbconvert', ['--version']).status === 0;

// While one starts its kernel or waits for a compiler, another computes.
vi.setConfig({ maxConcurrency: 2 });

describe.skipIf(!hasJupyter)('notebooks (need jupyter-nbconvert)', () => {
  it.concurrent.for(names)(
    '%s runs from its first cell to its last',
    { timeout: 1_800_000 },
    async (name, { expect }) => {
      const { code, out, err } = await run(
        process.execPath,
        [path.join(root, 'scripts/notebooks.mjs'), 'test', name],
        { cwd: root },
      );
      expect(out + err).toContain('notebooks: 1 passed, 0 failed');
      expect(code).toBe(0);
    },
  );
});
