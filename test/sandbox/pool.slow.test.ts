import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createJudgePool } from '../../src/sandbox/index.js';
import { readFrames } from '../../src/sandbox/execution.js';
import { readAddr2line } from '../../src/sandbox/toolchains/cpp/symbolize.js';
import { gallery, job, sumTests } from './programs.js';

const cache = mkdtempSync(join(tmpdir(), 'rlsf-cache-test-'));
afterEach(() => rmSync(join(cache, 'verdicts'), { recursive: true, force: true }));

function leftBehind(): string[] {
  return readdirSync(tmpdir()).filter((name) => name.startsWith(`rlsf-judge-${process.pid}-`));
}

describe('a judge pool', () => {
  it('tells progress up to all jobs, repeated ones included', async () => {
    const pool = await createJudgePool({ cacheFolder: cache });
    const seen: [number, number][] = [];
    const jobs = [gallery.clean, gallery.wrong, gallery.clean].map(({ completion }) =>
      job(sumTests, completion),
    );
    await pool.judge(jobs, { onProgress: (done, total) => seen.push([done, total]) });
    await pool.close();
    expect(seen.at(-1)).toEqual([3, 3]);
    expect(seen.map(([done]) => done)).toEqual(seen.map(([done]) => done).sort((a, b) => a - b));
  });

  it('keeps verdicts on disk when a folder is named, for the next pool too', async () => {
    const first = await createJudgePool({ cacheFolder: cache });
    const [fresh] = await first.judge([job(sumTests, gallery.heap.completion)]);
    await first.close();
    const second = await createJudgePool({ cacheFolder: cache });
    const [known] = await second.judge([job(sumTests, gallery.heap.completion)]);
    await second.close();
    expect(fresh.fromCache).toBe(false);
    expect(known).toEqual({ ...fresh, fromCache: true });
  });

  it('ends at once when its signal aborts, and leaves nothing behind', async () => {
    const pool = await createJudgePool({ cacheFolder: cache, cpuMs: 20_000, wallMs: 30_000 });
    const abort = new AbortController();
    const work = pool.judge(
      [job(sumTests, gallery.endless.completion), job(sumTests, gallery.clean.completion)],
      { signal: abort.signal },
    );
    setTimeout(() => abort.abort(new Error('enough')), 1200);
    const started = performance.now();
    await expect(work).rejects.toThrow('enough');
    expect(performance.now() - started).toBeLessThan(8000);
    // The pool is still good for more.
    expect((await pool.judge([job(sumTests, gallery.clean.completion)]))[0].outcome).toBe('clean');
    await pool.close();
    expect(leftBehind()).toEqual([]);
  });

  it('ends what runs when it is closed', async () => {
    const pool = await createJudgePool({ cacheFolder: cache, cpuMs: 20_000, wallMs: 30_000 });
    const work = pool.judge([job(sumTests, gallery.endless.completion)]);
    const failed = expect(work).rejects.toThrow('closed');
    await new Promise((resolve) => setTimeout(resolve, 500));
    await pool.close();
    await failed;
    expect(leftBehind()).toEqual([]);
    await expect(pool.judge([])).rejects.toThrow('closed');
  });

  it('gives the same verdicts in every run', async () => {
    const jobs = ['heap', 'leak', 'endless', 'recursion', 'undeclared', 'memory', 'overflow'].map(
      (name) => job(sumTests, gallery[name].completion),
    );
    const runs = [];
    for (let i = 0; i < 2; i++) {
      const pool = await createJudgePool({ memoryMiB: 256 });
      runs.push(
        (await pool.judge(jobs)).map(({ stages, ...rest }) => ({
          ...rest,
          stages: stages.map((stage) => ({ ...stage, durationMs: 0 })),
        })),
      );
      await pool.close();
    }
    expect(runs[1]).toEqual(runs[0]);
  });
});

describe('what the supervisor wrote', () => {
  const frame = 'RLSF2 1 signal 9 cpu 500 510 6000 SECRET 2 3 4 5\nooeeerrrrsssss';

  it('is read frame by frame', () => {
    const [first, second] = readFrames(
      Buffer.from(`RLSF2 0 exit 0 none 1 2 3 S 0 0 3 0\nS!\n${frame}`),
      2,
      5,
    );
    expect(first).toMatchObject({
      ended: 'exit',
      code: 0,
      cause: 'none',
      results: { finished: true, reached: -1 },
      flooded: false,
    });
    expect(second).toMatchObject({
      ended: 'signal',
      code: 9,
      cause: 'cpu',
      stdout: 'oo',
      stderr: 'eee',
      results: { finished: false },
      stops: 'sssss',
      flooded: true,
    });
  });

  it('is not believed when it is cut, malformed or about somebody else', () => {
    expect(readFrames(Buffer.from(frame.slice(0, -1)), 2, 9)).toEqual([null, null]);
    expect(readFrames(Buffer.from('RLSF2 0 exit x\n'), 1, 9)).toEqual([null]);
    expect(readFrames(Buffer.from('RLSF2 7 exit 0 none 1 2 3 S 0 0 0 0\n'), 1, 9)).toEqual([null]);
    expect(readFrames(Buffer.from('noise'), 1, 9)).toEqual([null]);
  });

  it('is resolved by addr2line, inlined frames innermost first', () => {
    const places = readAddr2line(
      '0x0000000000001234\ninner()\n/judge/0/program.cpp:3 (discriminator 2)\nouter()\n/judge/0/program.cpp:9\n0x0000000000000001\n??\n??:0\n',
    );
    expect(places.get(0x1234n)).toEqual([
      { function: 'inner()', file: '/judge/0/program.cpp', line: 3 },
      { function: 'outer()', file: '/judge/0/program.cpp', line: 9 },
    ]);
    expect(places.get(1n)).toEqual([{ function: '', file: null, line: null }]);
  });
});
