import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import path from 'node:path';
import { codeCells, executedFolder, folder, readNotebook, root, textOf } from './files.mjs';

/** Jupyter finds the kernel and the page template of this clone. */
export function jupyterEnvironment() {
  const own = path.join(root, 'kernels', 'jupyter');
  const { JUPYTER_PATH } = process.env;
  return {
    ...process.env,
    JUPYTER_PATH: [own, JUPYTER_PATH].filter(Boolean).join(path.delimiter),
  };
}

/**
 * Runs one notebook by nbconvert on the real kernel. `error` is `null` or what the failing cell said, and
 * `cell` that cell's number among the code cells, from 1.
 */
export function executeNotebook(name, { timeout }) {
  const begun = performance.now();
  const run = spawnSync(
    'jupyter-nbconvert',
    [
      '--to',
      'notebook',
      '--execute',
      `--ExecutePreprocessor.timeout=${timeout}`,
      '--ExecutePreprocessor.kernel_name=rlsf',
      '--ExecutePreprocessor.startup_timeout=300',
      '--output-dir',
      executedFolder,
      path.join(folder, name),
    ],
    { encoding: 'utf8', env: jupyterEnvironment(), maxBuffer: 256 << 20 },
  );
  const seconds = (performance.now() - begun) / 1000;
  const cells = codeCells(readNotebook(path.join(folder, name)));
  const file = path.join(executedFolder, name);
  if (run.status === 0) return { file, cells: cells.length, seconds, error: null, cell: null };
  return { file, cells: cells.length, seconds, ...failureOf(run.stderr ?? '', cells) };
}

/** nbclient's last words: the source of the cell between two rules, then its error. */
function failureOf(stderr, cells) {
  const told = /following cell[^\n]*:\n-{10,}\n([\s\S]*?)\n-{10,}\n([\s\S]*)$/.exec(stderr);
  if (!told) return { error: stderr.trim().split('\n').slice(-20).join('\n'), cell: null };
  const source = told[1].trim();
  const at = cells.findIndex((cell) => textOf(cell.source).trim() === source);
  const [rows, hint] = [told[2].trim(), source.split('\n').slice(0, 3).join('\n')];
  return { error: rows === '' ? hint : rows, cell: at < 0 ? null : at + 1 };
}

export function hasProgram(program) {
  return (process.env.PATH ?? '').split(path.delimiter).some((each) => {
    try {
      accessSync(path.join(each, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
