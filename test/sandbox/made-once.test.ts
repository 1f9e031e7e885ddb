import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeOnce, prune } from '../../src/sandbox/made-once.js';
import { createHeaderStore } from '../../src/sandbox/toolchains/cpp/headers.js';

let cache: string;
beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), 'rlsf-made-'));
});
afterEach(() => rmSync(cache, { recursive: true }));

function used(name: string, secondsAgo: number): void {
  mkdirSync(join(cache, name), { recursive: true });
  const at = Date.now() / 1000 - secondsAgo;
  utimesSync(join(cache, name), at, at);
}

describe('folders that are made once', () => {
  it('go when they are many and long unused, and only then', async () => {
    [10, 20, 30, 4000, 5000].forEach((age, i) => used(`set-${i}`, age));
    used('other-0', 9000);
    used('set-9.half-made', 9000);
    await prune(cache, { keep: 2, prefix: 'set-', idleMs: 3_600_000 });
    expect(readdirSync(cache).sort()).toEqual(['other-0', 'set-0', 'set-1', 'set-2', 'set-9.half-made']);
    await prune(cache, { keep: 2, prefix: 'set-', idleMs: 0 });
    expect(readdirSync(cache).sort()).toEqual(['other-0', 'set-0', 'set-1', 'set-9.half-made']);
  });

  it('count as used when they are asked for again', async () => {
    used('set-0', 7200);
    used('set-1', 3700);
    await makeOnce(join(cache, 'set-0'), () => Promise.reject(new Error('it is there')));
    await prune(cache, { keep: 1, prefix: 'set-', idleMs: 3_600_000 });
    expect(readdirSync(cache)).toEqual(['set-0']);
  });

  it('leave nothing when they cannot be made', async () => {
    const fill = async (folder: string): Promise<void> => {
      writeFileSync(join(folder, 'half'), '');
      return Promise.reject(new Error('no room'));
    };
    await expect(makeOnce(join(cache, 'set-0'), fill)).rejects.toThrow('no room');
    expect(readdirSync(cache)).toEqual([]);
  });

  it('are made again for a judge whose header was removed behind its back', async () => {
    const store = createHeaderStore({ base: cache, compiler: 'g++', flags: ['-O0'], ours: '#pragma once\n', precompiles: false });
    const folder = await store.forProblem('#include <cstddef>');
    rmSync(folder, { recursive: true });
    expect(await store.forProblem('#include <cstddef>')).toBe(folder);
    expect(existsSync(join(folder, 'rlsf.h'))).toBe(true);
  });
}); // prettier-ignore
