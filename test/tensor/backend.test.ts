import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { selectBackend, tf } from '../../src/tensor/index.js';
import { nativeBuilt } from './support.js';

// A build of the tensorflow backend that the user of this machine made has no say here.
let cache = '';
beforeAll(() => {
  cache = mkdtempSync(join(tmpdir(), 'rlsf-backend-'));
  vi.stubEnv('RLSF_CACHE', cache);
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(cache, { recursive: true });
});

afterEach(() => {
  delete process.env['RLSF_BACKEND'];
  delete process.env['RLSF_THREADS'];
  delete process.env['RLSF_MATMUL_PRECISION'];
});

describe('selectBackend', () => {
  it('makes the named backend current and says so', async () => {
    const choice = await selectBackend('cpu');
    expect(choice).toMatchObject({ name: 'cpu', threads: 1, tried: [{ name: 'cpu', ok: true }] });
    expect(choice.reason).toContain('asked for');
    expect(tf.getBackend()).toBe('cpu');
  });

  it('auto takes the fastest that works and names what it passed over', async () => {
    const choice = await selectBackend('auto', { threads: 2 });
    expect(choice.name).toBe(nativeBuilt ? 'native' : 'wasm');
    expect(choice.tried[0]).toMatchObject({ name: 'tensorflow', ok: false });
    expect(choice.reason).toContain('@tensorflow/tfjs-node-gpu is not installed');
    expect(choice.threads).toBe(2);
  });

  it('reads RLSF_BACKEND and RLSF_THREADS, the argument first', async () => {
    process.env['RLSF_BACKEND'] = 'cpu';
    expect((await selectBackend()).name).toBe('cpu');
    process.env['RLSF_THREADS'] = '3';
    if (nativeBuilt) {
      expect((await selectBackend('native')).threads).toBe(3);
      expect((await selectBackend('native', { threads: 1 })).threads).toBe(1);
    }
    process.env['RLSF_THREADS'] = 'many';
    await expect(selectBackend('cpu')).rejects.toThrow('positive integer, got many');
  });

  it('takes bf16 products where the native backend has them, and says why not elsewhere', async () => {
    process.env['RLSF_MATMUL_PRECISION'] = 'bf16';
    await expect(selectBackend('cpu')).rejects.toThrow(
      'expected the native backend for matmul precision bf16, but cpu is in use',
    );
    process.env['RLSF_MATMUL_PRECISION'] = 'half';
    await expect(selectBackend('cpu')).rejects.toThrow('highest or bf16, got half');
    if (!nativeBuilt) return;
    const { instructions, matmulPrecision } = await selectBackend('native', {
      matmulPrecision: 'highest',
    });
    expect(matmulPrecision).toBe('highest');
    const bf16 = selectBackend('native', { matmulPrecision: 'bf16' });
    if (instructions?.includes('BF16')) expect((await bf16).reason).toContain('bf16 products');
    else await expect(bf16).rejects.toThrow('AVX-512 BF16');
    await selectBackend('native', { matmulPrecision: 'highest' });
  });

  it('refuses an unknown name and a backend that is not there', async () => {
    process.env['RLSF_BACKEND'] = 'cuda';
    await expect(selectBackend()).rejects.toThrow(
      'expected auto, native, tensorflow, wasm, cpu, got cuda',
    );
    await expect(selectBackend('tensorflow')).rejects.toMatchObject({ tag: 'environment' });
    await expect(selectBackend('tensorflow')).rejects.toThrow(
      'no tensor backend works here (tensorflow: @tensorflow/tfjs-node-gpu is not installed, @tensorflow/tfjs-node is not installed)',
    );
  });

  it('says of a build of tensorflow that does not load where it is and why', async () => {
    const build = { package: '@tensorflow/tfjs-node-gpu', version: tf.version['tfjs'] };
    mkdirSync(join(cache, 'tensorflow/current'), { recursive: true });
    const description = join(cache, 'tensorflow/current/build.json');
    writeFileSync(description, JSON.stringify(build));
    await expect(selectBackend('tensorflow')).rejects.toThrow(
      `the build of @tensorflow/tfjs-node-gpu in ${cache}/tensorflow/current does not load (Cannot find module`,
    );
    expect((await selectBackend('auto')).tried[0]).toMatchObject({ name: 'tensorflow', ok: false });
    writeFileSync(description, JSON.stringify({ ...build, version: '3.0.0' }));
    await expect(selectBackend('tensorflow')).rejects.toThrow(
      `is for tfjs 3.0.0, this is ${tf.version['tfjs']} (make it again: rlsf doctor --build-tensorflow)`,
    );
  });
});
