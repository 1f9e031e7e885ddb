// Compiles src/ beside dist/, then takes its place: a removed module does not linger, and a build that
// fails or is stopped leaves the old one.
import { build } from 'esbuild';
import { spawnSync } from 'node:child_process';
import { renameSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
const built = path.join(root, 'dist.next');
rmSync(built, { recursive: true, force: true });
const { status } = spawnSync(process.execPath, [tsc, '-p', root, '--outDir', built], {
  stdio: 'inherit',
  cwd: root,
});
if (status === 0) {
  await bundleScreen();
  rmSync(path.join(root, 'dist'), { recursive: true, force: true });
  renameSync(built, path.join(root, 'dist'));
}
process.exit(status ?? 1);

/**
 * The workbench's screen as one file, over the module of the same name: Ink and React in production
 * mode, without the hundred files that Node would look for one by one. The engine and the viewer are
 * processes of their own, found beside their clients, so those stay modules.
 */
async function bundleScreen() {
  const folder = path.join(built, 'repl/workbench');
  await build({
    entryPoints: [path.join(folder, 'open.js')],
    outfile: path.join(folder, 'open.js'),
    allowOverwrite: true,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
    minifySyntax: true,
    minifyWhitespace: true,
    sourcemap: 'external',
    legalComments: 'none',
    logLevel: 'warning',
    define: { 'process.env.NODE_ENV': '"production"', 'process.env.DEV': '"false"' },
    // What CommonJS modules among them ask for.
    banner: {
      js: "import{createRequire as createRequireOfNode}from'node:module';const require=createRequireOfNode(import.meta.url);",
    },
    plugins: [
      {
        name: 'rlsf-screen',
        setup({ onResolve, onLoad }) {
          onResolve({ filter: /\/(engine|viewer)\/client\.js$/ }, ({ path: name, resolveDir }) => {
            const file = path.relative(folder, path.resolve(resolveDir, name));
            return { path: file.split(path.sep).join('/'), external: true };
          });
          // Only with React's developer tools, which are not installed.
          onResolve({ filter: /^react-devtools-core$/ }, ({ path: name }) => ({
            path: name,
            namespace: 'nothing',
          }));
          // A screen in a terminal is drawn, whatever CI says.
          onResolve({ filter: /^is-in-ci$/ }, ({ path: name }) => ({
            path: name,
            namespace: 'nothing',
          }));
          onLoad({ filter: /./, namespace: 'nothing' }, () => ({
            contents: 'export default false;',
          }));
        },
      },
    ],
  });
}
