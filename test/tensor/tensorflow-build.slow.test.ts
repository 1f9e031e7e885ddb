/** A build that fails after the sources came: needs g++ and the registry. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { call } from '../cli/call.js';

const hasCompiler = existsSync('/usr/bin/g++');
let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rlsf-tensorflow-'));
  vi.stubEnv('RLSF_CACHE', folder);
  const files = {
    'tf/include/tensorflow/c/c_api.h': '#error not the real one\n',
    'tf/include/tensorflow/c/eager/c_api.h': '',
    'tf/libtensorflow_cc.so.2': '',
    'tf/libtensorflow_framework.so.2': '',
    'tensorflow/build-earlier/build.json': '{}',
  };
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  symlinkSync('build-earlier', join(folder, 'tensorflow/current'));
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

describe.skipIf(!hasCompiler)('a build of the tensorflow backend that fails (needs g++)', () => {
  it('shows the end of what the compiler said and leaves the earlier build in place', async () => {
    const { code, err } = await call('doctor', '--build-tensorflow', join(folder, 'tf'));
    expect(code).toBe(1);
    expect(err).toContain(`could not compile the addon with the TensorFlow in ${folder}/tf`);
    expect(err).toContain('#error not the real one');
    expect(readlinkSync(join(folder, 'tensorflow/current'))).toBe('build-earlier');
    expect(readdirSync(join(folder, 'tensorflow')).sort()).toEqual(['build-earlier', 'current']);
  }, 300_000);
});
