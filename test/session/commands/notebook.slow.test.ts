/** What was done in a session, run again by Jupyter on the kernel of this project: needs the build. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { recordInput, runLine } from '../../../src/session/commands/index.js';
import { closeSession, openSession } from '../../../src/session/index.js';
import { selectBackend } from '../../../src/tensor/index.js';

const root = path.resolve(import.meta.dirname, '../../..');
const hasJupyter = spawnSync('jupyter-nbconvert', ['--version']).status === 0;
const hooks = { signal: new AbortController().signal, emit: () => {}, note: () => {} };

describe.skipIf(!hasJupyter)('a notebook of a session (needs jupyter-nbconvert)', () => {
  it('makes the same records when it is run', async () => {
    await selectBackend('auto', { threads: 1 });
    mkdirSync(path.join(root, '.cache'), { recursive: true });
    // Below the package, so that `rlsf` is found.
    const folder = mkdtempSync(path.join(root, '.cache', 'session-notebook-'));
    const [file, out] = [path.join(folder, 'done.ipynb'), path.join(folder, 'rollouts.jsonl')];
    const session = await openSession({
      set: ['run.seed=7', 'run.threads=1'],
      numGenerations: 2,
      sampling: { maxNewTokens: 12 },
    });
    try {
      for (const line of ['set sampling.temperature 0.9', 'sample 2', 'undo', 'sample --top-k 20'])
        await runLine(session, line, hooks);
      const code = `const [first] = session.rollouts;\nfirst.completion`;
      await recordInput(session, { kind: 'typescript', text: code, code });
      await runLine(session, `export rollouts ${out}`, hooks);
      const exported = readFileSync(out, 'utf8');
      await runLine(session, `save ${file}`, hooks);
      rmSync(out);
      const run = spawnSync(
        'jupyter-nbconvert',
        [
          ...['--to', 'notebook', '--execute', '--output', 'ran'],
          ...['--ExecutePreprocessor.timeout=120', '--ExecutePreprocessor.kernel_name=rlsf', file],
        ],
        {
          encoding: 'utf8',
          cwd: root,
          env: { ...process.env, JUPYTER_PATH: path.join(root, 'kernels', 'jupyter') },
        },
      );
      expect(run.stderr).not.toContain('Error');
      expect(run.status).toBe(0);
      expect(readFileSync(out, 'utf8')).toBe(exported);
    } finally {
      await closeSession(session);
      rmSync(folder, { recursive: true, force: true });
    }
  }, 180_000);
});
