import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { findTensorflow } from '../../src/tensor/tensorflow/installation.js';
import { call } from '../cli/call.js';

const all = [
  'include/tensorflow/c/c_api.h',
  'include/tensorflow/c/eager/c_api.h',
  'libtensorflow_cc.so.2',
  'libtensorflow_framework.so.2',
];

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rlsf-tensorflow-'));
  vi.stubEnv('RLSF_CACHE', join(folder, 'cache'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

/** Empty files where a Python package has its own. */
function makePackage(place: string, names: readonly string[] = all): string {
  const own = join(folder, place);
  for (const name of names) {
    mkdirSync(dirname(join(own, name)), { recursive: true });
    writeFileSync(join(own, name), '');
  }
  return own;
}

describe('findTensorflow', () => {
  it.each([
    ['a virtual environment', 'venv/lib/python3.11/site-packages/tensorflow', 'venv'],
    ['its site-packages folder', 'site-packages/tensorflow', 'site-packages'],
    ['the package itself', 'tensorflow', 'tensorflow'],
    [
      'an environment called like it',
      'tensorflow/lib64/python3.9/site-packages/tensorflow',
      'tensorflow',
    ],
  ])('takes %s', (_, place, given) => {
    mkdirSync(join(folder, given, 'include'), { recursive: true }); // a virtual environment has one
    const own = makePackage(place);
    expect(findTensorflow(join(folder, given))).toEqual({
      headers: join(own, 'include'),
      libraries: own,
    });
  });
});

describe('rlsf doctor --build-tensorflow says what is amiss', () => {
  const build = (...argv: string[]) => call('doctor', '--build-tensorflow', ...argv);
  afterEach(() => {
    // Nothing half done is left.
    const left = join(folder, 'cache/tensorflow');
    expect(readdirSync(folder).includes('cache') ? readdirSync(left) : []).toEqual([]);
  });

  it('when the folder does not exist, or holds no TensorFlow', async () => {
    const none = await build(join(folder, 'none'));
    expect(none.code).toBe(1);
    expect(none.err).toContain(`but ${folder}/none does not exist`);
    const empty = await build(folder);
    expect(empty.code).toBe(1);
    expect(empty.err).toContain('expected a folder with a TensorFlow Python installation');
    expect(empty.err).toContain(`but ${folder} holds none`);
    expect(empty.err).toContain('pip install tensorflow-cpu');
  });

  it('when headers or libraries are missing', async () => {
    const headless = makePackage('headless', all.slice(2));
    expect((await build(headless)).err).toContain(
      `in ${headless}, but it lacks include/tensorflow/c/c_api.h, include/tensorflow/c/eager/c_api.h.`,
    );
    const { code, err } = await build(makePackage('old', [...all.slice(0, 2), all[3]]));
    expect(code).toBe(1);
    expect(err).toContain('but it lacks libtensorflow_cc.so.2.');
  });

  it('when there is no compiler', async () => {
    vi.stubEnv('CXX', join(folder, 'g++'));
    const { code, err } = await build(makePackage('tensorflow'));
    expect(code).toBe(1);
    expect(err).toContain(`expected the C++ compiler ${folder}/g++, which does not run (ENOENT)`);
    expect(err).toContain('apt-get install g++');
  });

  it('when there is no npm', async () => {
    vi.stubEnv('CXX', '/bin/true'); // npm comes before the compiler's real work
    vi.stubEnv('PATH', folder);
    const { code, err } = await build(makePackage('tensorflow'));
    expect(code).toBe(1);
    expect(err).toContain('npm install @tensorflow/tfjs-node@');
    expect(err).toContain('failed (ENOENT). Install npm');
  });

  it('when the cache cannot be written', async () => {
    vi.stubEnv('CXX', '/bin/true');
    writeFileSync(join(folder, 'file'), '');
    vi.stubEnv('RLSF_CACHE', join(folder, 'file'));
    const { code, err } = await build(makePackage('tensorflow'));
    expect(code).toBe(1);
    expect(err).toContain(`expected to write in ${folder}/file/tensorflow, but `);
    expect(err).toContain('RLSF_CACHE');
  });

  it('when --gpu stands alone', async () => {
    const { code, err } = await call('doctor', '--gpu');
    expect(code).toBe(2);
    expect(err).toContain('--gpu goes with --build-tensorflow <dir>');
  });
});
