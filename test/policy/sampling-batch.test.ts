import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  attachAdapter,
  hiddenStates,
  outputWeight,
  samplePolicy,
  type Policy,
  type Sample,
  type SampleRequest,
} from '../../src/policy/index.js';
import type { SamplingSettings } from '../../src/records.js';
import { selectBackend, tf } from '../../src/tensor/index.js';
import { isAddonBuilt } from '../../src/tensor/native/addon.js';
import { plainSettings, programs, tinyPolicy } from './fixtures.js';

const open = plainSettings(14);
const truncated = { ...open, temperature: 0.8, topK: 60, topP: 0.95, minP: 0.01 };

/** Prompts from one token to sixty, groups of different sizes. */
const requests: SampleRequest[] = [
  'i',
  programs[0].slice(0, 90),
  'for (int',
  '',
  programs[1],
  'x',
].map((prompt, seed) => ({ prompt, n: [3, 1, 5, 2, 4, 3][seed], seed }));

const cases: Record<string, { settings: SamplingSettings; lora?: boolean }> = {
  'everything open': { settings: open },
  truncation: { settings: truncated },
  'a repetition penalty': { settings: { ...truncated, repetitionPenalty: 1.4 } },
  'greedy with a repetition penalty': {
    settings: { ...open, temperature: 0, repetitionPenalty: 1.2 },
  },
  'stop strings': { settings: { ...open, stop: ['int', 'r', ') {'] } },
  'stop ids': { settings: { ...open, stopTokenIds: Array.from({ length: 60 }, (_, i) => i * 5) } },
  'an adapter and a repetition penalty': {
    settings: { ...truncated, repetitionPenalty: 0.8 },
    lora: true,
  },
};

describe.skipIf(!isAddonBuilt())('a sample on native in float32', () => {
  let plain: Policy;
  let adapted: Policy;
  beforeAll(async () => {
    await selectBackend('native');
    plain = await tinyPolicy();
    adapted = await tinyPolicy();
    const { pairs } = attachAdapter(adapted, {
      r: 4,
      loraAlpha: 8,
      targetModules: ['all-linear'],
      seed: 2,
    });
    for (const { b } of pairs.values()) {
      tf.tidy(() => b.assign(tf.randomNormal(b.shape, 0, 0.2, 'float32', 4)));
    }
  });
  afterAll(() => [plain, adapted].forEach((policy) => policy.dispose()));

  for (const [name, { settings, lora = false }] of Object.entries(cases)) {
    it(`is the same to the bit in any batch, order and company: ${name}`, async () => {
      const policy = lora ? adapted : plain;
      const expected = await samplePolicy(policy, requests, settings, { maxRows: 64 });
      const own = (samples: Sample[], request: number): Sample[] =>
        samples.filter((sample) => sample.request === request);

      // Groups split, rows refilled while others run, the spare prompt in use.
      for (const maxRows of [1, 3])
        expect(await samplePolicy(policy, requests, settings, { maxRows })).toEqual(expected);

      const reversed = await samplePolicy(policy, [...requests].reverse(), settings, {
        maxRows: 4,
      });
      requests.forEach((_, request) => {
        const moved = own(reversed, requests.length - 1 - request);
        expect(moved.map((sample) => ({ ...sample, request }))).toEqual(own(expected, request));
      });

      const [alone] = await samplePolicy(policy, [{ ...requests[4], n: 1 }], settings);
      expect({ ...alone, request: 4 }).toEqual(own(expected, 4)[0]);

      const lengths = new Set(expected.map(({ completionIds }) => completionIds.length));
      const stops = settings.stop.length + (settings.stopTokenIds?.length ?? 0);
      if (stops > 0) expect(lengths.size).toBeGreaterThan(3);
    });
  }

  it('differs with the penalty, and with the adapter', async () => {
    const draw = (policy: Policy, settings: SamplingSettings): Promise<Sample[]> =>
      samplePolicy(policy, requests, settings);
    const ids = (samples: Sample[]): number[][] => samples.map((sample) => sample.completionIds);
    const without = ids(await draw(plain, truncated));
    expect(ids(await draw(plain, { ...truncated, repetitionPenalty: 1.4 }))).not.toEqual(without);
    expect(ids(await draw(adapted, truncated))).not.toEqual(without);
    expect(ids(await draw(plain, { ...truncated, repetitionPenalty: 1 }))).toEqual(without);
  });

  it('is at temperature 0 the likeliest token of the whole sequence read at once', async () => {
    const samples = await samplePolicy(plain, requests, { ...open, temperature: 0 });
    for (const { promptIds, completionIds, logprobs } of samples) {
      const logits = float64Logits(plain, [...promptIds, ...completionIds]);
      completionIds.forEach((id, t) => {
        const row = logits[promptIds.length - 1 + t];
        expect(id).toBe(row.indexOf(Math.max(...row)));
      });
      expect(logprobs).toEqual(completionIds.map(() => 0));
    }
  });

  it('has the log-probabilities of penalty, temperature, top-k, top-p and min-p in float64', async () => {
    const settings = { ...truncated, topK: 25, repetitionPenalty: 1.5, maxNewTokens: 30 };
    const samples = await samplePolicy(plain, requests, settings);
    for (const { promptIds, completionIds, logprobs, plainLogprobs } of samples) {
      const ids = [...promptIds, ...completionIds];
      const logits = float64Logits(plain, ids);
      completionIds.forEach((id, t) => {
        const at = promptIds.length + t;
        const row = logits[at - 1];
        expect(plainLogprobs[t]).toBeCloseTo(logSoftmax(row)[id], 3);
        expect(logprobs[t]).toBeCloseTo(processed(row, ids.slice(0, at), settings)[id], 3);
      });
    }
  });
});

/** [tokens][vocabulary] from hidden states of the whole sequence, products in float64. */
function float64Logits(policy: Policy, ids: number[]): number[][] {
  return tf.tidy(() => {
    const hidden = hiddenStates(policy, Int32Array.from(ids), Int32Array.of(0, ids.length));
    const weight = outputWeight(policy).arraySync();
    return hidden
      .arraySync()
      .map((h) => weight.map((w) => w.reduce((sum, value, i) => sum + value * h[i], 0)));
  });
}

/** As the definitions say, by sorting; −Infinity for what is left out. */
function processed(logits: number[], before: number[], settings: SamplingSettings): number[] {
  const { repetitionPenalty = 1, temperature, topK, topP, minP } = settings;
  const seen = new Set(before);
  const scores = logits
    .map((z, id) => (!seen.has(id) ? z : z > 0 ? z / repetitionPenalty : z * repetitionPenalty))
    .map((z) => z / temperature);
  const order = [...scores.keys()].sort((a, b) => scores[b] - scores[a]).slice(0, topK);
  const keep = (ids: number[]): number[] =>
    logSoftmax(scores.map((z, id) => (ids.includes(id) ? z : -Infinity)));
  let logprobs = keep(order);
  let mass = 0;
  const nucleus = order.filter((id) => {
    const inside = mass < topP;
    mass += Math.exp(logprobs[id]);
    return inside;
  });
  logprobs = keep(nucleus);
  const floor = minP * Math.exp(logprobs[order[0]]);
  return keep(nucleus.filter((id) => Math.exp(logprobs[id]) >= floor));
}

function logSoftmax(logits: number[]): number[] {
  const top = Math.max(...logits);
  const mass = logits.reduce((sum, z) => sum + Math.exp(z - top), 0);
  return logits.map((z) => z - top - Math.log(mass));
}
