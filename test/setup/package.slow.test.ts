/** What `npm pack` gives, installed in an empty folder: needs `npm run build` and the registry. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '../..');
let folder = '';
const sh = (command: string): string =>
  execFileSync('/bin/bash', ['-c', command], {
    cwd: folder,
    encoding: 'utf8',
    // Not this repository's npm environment: an empty folder has none.
    env: Object.fromEntries(
      Object.entries(process.env).filter(
        ([name]) => !/^npm_(package|lifecycle|command)/.test(name),
      ),
    ),
  });

beforeAll(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'rlsf-package-'));
  sh(`cd '${root}' && npm pack --silent --ignore-scripts --pack-destination '${folder}'`);
  writeFileSync(path.join(folder, 'package.json'), '{"private": true}\n');
  sh('npm install --no-audit --no-fund --prefer-offline ./rlsf-*.tgz');
}, 600_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the package', () => {
  it('holds what its user needs and nothing built on this machine', () => {
    const inside = path.join(folder, 'node_modules/rlsf');
    for (const name of [
      'dist/index.js',
      'dist/index.d.ts',
      'configs/tour.yaml',
      'setup.sh',
      'kernels/jupyter/tslab.mjs',
      'README.md',
      'LICENSE',
    ])
      expect(existsSync(path.join(inside, name)), name).toBe(true);
    expect(readdirSync(path.join(inside, 'kernels/native'))).not.toContain('build');
    for (const name of ['test', 'src', '.cache', 'node_modules/typescript', 'node_modules/ink'])
      expect(existsSync(path.join(inside, name)), name).toBe(false);
  });

  it('answers npx rlsf --help', () => {
    expect(sh('npx --no-install rlsf --help')).toContain('tour [options]');
  });

  it('imports by its name, as a module and from CommonJS, without starting anything', () => {
    const seen =
      'const { sanitizerCurriculum, openSession, loadConfig } = rlsf; console.log(sanitizerCurriculum().name, typeof openSession, typeof loadConfig)';
    const esm = sh(`node --input-type=module -e "import * as rlsf from 'rlsf'; ${seen}"`);
    expect(esm).toMatch(/ function function\n$/);
    const cjs = sh(`node --no-warnings -e "const rlsf = require('rlsf'); ${seen}"`);
    expect(cjs).toBe(esm);
  });

  it('builds its native parts on first use and judges a program', () => {
    writeFileSync(path.join(folder, 'a.cpp'), 'int f(int x) { return x / (x - x); }\n');
    writeFileSync(
      path.join(folder, 'a.json'),
      JSON.stringify({ cases: [{ code: 'rlsf_emit(f(2));', expected: '1' }] }),
    );
    sh('npx --no-install rlsf setup tour --no-system');
    expect(readdirSync(path.join(folder, 'node_modules/rlsf/kernels/native'))).toContain('build');
    expect(sh('npx --no-install rlsf judge a.cpp --tests a.json')).toContain('division');
  });

  it.skipIf(spawnSync('jupyter-nbconvert', ['--version']).status !== 0)(
    'imports in a notebook beside it (needs jupyter-nbconvert)',
    () => {
      const source = [
        "import { sanitizerCurriculum } from 'rlsf';\n",
        'const name: string = sanitizerCurriculum().name;\n',
        'console.log(`the reward is ${name}`);',
      ];
      writeFileSync(
        path.join(folder, 'a.ipynb'),
        JSON.stringify({
          cells: [{ cell_type: 'code', execution_count: null, metadata: {}, outputs: [], source }],
          metadata: { kernelspec: { name: 'rlsf', display_name: 'rlsf', language: 'typescript' } },
          nbformat: 4,
          nbformat_minor: 4,
        }),
      );
      sh(
        'JUPYTER_PATH="$PWD/node_modules/rlsf/kernels/jupyter" jupyter-nbconvert --to notebook --execute --inplace a.ipynb 2>&1',
      );
      expect(readFileSync(path.join(folder, 'a.ipynb'), 'utf8')).toContain(
        'the reward is sanitizer_curriculum',
      );
    },
  );
});
