// The kernel of a notebook, started by kernel.json: `node tslab.mjs kernel --config-path=FILE`. Jupyter
// finds it through JUPYTER_PATH=<this folder>, or where `rlsf kernel install` put it. It is the built
// package's; without a build a notebook could not import the library either.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const built = new URL('../../dist/repl/kernel/kernel.js', import.meta.url);
const [file] = process.argv.flatMap((each) => /^--config-path=(.*)$/.exec(each)?.[1] ?? []);
if (file === undefined || !existsSync(fileURLToPath(built))) {
  console.error(
    file === undefined
      ? 'Expected --config-path=FILE, as Jupyter gives it.'
      : 'The package is not built. Run: npm run build',
  );
  process.exit(1);
}
const { startKernel } = await import(built.href);
startKernel(file);
