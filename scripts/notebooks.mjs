// Notebooks on this project's own kernel, with no global installation.
//   node scripts/notebooks.mjs open           Jupyter in notebooks/
//   node scripts/notebooks.mjs test [names]   each notebook headless, the first failing cell is named
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = path.join(root, 'notebooks');
const env = {
  ...process.env,
  JUPYTER_PATH: [path.join(root, 'kernels', 'jupyter'), process.env.JUPYTER_PATH]
    .filter(Boolean)
    .join(path.delimiter),
};
const [act = 'test', ...names] = process.argv.slice(2);
if (!has('jupyter-nbconvert')) {
  console.error('jupyter-nbconvert is missing. Run: npm run setup');
  process.exit(1);
}
process.exit(act === 'open' ? open() : test());

function open() {
  const program = ['jupyter-lab', 'jupyter-notebook'].find(has);
  if (!program) {
    console.error(
      'Neither jupyter-lab nor jupyter-notebook is here. On Debian: apt-get install jupyter-notebook',
    );
    return 1;
  }
  return spawnSync(program, ['--notebook-dir', folder], { stdio: 'inherit', env }).status ?? 1;
}

function test() {
  const wanted = readdirSync(folder).filter(
    (name) =>
      name.endsWith('.ipynb') && (names.length === 0 || names.some((part) => name.includes(part))),
  );
  const out = path.join(root, '.cache', 'notebooks');
  mkdirSync(out, { recursive: true });
  let failed = 0;
  for (const name of wanted.sort()) {
    const begun = Date.now();
    const run = spawnSync(
      'jupyter-nbconvert',
      [
        '--to',
        'notebook',
        '--execute',
        '--ExecutePreprocessor.timeout=300',
        '--ExecutePreprocessor.kernel_name=rlsf',
        '--output-dir',
        out,
        path.join(folder, name),
      ],
      { encoding: 'utf8', env },
    );
    const seconds = ((Date.now() - begun) / 1000).toFixed(1);
    if (run.status === 0) {
      console.log(`${name}: ${countCells(path.join(out, name))} code cells ran in ${seconds} s`);
      continue;
    }
    failed++;
    console.log(`${name}: failed after ${seconds} s`);
    // nbconvert prints the failing cell's source and its error last.
    console.log(run.stderr.split('\n').slice(-40).join('\n'));
  }
  console.log(`notebooks: ${wanted.length - failed} passed, ${failed} failed`);
  return failed === 0 && wanted.length > 0 ? 0 : 1;
}

function countCells(file) {
  return JSON.parse(readFileSync(file, 'utf8')).cells.filter((cell) => cell.cell_type === 'code')
    .length;
}

function has(program) {
  return (process.env.PATH ?? '')
    .split(path.delimiter)
    .some((each) => spawnSync('test', ['-x', path.join(each, program)]).status === 0);
}
