import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createJudgePool } from '../../src/sandbox/index.js';
import type { JudgeJob, JudgePool } from '../../src/sandbox/index.js';
import { gallery, job, sumTests } from './programs.js';

const answer: JudgeJob = { language: 'text', completion: '3 * 4 = 12\n#### 12', answer: '12' };

describe('A pool', () => {
  const { RLSF_CACHE: cache } = process.env;
  let folder: string;
  let pool: JudgePool | null = null;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'rlsf-lazy-'));
  });
  afterEach(async () => {
    if (cache === undefined) delete process.env['RLSF_CACHE'];
    else process.env['RLSF_CACHE'] = cache;
    await pool?.close();
    pool = null;
    rmSync(folder, { recursive: true, force: true });
  });
  const program = job(sumTests, gallery['clean'].completion);
  /** From now on nothing can be built. */
  const breakCache = (): void => {
    writeFileSync(join(folder, 'file'), '');
    process.env['RLSF_CACHE'] = join(folder, 'file', 'cache');
  };

  it('for worked answers builds nothing and seeks no isolation', async () => {
    pool = await createJudgePool({ languages: ['text'], cacheFolder: folder });
    expect(pool.isolation).toBe('none needed: nothing runs');
    expect(pool.toolchain).toBe('none needed: nothing runs');
    const [verdict] = await pool.judge([answer]);
    expect(verdict).toMatchObject({ outcome: 'clean', isolation: pool.isolation });
    expect(readdirSync(folder)).toEqual(['verdicts']);
  });

  it('for worked answers says what is missing for a program when one comes, every time', async () => {
    breakCache();
    pool = await createJudgePool({ languages: ['text'] });
    for (let i = 0; i < 2; i++)
      await expect(pool.judge([answer, program])).rejects.toThrow('ENOTDIR');
    expect(await pool.judge([answer])).toMatchObject([{ outcome: 'clean' }]);
  });

  it('for programs is refused at once where something is missing', async () => {
    const named = { languages: ['text', 'cpp'] as const, compiler: 'no-such-g++' };
    await expect(createJudgePool(named)).rejects.toMatchObject({ tag: 'environment' });
    breakCache();
    for (const languages of [undefined, ['cpp'], ['text', 'python']] as const)
      await expect(createJudgePool({ languages })).rejects.toThrow('ENOTDIR');
    await expect(createJudgePool({ languages: ['rust' as 'cpp'] })).rejects.toThrow(
      'languages[0]: expected a language of cpp, python, java, text, came "rust"',
    );
  });

  it('opened for worked answers judges programs too, and then names what it uses', async () => {
    pool = await createJudgePool({ languages: ['text'] });
    const [text, code] = await pool.judge([answer, program]);
    expect([text.outcome, code.outcome]).toEqual(['clean', 'clean']);
    expect(text.isolation).toBe('none needed: nothing runs');
    expect(code.isolation).toBe(pool.isolation);
    expect(pool.isolation).not.toBe(text.isolation);
    expect(pool.toolchain).toContain('g++');
  });
});
