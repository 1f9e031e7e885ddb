// Notebooks on this project's own kernel, with no global installation.
//   node scripts/notebooks.mjs open             Jupyter in notebooks/
//   node scripts/notebooks.mjs test [names]     each headless; the first failing cell is named; run times
//   node scripts/notebooks.mjs keep [names]     the same, and the stripped outputs stay in notebooks/
//   node scripts/notebooks.mjs strip [names]    what is heavy or of this machine leaves the outputs
//   node scripts/notebooks.mjs lint [names]     what is not as a chapter should be
//   node scripts/notebooks.mjs gallery [names]  rendered pages with an index in .cache/gallery
//   node scripts/notebooks.mjs pictures [chapters] [jupyterlab]  those of docs/notebooks
// --timeout SECONDS for one cell (600).
import { acts } from './notebooks/acts.mjs';

const given = process.argv.slice(2);
const at = given.indexOf('--timeout');
const [, timeout = '600'] = at < 0 ? [] : given.splice(at, 2);
const [act = 'test', ...names] = given;
if (!(act in acts) || !(Number(timeout) > 0)) {
  console.error(
    `notebooks: expected one of ${Object.keys(acts).join(', ')}, then names, and --timeout SECONDS; got ${process.argv.slice(2).join(' ')}.`,
  );
  process.exit(2);
}
process.exit(await acts[act](names, { timeout: Number(timeout) }));
