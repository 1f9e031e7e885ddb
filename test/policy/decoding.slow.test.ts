import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createRandom } from '../../src/algorithms/random.js';
import {
  attachAdapter,
  samplePolicy,
  type Policy,
  type PolicyConfig,
  type Sample,
} from '../../src/policy/index.js';
import { composed, policyDecoder } from '../../src/policy/sampling/decoding.js';
import { float32ToBfloat16 } from '../../src/policy/folder/floats.js';
import {
  createKvCache,
  heldInBf16,
  selectBackend,
  tf,
  type Decoder,
  type SampledTokens,
  type SampleTokensSettings,
  type SeenIds,
} from '../../src/tensor/index.js';
import { isAddonBuilt, loadAddon } from '../../src/tensor/native/addon.js';
import { tinyPolicy } from './fixtures.js';

/** The kernel of a whole sampling step against the single operations, on odd shapes. */
const shapes: Record<string, Partial<PolicyConfig>> = {
  'grouped heads, tied': {},
  'one key head of seven, odd widths': {
    hiddenSize: 42,
    heads: 7,
    kvHeads: 1,
    headDim: 6,
    intermediateSize: 37,
    vocabSize: 331,
  },
  'untied, no bias, as many key heads as heads': {
    modelType: 'llama',
    attentionBias: false,
    tieWordEmbeddings: false,
    kvHeads: 4,
    headDim: 10,
    hiddenSize: 70,
    intermediateSize: 130,
  },
  'whole vectors': { hiddenSize: 64, headDim: 16, intermediateSize: 96, vocabSize: 384 },
};

const adapters = { 'no adapter': 0, 'rank 3': 3, 'rank 16': 16 };
const sampled = { temperature: 0.8, topK: 40, topP: 0.95, minP: 0.01 };
const penalised = { ...sampled, repetitionPenalty: 1.3 };
const greedy = { temperature: 0, topK: 0, topP: 1, minP: 0 };

let policy: Policy | null = null;
afterEach(() => {
  policy?.dispose();
  policy = null;
});

describe.skipIf(!isAddonBuilt())('a sampling step as one kernel', () => {
  beforeAll(() => selectBackend('native', { threads: 2 }));
  afterEach(() => selectBackend('native', { threads: 2 }));

  for (const [shape, changes] of Object.entries(shapes)) {
    for (const [adapter, r] of Object.entries(adapters)) {
      it(`draws what the single operations draw: ${shape}, ${adapter}`, async () => {
        policy = await adapted(changes, r);
        for (const settings of [sampled, penalised, greedy]) {
          const [fused, single] = [policyDecoder, composed].map((make) =>
            sequences(policy!, make, 5, settings),
          );
          expect(fused.ids).toEqual(single.ids);
          expectClose(fused.logprobs, single.logprobs, 2e-4);
          expectClose(fused.plainLogprobs, single.plainLogprobs, 2e-4);
        }
      });
    }
  }

  it('gives a row the same bits alone, in company, and on any number of threads', async () => {
    policy = await adapted(shapes['one key head of seven, odd widths'], 3);
    const together = sequences(policy, policyDecoder, 9, sampled);
    for (const count of [1, 2, 3, 4]) {
      const fewer = sequences(policy, policyDecoder, count, sampled);
      expect(fewer.logprobs).toEqual(together.logprobs.slice(0, count));
      expect(fewer.ids).toEqual(together.ids.slice(0, count));
    }
    const penalisedTogether = sequences(policy, policyDecoder, 9, penalised);
    expect(penalisedTogether.ids).not.toEqual(together.ids);
    const penalisedFewer = sequences(policy, policyDecoder, 3, penalised);
    expect(penalisedFewer.logprobs).toEqual(penalisedTogether.logprobs.slice(0, 3));
    await selectBackend('native', { threads: 1 });
    expect(sequences(policy, policyDecoder, 9, sampled)).toEqual(together);
    expect(sequences(policy, policyDecoder, 9, penalised)).toEqual(penalisedTogether);
    await selectBackend('native', { threads: 5 });
    expect(sequences(policy, policyDecoder, 9, sampled)).toEqual(together);
  });

  it('multiplies by weights held in bfloat16 as by what they stand for', async () => {
    policy = await adapted(shapes['untied, no bias, as many key heads as heads'], 3);
    roundMatrices(policy);
    const rounded = sequences(policy, policyDecoder, 5, sampled);
    holdMatrices(policy);
    const held = sequences(policy, policyDecoder, 5, sampled);
    const heldSingle = sequences(policy, composed, 5, sampled);
    expect(held.ids).toEqual(rounded.ids);
    expectClose(held.logprobs, rounded.logprobs, 2e-4);
    expect(heldSingle.ids).toEqual(rounded.ids);
    expectClose(heldSingle.logprobs, rounded.logprobs, 2e-4);
  });

  it('with bf16 products stays near float32, the same for a row in any company', async (context) => {
    policy = await adapted(shapes['whole vectors'], 16);
    roundMatrices(policy);
    const exact = sequences(policy, policyDecoder, 5, greedy, 3);
    holdMatrices(policy);
    try {
      await selectBackend('native', { threads: 2, matmulPrecision: 'bf16' });
    } catch {
      return context.skip('this processor has no bf16 products');
    }
    const fused = sequences(policy, policyDecoder, 5, greedy, 3);
    // Operands keep 8 bits: a relative error of 2⁻⁹ each, over logits of a few units.
    expectClose(fused.plainLogprobs, exact.plainLogprobs, 0.15);
    expect(fused.plainLogprobs).not.toEqual(exact.plainLogprobs);
    const alone = sequences(policy, policyDecoder, 1, greedy, 3);
    expect(alone.plainLogprobs).toEqual(fused.plainLogprobs.slice(0, 1));
  });

  for (const held of [false, true]) {
    it(`with bf16 products samples a row alike in any company, weights in ${held ? 'bfloat16' : 'float32'}`, async (context) => {
      policy = await adapted(
        { ...shapes['whole vectors'], hiddenSize: 128, headDim: 32, intermediateSize: 192 },
        16,
      );
      if (held) holdMatrices(policy);
      try {
        await selectBackend('native', { threads: 2, matmulPrecision: 'bf16' });
      } catch {
        return context.skip('this processor has no bf16 products');
      }
      const settings = { ...sampled, maxNewTokens: 10, stop: [], seed: 0 };
      const requests = ['int sum(', 'bool is_even(int value) { return value % 2', 'i'].map(
        (prompt, seed) => ({ prompt, n: 3, seed }),
      );
      const together = await samplePolicy(policy, requests, settings);
      const alone: Sample[] = [];
      for (const [request, each] of requests.entries()) {
        const samples = await samplePolicy(policy, [each], settings, { maxRows: 1 });
        alone.push(...samples.map((sample) => ({ ...sample, request })));
      }
      expect(alone).toEqual(together);
    });
  }

  it('refuses what does not fit, naming it', async () => {
    policy = await adapted({}, 0);
    const cache = createKvCache({ layers: 2, slots: 2, maxLength: 8, kvHeads: 2, headDim: 4 });
    const decoder = policyDecoder(policy, cache, 2);
    const step = (ids: number[], slots: number[], positions: number[]): SampledTokens =>
      decoder.step(
        Int32Array.from(ids),
        Int32Array.from(slots),
        Int32Array.from(positions),
        new Float32Array(ids.length),
        greedy,
      );
    expect(step([], [], []).ids).toHaveLength(0);
    expect(() => step([1, 2, 3], [0, 1, 1], [0, 0, 0])).toThrow('at most 2 rows, got 3');
    expect(() => step([1, 2], [1, 1], [0, 0])).toThrow('each slot once, got two rows of slot 1');
    expect(() => step([policy!.config.vocabSize], [0], [0])).toThrow('ids from 0 to 319, got 320');
    expect(() => step([1], [2], [0])).toThrow('slots from 0 to 1, got 2 at index 0');
    expect(() => step([1], [0], [8])).toThrow('positions from 0 to 7, got 8 at index 0');
    expect(() => step([1], [0, 1], [0])).toThrow('slots [1] to match ids [1], got [2]');
    const cold = { ...greedy, temperature: -1 };
    const one = Int32Array.of(0);
    const own = { ids: Int32Array.of(1, 320), starts: Int32Array.of(0, 2) };
    const penalise = (seen: SeenIds): SampledTokens =>
      decoder.step(one, one, one, new Float32Array(1), penalised, seen);
    expect(() => penalise(own)).toThrow('seen.ids from 0 to 319, got 320 at index 1');
    expect(() => penalise({ ...own, starts: one })).toThrow(
      'seen.starts [2] to match the ends of 1 rows, got [1]',
    );
    expect(() => penalise({ ...own, starts: Int32Array.of(2, 1) })).toThrow(
      'seen.starts to ascend from 0 to at most 2, got [2, 1]',
    );
    expect(() => penalise({ ...own, starts: Int32Array.of(0, 3) })).toThrow('got [0, 3]');
    const negative = { ...penalised, repetitionPenalty: -1 };
    expect(() => decoder.step(one, one, one, new Float32Array(1), negative)).toThrow(
      'a repetitionPenalty above 0 (1: off), got -1',
    );
    expect(() => decoder.step(one, one, one, new Float32Array(1), cold)).toThrow(
      'a temperature of 0 (greedy) or more, got -1',
    );

    // As many numbers, but in another order.
    const other = createKvCache({ layers: 2, slots: 2, maxLength: 8, kvHeads: 4, headDim: 2 });
    expect(() => policyDecoder(policy!, other, 2)).toThrow(
      'a cache of 2 layers with 2 key heads of 4, got 2 with 4 of 2',
    );
    cache.dispose();
    expect(() => policyDecoder(policy!, cache, 2)).toThrow('the cache was disposed');
  });

  it('names the array that does not fit', () => {
    const floats = (count: number): Float32Array => new Float32Array(count);
    // embedding and head [2, 4], then the norm [4], which is too short
    const arrays = [floats(8), floats(8), floats(3)];
    expect(() =>
      loadAddon().createDecoder(arrays, 4, 1, 1, 4, 4, 2, 1, 1, 1, 1, 2, 1e-6, floats(7)),
    ).toThrow('array 2 holds 3 elements, expected 4');
  });
});

async function adapted(changes: Partial<PolicyConfig>, r: number): Promise<Policy> {
  const made = await tinyPolicy(changes);
  if (r === 0) return made;
  const { pairs } = attachAdapter(made, {
    r,
    loraAlpha: 2 * r,
    targetModules: ['all-linear'],
    modulesToSave: ['model.norm', 'input_layernorm'],
    seed: 2,
  });
  for (const { b } of pairs.values()) {
    tf.tidy(() => b.assign(tf.randomNormal(b.shape, 0, 0.1, 'float32', 4)));
  }
  return made;
}

interface Drawn {
  ids: number[][];
  logprobs: number[][];
  plainLogprobs: number[][];
}

/** `rows` sequences of some steps; row i starts with token i and draws from its own numbers. */
function sequences(
  policy: Policy,
  make: (policy: Policy, cache: ReturnType<typeof createKvCache>, rows: number) => Decoder,
  rows: number,
  settings: SampleTokensSettings,
  steps = 20,
): Drawn {
  const { layers, kvHeads, headDim } = policy.config;
  const cache = createKvCache({ layers, slots: 9, maxLength: 24, kvHeads, headDim });
  const decoder = make(policy, cache, rows);
  const random = Array.from({ length: rows }, (_, row) => createRandom(11).fork(row));
  const drawn: Drawn = {
    ids: Array.from({ length: rows }, () => []),
    logprobs: Array.from({ length: rows }, () => []),
    plainLogprobs: Array.from({ length: rows }, () => []),
  };
  const slots = Int32Array.from({ length: rows }, (_, row) => 8 - row);
  let ids: Int32Array = Int32Array.from({ length: rows }, (_, row) => row);
  for (let position = 0; position < steps; position++) {
    const positions = new Int32Array(rows).fill(position);
    const uniforms = Float32Array.from(random, (own) => Math.fround(own.next() * 0.999));
    // A row's own first token and what it drew.
    const seen = Array.from({ length: rows }, (_, row) => [row, ...drawn.ids[row]]);
    const step = decoder.step(ids, slots, positions, uniforms, settings, {
      ids: Int32Array.from(seen.flat()),
      starts: Int32Array.from({ length: rows + 1 }, (_, row) => row * (position + 1)),
    });
    ids = step.ids;
    for (let row = 0; row < rows; row++) {
      for (const key of ['ids', 'logprobs', 'plainLogprobs'] as const)
        drawn[key][row].push(step[key][row]);
    }
  }
  cache.dispose();
  return drawn;
}

function expectClose(actual: number[][], expected: number[][], tolerance: number): void {
  const [a, b] = [actual.flat(), expected.flat()];
  expect(a).toHaveLength(b.length);
  const worst = a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i])), 0);
  expect(worst).toBeLessThan(tolerance);
}

function matrices(policy: Policy): tf.Variable[] {
  return [...policy.weights.values()].filter(({ rank }) => rank === 2);
}

function halvesOf(variable: tf.Variable): Uint16Array {
  return float32ToBfloat16(variable.dataSync<'float32'>().slice());
}

function roundMatrices(policy: Policy): void {
  for (const variable of matrices(policy)) {
    const bits = Uint32Array.from(halvesOf(variable), (half) => half << 16);
    tf.tidy(() => variable.assign(tf.tensor(new Float32Array(bits.buffer), variable.shape)));
  }
}

function holdMatrices(policy: Policy): void {
  for (const variable of matrices(policy)) {
    tf.tidy(() => variable.assign(heldInBf16(halvesOf(variable), variable.shape)));
  }
}
