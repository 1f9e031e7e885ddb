#!/usr/bin/env node
import { existsSync } from 'node:fs';

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`rlsf: Node 20.19 or newer is expected, this is ${process.version}.`);
  process.exit(1);
}
const entry = new URL('../dist/cli.js', import.meta.url);
if (!existsSync(entry)) {
  console.error('rlsf: dist/ is missing, the TypeScript is not built. Run: npm run setup');
  process.exit(1);
}
const argv = process.argv.slice(2);
process.exitCode = (await openWorkbench()) ?? (await (await import(entry.href)).main(argv));

/** `rlsf` and `rlsf repl` in a terminal need the screen only, which is bundled: it stands in a moment. */
async function openWorkbench() {
  const isAsked = argv.length === 0 || argv[0] === 'repl';
  if (!isAsked || !process.stdin.isTTY || !process.stdout.isTTY) return null;
  const { openFromArguments } = await import('../dist/repl/workbench/open.js');
  return openFromArguments(argv);
}
