// Runs vitest and leaves its JSON report in .cache/tests.json, from which .ci/run takes its last line.
// Usage: node scripts/test.mjs [--fast|--soak] [vitest arguments]
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const given = process.argv.slice(2);
const kind = given.includes('--soak') ? 'soak' : given.includes('--fast') ? 'fast' : 'all';
const rest = given.filter((argument) => argument !== '--fast' && argument !== '--soak');
const report = `${root}/.cache/tests.json`;
mkdirSync(`${root}/.cache`, { recursive: true });
rmSync(report, { force: true });
const { status } = spawnSync(
  process.execPath,
  [
    `${root}/node_modules/vitest/vitest.mjs`,
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
    '--passWithNoTests',
    ...rest,
  ],
  { stdio: 'inherit', cwd: root, env: { ...process.env, RLSF_TESTS: kind } },
);
process.exit(status ?? 1);
