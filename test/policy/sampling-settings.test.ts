import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { samplePolicy, streamPolicy, type Policy } from '../../src/policy/index.js';
import type { SamplingSettings } from '../../src/records.js';
import { selectBackend } from '../../src/tensor/index.js';
import { tinyPolicy, plainSettings } from './fixtures.js';

const settings = plainSettings(2);

describe('sampling refuses what lies outside a range and names it', () => {
  let policy: Policy;
  beforeAll(async () => {
    await selectBackend('cpu');
    policy = await tinyPolicy();
  });
  afterAll(() => policy.dispose());

  it.each<[Partial<SamplingSettings>, string]>([
    [{ temperature: -0.1 }, 'a temperature of 0 (greedy) or more, got -0.1'],
    [{ temperature: NaN }, 'a temperature of 0 (greedy) or more, got NaN'],
    [{ temperature: Infinity }, 'a temperature of 0 (greedy) or more, got Infinity'],
    [{ topK: -1 }, 'topK to be a whole number, 0 for off, got -1'],
    [{ topK: 2.5 }, 'topK to be a whole number, 0 for off, got 2.5'],
    [{ topP: 0 }, 'topP above 0 and at most 1 (off), got 0'],
    [{ topP: 1.01 }, 'topP above 0 and at most 1 (off), got 1.01'],
    [{ topP: NaN }, 'topP above 0 and at most 1 (off), got NaN'],
    [{ minP: -0.5 }, 'minP from 0 (off) to 1, got -0.5'],
    [{ minP: 1.5 }, 'minP from 0 (off) to 1, got 1.5'],
    [{ repetitionPenalty: 0 }, 'a repetitionPenalty above 0, 1 for off, got 0'],
    [{ repetitionPenalty: -1 }, 'a repetitionPenalty above 0, 1 for off, got -1'],
    [{ maxNewTokens: 0 }, 'maxNewTokens of at least 1, got 0'],
    [{ maxNewTokens: 1.5 }, 'maxNewTokens of at least 1, got 1.5'],
    [{ stop: ['a', ''] }, 'a stop string is empty'],
    [{ stopTokenIds: [3, 320] }, "stopTokenIds from 0 to 319, the policy's tokens, got 320"],
    [{ stopTokenIds: [-1] }, "stopTokenIds from 0 to 319, the policy's tokens, got -1"],
  ])('%o', async (changes, message) => {
    const changed = { ...settings, ...changes };
    const requests = [{ prompt: 'int', n: 1, seed: 1 }];
    await expect(samplePolicy(policy, requests, changed)).rejects.toThrow(message);
    await expect(streamPolicy(policy, requests, changed).next()).rejects.toThrow(message);
  });

  it.each([-1, 0.5, NaN])('n = %s', async (n) => {
    await expect(samplePolicy(policy, [{ prompt: 'int', n, seed: 1 }], settings)).rejects.toThrow(
      `expected n of request 0 to be a whole number of at least 0, got ${n}`,
    );
  });

  it.each([0, 2.5])('maxRows %s', async (maxRows) => {
    const requests = [{ prompt: 'int', n: 3, seed: 1 }];
    await expect(samplePolicy(policy, requests, settings, { maxRows })).rejects.toThrow(
      `maxRows to be a positive whole number, got ${maxRows}`,
    );
  });

  it('takes the ends of the ranges', async () => {
    for (const changes of [
      { temperature: 0, topP: 1e-9 },
      { minP: 1 },
      { topK: 1000 },
      { stopTokenIds: [0, 319] },
      { repetitionPenalty: 1e-3 },
    ]) {
      const requests = [{ prompt: 'int', n: 1, seed: 1 }];
      const [sample] = await samplePolicy(policy, requests, { ...settings, ...changes });
      expect(sample.completionIds.length).toBeGreaterThan(0);
    }
  });
});
