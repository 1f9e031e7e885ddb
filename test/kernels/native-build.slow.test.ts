import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '../..');

/** A copy of the kernels, whose build is a text that must stay. */
let folder = '';
const kernels = (): string => path.join(folder, 'kernels/native');
const target = (): string => path.join(kernels(), 'build/rlsf_native.node');
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'rlsf-build-'));
  const source = path.join(root, 'kernels/native');
  await cp(source, kernels(), {
    recursive: true,
    filter: (from) => !from.startsWith(path.join(source, 'build/')),
  });
  await mkdir(path.dirname(target()), { recursive: true });
  await writeFile(target(), 'built before');
  await symlink(path.join(root, 'node_modules'), path.join(folder, 'node_modules'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function build(compiler: string, ...argv: string[]) {
  return spawnSync(process.execPath, [path.join(kernels(), 'build.mjs'), ...argv], {
    encoding: 'utf8',
    env: { ...process.env, CXX: compiler },
  });
}

function runs(program: string): boolean {
  return spawnSync(program, ['--version']).status === 0;
}

const remedy = process.platform === 'darwin' ? /brew install/ : /apt-get install g\+\+ libdnnl-dev/;

describe('kernels/native/build.mjs says what is missing and how to get it', () => {
  it('where the compiler does not run', () => {
    const { status, stderr } = build('no-such-compiler');
    expect(stderr).toContain('expected the C++ compiler no-such-compiler, which does not run');
    expect(stderr).toMatch(remedy);
    expect(stderr).toContain('rlsf runs on the wasm backend');
    expect(status).toBe(1);
  });

  it.skipIf(!runs('g++'))('where the compiler does not find oneDNN (needs g++)', async () => {
    // It looks for headers in an empty folder and nowhere else.
    const compiler = path.join(folder, 'bare-g++');
    await writeFile(compiler, `#!/bin/sh\nexec g++ -nostdinc -isystem ${folder} "$@"\n`, {
      mode: 0o755,
    });
    for (const argv of [[], ['--check']]) {
      const { status, stderr } = build(compiler, ...argv);
      expect(stderr).toContain(`oneDNN's header dnnl.hpp, which ${compiler} does not find`);
      expect(stderr).toMatch(remedy);
      expect(status).toBe(1);
    }
  });
});

const cross = 'aarch64-linux-gnu-g++';
const hasCross = process.arch !== 'arm64' && runs(cross);
if (!hasCross) {
  console.warn(`${cross} is missing, or this is arm64: the kernels are not compiled across`);
}

describe.skipIf(!hasCross)(`kernels/native compile for arm64 (needs ${cross})`, () => {
  let output = '';
  beforeAll(() => {
    const { status, stdout, stderr } = build(cross, '--check', path.join(folder, 'arm64'));
    if (status !== 0) throw new Error(stderr);
    output = stdout + stderr;
  }, 600_000);

  const inspect = (tool: string, ...argv: string[]): string =>
    execFileSync(`aarch64-linux-gnu-${tool}`, argv, {
      cwd: path.join(folder, 'arm64'),
      encoding: 'utf8',
      maxBuffer: 1 << 28,
    });

  it('every file, without a warning, and the real build stays as it was', () => {
    const sources = readdirSync(kernels()).filter((name) => name.endsWith('.cpp'));
    expect(readdirSync(path.join(folder, 'arm64')).sort()).toEqual(
      [...sources.map((name) => name.replace('.cpp', '.o')), 'rlsf_native.node'].sort(),
    );
    expect(output).toContain('they compile and link for arm64');
    expect(output).not.toContain('warning');
    expect(readFileSync(target(), 'utf8')).toBe('built before');
  });

  it('into a library for AArch64 that Node can load as an addon', () => {
    expect(inspect('readelf', '-h', 'rlsf_native.node')).toMatch(/Type: +DYN[^]*Machine: +AArch64/);
    expect(inspect('nm', '-D', 'rlsf_native.node')).toMatch(/ T napi_register_module_v1/);
  });

  it.each([
    'adamw',
    'attention',
    'cached-attention',
    'exponentiate',
    'rms-norm',
    'rotary',
    'row-products',
    'small-gemm',
    'swiglu',
    'token-logprobs',
  ])('%s multiplies and adds four floats at once (NEON)', (name) => {
    expect(inspect('objdump', '-d', `${name}.o`)).toMatch(/\sfml[as]\s+v\d+\.4s/);
  });

  it('and no compiler for another processor replaces the real build', () => {
    const { status, stderr } = build(cross, '--force');
    expect(stderr).toContain(`expected a compiler for ${process.arch}`);
    expect(status).toBe(1);
    expect(readFileSync(target(), 'utf8')).toBe('built before');
  });
});

/** Whether clang is here with its OpenMP library and oneDNN, as on a Mac with Homebrew's. */
function hasClang(): boolean {
  const { status } = spawnSync('clang++', ['-fopenmp', '-E', '-x', 'c++', '-'], {
    input: '#include <omp.h>\n#include <dnnl.hpp>\n',
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  return status === 0;
}

const clang = hasClang();
if (!clang) console.warn('clang++ with OpenMP is missing: the kernels are compiled by g++ only');

it.skipIf(!clang)(
  'kernels/native compile by clang, without a warning (needs clang++ and libomp)',
  () => {
    const { status, stdout, stderr } = build('clang++', '--check', path.join(folder, 'clang'));
    expect(stderr).toBe('');
    expect(stdout).toContain(`they compile and link for ${process.arch}`);
    expect(status).toBe(0);
  },
  600_000,
);
