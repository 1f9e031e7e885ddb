// Runs cells, sent by the parent, on the kernel's executor of the built package in the folder given: what
// a notebook would run, without Jupyter. Answers with the first that fails, or null.
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const [place] = process.argv.slice(2);
const built = (name) => import(pathToFileURL(path.join(place, 'dist', name)).href);
const { createPromptCompiler } = await built('repl/engine/typescript/compiler.js');
const { loadAs } = await built('repl/engine/typescript/load-as.js');
const { createCellExecutor } = await built('repl/kernel/cell-executor.js');

const library = path.join(place, 'dist', 'index.js');
const require = createRequire(library);
loadAs('rlsf', () => require(library));
const compiler = createPromptCompiler(path.join(place, 'dist', 'index.d.ts'));
const executor = createCellExecutor({ compiler, library: () => require(library) });

process.on('message', async (cells) => {
  let outcome = null;
  for (const [at, { id, source }] of cells.entries()) {
    if (await executor.execute(source)) continue;
    outcome = { cell: at + 1, id, ...executor.takeFailure() };
    break;
  }
  process.send({ outcome }, () => process.exit(0));
});
