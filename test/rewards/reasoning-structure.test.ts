import { describe, expect, it } from 'vitest';
import { reasoningStructure } from '../../src/rewards/index.js';
import { resultOf, textRollout } from './text-rollout.js';

describe('reasoningStructure', () => {
  it.each([
    ['6 * 7 = <<6*7=42>>42\n42 + 1 = <<42+1=43>>43\n#### 43', 1],
    ['6 * 7 = 42. 42 + 1 = 43. The answer is 43.', 1],
    ['It is $6 x 7 = $42, and 42 - 2 = 40.\nFinal: 40', 1],
    ['6 * 7 = 42\n#### 42', 0.75],
    ['6 * 7 = 42\n6*7 = 42\n#### 42', 0.75],
    ['#### 42', 0.5],
    ['The final answer is: **$42**', 0.5],
    ['The answer is unknown', 0],
    ['6 * 7 = 42 and 42 + 1 = 43', 0.5],
    ['5 = 5 and <<5=5>>\n#### 5', 0.5],
    ['', 0],
  ])('of %j is %s', async (text, score) => {
    expect((await resultOf(reasoningStructure(), textRollout(text))).score).toBe(score);
  });

  it('blames false steps and takes their share', async () => {
    const text = 'é 6 * 7 = 42\n42 + 1 = 44\n42 - 2 = 40\n1 / 0 = 1\n#### 44';
    const { score, blamed, spans, log } = await resultOf(reasoningStructure(), textRollout(text));
    expect(blamed).toEqual(['42 + 1 = 44', '1 / 0 = 1']);
    expect(spans.map(({ value, label }) => [value, label])).toEqual([
      [-1, 'false-step'],
      [-1, 'undefined-step'],
    ]);
    expect(score).toBe(0.5 * (2 / 4) + 0.5);
    expect(log).toEqual({ true_steps: 2, false_steps: 2, answer_line: 'gsm8k' });
  });

  it('does not blame half a step at the cut-off end', async () => {
    const cut = textRollout('42 + 17 = 5', { finishReason: 'length' });
    expect((await resultOf(reasoningStructure(), cut)).spans).toEqual([]);
    const whole = textRollout('42 + 17 = 5');
    expect((await resultOf(reasoningStructure(), whole)).spans).toHaveLength(1);
  });

  it('takes other shares, numbers of steps and answer lines', async () => {
    const reward = reasoningStructure({ minSteps: 4, stepsShare: 0.8, answerLines: ['final'] });
    const text = '6 * 7 = 42\n#### 42';
    expect((await resultOf(reward, textRollout(text))).score).toBeCloseTo(0.8 / 4, 12);
    const final = await resultOf(reward, textRollout('6 * 7 = 42\nFinal: 42'));
    expect(final.score).toBeCloseTo(0.8 / 4 + 0.2, 12);
    expect(() => reasoningStructure({ minSteps: 0 })).toThrow(/at least 1.*got 0 and 0.5/);
    expect(() => reasoningStructure({ answerLines: [] })).toThrow(/at least one form/);
  });
});
