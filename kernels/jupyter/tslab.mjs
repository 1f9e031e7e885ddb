// Starts the tslab that is installed beside this package (in a clone or hoisted above it), so that
// the kernelspec needs no path of this machine. Jupyter finds it through JUPYTER_PATH=<this folder>.
import { createRequire } from 'node:module';

createRequire(import.meta.url)('tslab/dist/main.js').main();
