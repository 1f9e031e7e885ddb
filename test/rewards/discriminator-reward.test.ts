import { describe, expect, it } from 'vitest';
import type { Outcome, Rollout } from '../../src/records.js';
import {
  discriminatorProbability,
  discriminatorReward,
  findingWeights,
  fitDiscriminator,
  scoreRollouts,
} from '../../src/rewards/index.js';
import { exampleRollout, exampleVerdict } from '../rollouts/example-rollout.js';
import { planted } from './planted-texts.js';

const { model } = fitDiscriminator(planted(100, 'train'), { language: 'cpp' });
const [{ text: reference }, { text: completion }] = planted(2, 'test');

const rolloutOf = (text: string, outcome?: Outcome): Rollout =>
  exampleRollout({ completion: text, ...(outcome && { verdict: exampleVerdict(outcome) }) });

describe('discriminatorReward', () => {
  it('is the probability of what compiles, 0 of what does not, null of what the judge lost', async () => {
    const outcomes: Outcome[] = ['clean', 'wrong_answer', 'runtime_error', 'timeout'];
    const none: Outcome[] = ['compile_error', 'no_answer', 'sandbox_error'];
    const scored = await scoreRollouts(
      [...outcomes, ...none].map((outcome) => rolloutOf(reference, outcome)),
      [discriminatorReward({ model, weight: 2 })],
    );
    const probability = discriminatorProbability(model, reference);
    expect(probability).toBeGreaterThan(0.5);
    expect(scored.map(({ reward }) => reward)).toEqual([
      ...outcomes.map(() => 2 * probability),
      0,
      0,
      null,
    ]);
    for (const { rewards } of scored)
      expect(rewards?.[0]).toMatchObject({
        name: 'discriminator',
        log: { probability },
        spans: [],
      });
  });

  it('reads the text alone without compiledOnly, and asks for verdicts with it', async () => {
    const unjudged = [rolloutOf(reference), rolloutOf(completion)];
    const alone = discriminatorReward({ model, compiledOnly: false, name: 'looks' });
    const [good, bad] = await scoreRollouts(unjudged, [alone]);
    expect(good.reward).toBeGreaterThan(bad.reward ?? NaN);
    await expect(scoreRollouts(unjudged, [discriminatorReward({ model })])).rejects.toThrow(
      'expected judged rollouts',
    );
  });

  it('blames the tokens that speak for the policy, at their bytes', async () => {
    const text = `// größer als die Länge\n    for (int i = 0; i <= n; i++) s += a[i];\n    (void)s;\n}`;
    const [scored] = await scoreRollouts(
      [rolloutOf(text, 'clean')],
      [discriminatorReward({ model, spans: 4 })],
    );
    const bytes = Buffer.from(text, 'utf8');
    const spans = scored.rewards?.[0].spans ?? [];
    expect(spans).toHaveLength(4);
    const texts = spans.map(({ start, end }) => bytes.subarray(start, end).toString('utf8'));
    expect(texts).toContain('void');
    expect(Math.min(...spans.map(({ value }) => value))).toBeCloseTo(
      -(1 - discriminatorProbability(model, text)),
      12,
    );
    for (const { value, label } of spans) {
      expect(value).toBeLessThan(0);
      expect(label).toMatch(/^like the policy: ./);
    }
    const whole = { ...scored, byteOffsets: [0, ...spans.flatMap(({ end }) => [end])] };
    expect(findingWeights(whole).every((weight) => weight > 0 && weight <= 1)).toBe(true);
  });

  it('refuses a count of spans that is none', () => {
    expect(() => discriminatorReward({ model, spans: 1.5 })).toThrow('got 1.5');
  });
});
