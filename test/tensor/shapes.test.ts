import { beforeAll, describe, expect, it } from 'vitest';
import * as ops from '../../src/tensor/index.js';
import { rotaryTable } from './support.js';

const { tf } = ops;
const x = (...shape: [number, number]): ops.LoraPair['a'] => tf.zeros(shape);
const dims = { heads: 2, kvHeads: 1, headDim: 4 };
const variable = (...shape: number[]): ops.tf.Variable => tf.variable(tf.zeros(shape));
const open = { temperature: 1, topK: 0, topP: 1, minP: 0 };
const settings = {
  learningRate: 0.1,
  beta1: 0.9,
  beta2: 0.9,
  epsilon: 1e-8,
  weightDecay: 0,
  step: 1,
};

/** Two new tokens in a cache of two slots. */
function cached(
  q: ops.LoraPair['a'],
  k: ops.LoraPair['a'],
  v: ops.LoraPair['a'],
  changes: { slots?: Int32Array; positions?: Int32Array; dims?: ops.AttentionDims } = {},
): unknown {
  const both = Int32Array.of(0, 1);
  const cache = ops.createKvCache({ layers: 1, slots: 2, maxLength: 3, kvHeads: 1, headDim: 4 });
  const { slots = both, positions = both } = changes;
  return ops.cachedAttention(q, k, v, cache, 0, slots, positions, changes.dims ?? dims);
}

beforeAll(async () => {
  await ops.selectBackend('cpu');
});

describe('a wrong shape is refused with both shapes named', () => {
  const cases: [string, () => unknown, string[]][] = [
    ['linear: width', () => ops.linear(x(2, 3), x(4, 5)), ['[2, 3]', '[4, 5]']],
    ['linear: bias', () => ops.linear(x(2, 3), x(4, 3), tf.zeros([3])), ['[3]', '[4, 3]']],
    [
      'linear: LoRA ranks',
      () => ops.linear(x(2, 3), x(4, 3), null, { a: x(2, 3), b: x(4, 1), scale: 1 }),
      ['[4, 1]', '[2, 3]'],
    ],
    [
      'linear: LoRA input',
      () => ops.linear(x(2, 3), x(4, 3), null, { a: x(2, 5), b: x(4, 2), scale: 1 }),
      ['[2, 5]', '[4, 3]'],
    ],
    [
      'linear: LoRA output',
      () => ops.linear(x(2, 3), x(4, 3), null, { a: x(2, 3), b: x(5, 2), scale: 1 }),
      ['[5, 2]', '[4, 3]'],
    ],
    ['rmsNorm', () => ops.rmsNorm(x(2, 3), tf.zeros([4]), 1e-6), ['[2, 3]', '[4]']],
    ['swiglu', () => ops.swiglu(x(2, 3), x(2, 4)), ['[2, 3]', '[2, 4]']],
    [
      'rotary: width',
      () => ops.rotary(x(1, 6), Int32Array.of(0), rotaryTable(4, 2)),
      ['[1, 6]', '4'],
    ],
    [
      'rotary: positions',
      () => ops.rotary(x(2, 8), Int32Array.of(0), rotaryTable(4, 2)),
      ['[2]', '[2, 8]', '[1]'],
    ],
    [
      'attention: q',
      () => ops.causalAttention(x(2, 4), x(2, 4), x(2, 4), Int32Array.of(0, 2), dims),
      ['[N, 8]', '[2, 4]'],
    ],
    [
      'attention: rows',
      () => ops.causalAttention(x(2, 8), x(3, 4), x(3, 4), Int32Array.of(0, 2), dims),
      ['[2, 8]', '[3, 4]'],
    ],
    [
      'attention: values',
      () => ops.causalAttention(x(2, 8), x(2, 4), x(2, 8), Int32Array.of(0, 2), dims),
      ['[2, 4]', '[2, 8]'],
    ],
    [
      'attention: segments',
      () => ops.causalAttention(x(2, 8), x(2, 4), x(2, 4), Int32Array.of(0, 3), dims),
      ['0 to 2', '0 to 3'],
    ],
    ['cachedAttention: q', () => cached(x(2, 4), x(2, 4), x(2, 4)), ['[N, 8]', '[2, 4]']],
    ['cachedAttention: rows', () => cached(x(2, 8), x(3, 4), x(3, 4)), ['[2, 8]', '[3, 4]']],
    ['cachedAttention: values', () => cached(x(2, 8), x(2, 4), x(2, 8)), ['[2, 4]', '[2, 8]']],
    [
      'cachedAttention: the cache',
      () => cached(x(2, 8), x(2, 8), x(2, 8), { dims: { heads: 2, kvHeads: 2, headDim: 4 } }),
      ['1 key heads of 4', '2 of 4'],
    ],
    [
      'cachedAttention: slots',
      () => cached(x(2, 8), x(2, 4), x(2, 4), { slots: Int32Array.of(0) }),
      ['[2]', '[2, 8]', '[1]'],
    ],
    [
      'cachedAttention: positions',
      () => cached(x(2, 8), x(2, 4), x(2, 4), { positions: Int32Array.of(0) }),
      ['[2]', '[2, 8]', '[1]'],
    ],
    [
      'tokenLogprobs: width',
      () => ops.tokenLogprobs(x(2, 3), x(7, 4), Int32Array.of(0, 0)),
      ['[2, 3]', '[7, 4]'],
    ],
    [
      'tokenLogprobs: targets',
      () => ops.tokenLogprobs(x(2, 3), x(7, 3), Int32Array.of(0)),
      ['[2]', '[2, 3]', '[1]'],
    ],
    [
      'sampleTokens: width',
      () => ops.sampleTokens(x(2, 3), x(7, 4), new Float32Array(2), open),
      ['[2, 3]', '[7, 4]'],
    ],
    [
      'adamwStep: gradient',
      () =>
        ops.adamwStep(variable(2, 3), tf.zeros([3, 2]), variable(2, 3), variable(2, 3), settings),
      ['[3, 2]', '[2, 3]'],
    ],
    [
      'adamwStep: moments',
      () => ops.adamwStep(variable(2, 3), x(2, 3), variable(2, 3), variable(6), settings),
      ['[6]', '[2, 3]'],
    ],
    [
      'sampleTokens: uniforms',
      () => ops.sampleTokens(x(2, 3), x(7, 3), new Float32Array(1), open),
      ['[2]', '[2, 3]', '[1]'],
    ],
  ];
  it.each(cases)('%s', (_, call, parts) => {
    for (const part of parts) expect(call).toThrow(part);
  });
});

describe('an index out of range is refused with its place', () => {
  it.each<[string, () => unknown, string]>([
    [
      'embedding',
      () => ops.embedding(x(5, 2), Int32Array.of(0, 5)),
      'ids from 0 to 4, got 5 at index 1',
    ],
    [
      'tokenLogprobs',
      () => ops.tokenLogprobs(x(1, 3), x(7, 3), Int32Array.of(-1)),
      'targets from 0 to 6, got -1 at index 0',
    ],
    [
      'rotary',
      () => ops.rotary(x(1, 4), Int32Array.of(2), rotaryTable(4, 2)),
      'positions from 0 to 1, got 2 at index 0',
    ],
    [
      'cachedAttention',
      () => cached(x(2, 8), x(2, 4), x(2, 4), { slots: Int32Array.of(0, 2) }),
      'slots from 0 to 1, got 2 at index 1',
    ],
  ])('%s', (_, call, message) => {
    expect(call).toThrow(message);
  });

  it('a temperature of 0 is for sampling, not for tokenLogprobs', () => {
    const call = (): unknown =>
      ops.tokenLogprobs(x(1, 3), x(7, 3), Int32Array.of(0), { temperature: 0 });
    expect(call).toThrow('a temperature above 0, got 0');
  });
});
