import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createJudgePool } from '../../src/sandbox/index.js';
import type { JudgePool } from '../../src/sandbox/index.js';

describe('the verdict of a worked answer', () => {
  let pool: JudgePool;
  beforeAll(async () => {
    pool = await createJudgePool({ workers: 1 });
  });
  afterAll(() => pool.close());

  it('has the answer in the demanded form, and the last number beside it', async () => {
    const judged = async (completion: string) =>
      (await pool.judge([{ language: 'text', completion, answer: '12' }]))[0];
    expect(await judged('3 * 4 = 12\n#### 12')).toMatchObject({
      outcome: 'clean',
      prediction: '12',
      correct: true,
      formatOk: true,
      lenientPrediction: '12',
      lenientCorrect: true,
    });
    expect(await judged('3 * 4 = 12, so it is 12.')).toMatchObject({
      outcome: 'no_answer',
      prediction: null,
      correct: false,
      formatOk: false,
      lenientPrediction: '12',
      lenientCorrect: true,
    });
    expect(await judged('#### 12\n\nSome other 7')).toMatchObject({
      correct: true,
      lenientPrediction: '7',
      lenientCorrect: false,
    });
  });

  it('calls no step false that the sampler cut off, and keeps both verdicts apart', async () => {
    const completion = 'She has 1 + 2 = 3. He has 12 + 30 = 4';
    const job = { language: 'text' as const, completion, answer: '42' };
    const [whole, cut, again] = await pool.judge([
      job,
      { ...job, truncated: true },
      { ...job, truncated: false },
    ]);
    expect(whole.diagnostics.map(({ kind }) => kind)).toEqual(['false-step', 'no-answer']);
    expect(cut.diagnostics.map(({ kind }) => kind)).toEqual(['no-answer']);
    expect([whole.fromCache, cut.fromCache, again.fromCache]).toEqual([false, false, true]);
  });
});
