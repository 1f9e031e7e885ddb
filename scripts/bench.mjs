// Runs a benchmark of bench/ by its name: `npm run bench -- engine native --steps 5`. Without a name, lists them.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const [name, ...rest] = process.argv.slice(2);
const names = readdirSync(`${root}/bench`)
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.slice(0, -3));
if (name === undefined || !existsSync(`${root}/bench/${name}.ts`)) {
  console.log(`npm run bench -- <name> [options]\nnames: ${names.join(', ')}`);
  process.exit(name === undefined ? 0 : 2);
}
const tsx = `${root}/node_modules/tsx/dist/cli.mjs`;
const { status } = spawnSync(process.execPath, [tsx, `bench/${name}.ts`, ...rest], {
  stdio: 'inherit',
  cwd: root,
});
process.exit(status ?? 1);
