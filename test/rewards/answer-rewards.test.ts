import { describe, expect, it } from 'vitest';
import type { Rollout } from '../../src/records.js';
import { answerLenient, answerStrict, numericDistance } from '../../src/rewards/index.js';
import { exampleRollout, exampleVerdict } from '../rollouts/example-rollout.js';
import { answerRollout, resultOf } from './text-rollout.js';

type Case = [completion: string, strict: number, lenient: number, blamed: string[]];

const cases: Case[] = [
  ['6 * 7 = 42\n#### 42', 1, 1, []],
  ['#### 42.0', 1, 1, []],
  ['It costs é $1.\n#### 43', 0.1, 0, ['43']],
  ['The answer is 42', 0, 1, []],
  ['The answer is 41', 0, 0, []],
  ['#### 42\nNow 7', 1, 0, []],
  ['no number', 0, 0, []],
  ['', 0, 0, []],
];

describe('answerStrict and answerLenient', () => {
  it.each(cases)('of %j are %s and %s', async (completion, strict, lenient, blamed) => {
    const rollout = answerRollout(completion, '42');
    const result = await resultOf(answerStrict(), rollout);
    expect(result).toMatchObject({ score: strict, blamed });
    expect((await resultOf(answerLenient(), rollout)).score).toBe(lenient);
  });

  it('score what the options say', async () => {
    const reward = answerStrict({ correct: 2, wrong: -0.5, noAnswer: -1 });
    const scores = ['#### 42', '#### 41', '42'].map(async (completion) => {
      const { score } = await resultOf(reward, answerRollout(completion, '42'));
      return score;
    });
    expect(await Promise.all(scores)).toEqual([2, -0.5, -1]);
  });

  it('work out the lenient answer of records that lack it', async () => {
    for (const [completion, , lenient] of cases) {
      const rollout = answerRollout(completion, '42');
      const { lenientCorrect: _, lenientPrediction: __, ...verdict } = rollout.verdict!;
      const older: Rollout = { ...rollout, verdict };
      expect((await resultOf(answerLenient(), older)).score).toBe(lenient);
    }
  });

  it('blame the last number of a wrong lenient answer, in bytes', async () => {
    const result = await resultOf(answerLenient(), answerRollout('é é: 7, then $41.', '42'));
    expect(result.blamed).toEqual(['$41']);
  });

  it('are unscorable without a gold answer and when our own tooling broke', async () => {
    const broken = exampleVerdict('sandbox_error', { groundTruth: '42', prediction: '42' });
    for (const rollout of [answerRollout('#### 42', null), exampleRollout({ verdict: broken })]) {
      for (const reward of [answerStrict(), answerLenient(), numericDistance()]) {
        const { score, spans, log } = await resultOf(reward, rollout);
        expect({ score, spans }).toEqual({ score: null, spans: [] });
        expect(log.unscorable).toMatch(/sandbox_error|no gold answer/);
      }
    }
  });
});

describe('numericDistance', () => {
  it.each([
    ['#### 50', '50', 1],
    ['#### 50.0', '50', 1],
    ['#### 40', '50', 0.5 * (1 - 10 / 50)],
    ['#### -50', '50', 0],
    ['#### 60', '-50', 0],
    ['#### 1,000', '800', 0.5 * (1 - 200 / 800)],
    ['#### 0.5', '0', 0.25],
    ['#### 0.35', '.25', 0.5 * (1 - 0.1)],
    ['about 50', '50', 0],
  ])('of %j for %s is %s', async (completion, answer, score) => {
    const result = await resultOf(numericDistance(), answerRollout(completion, answer));
    expect(result.score).toBeCloseTo(score, 12);
  });

  it('never gives a near miss what the answer earns', async () => {
    const near = await resultOf(numericDistance(), answerRollout('#### 999999', '1000000'));
    expect(near.score).toBeLessThan(0.5);
    expect(near.blamed).toEqual(['999999']);
  });

  it('takes the last number, another tolerance and another credit', async () => {
    const reward = numericDistance({ reading: 'lenient', tolerance: 0.1, partialCredit: 0.8 });
    const scoreOf = async (text: string) =>
      (await resultOf(reward, answerRollout(text, '100'))).score;
    expect(await scoreOf('so 105')).toBeCloseTo(0.4, 12);
    expect(await scoreOf('so 110')).toBeCloseTo(0, 12);
    expect(await scoreOf('so 100')).toBe(1);
  });

  it('refuses a tolerance of 0 and a credit above 1', () => {
    expect(() => numericDistance({ tolerance: 0 })).toThrow(/tolerance above 0.*got 0 and 0.5/);
    expect(() => numericDistance({ partialCredit: 2 })).toThrow(/got 1 and 2/);
  });
});
