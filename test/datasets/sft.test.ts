import { beforeAll, describe, expect, it } from 'vitest';
import { createRandom } from '../../src/algorithms/index.js';
import { sftSequences, tokenBatches } from '../../src/datasets/index.js';
import type { PolicyTokenizer, TokenSequence } from '../../src/policy/index.js';
import { byteTokenizer } from '../training/tiny-policy.js';

let tokenizer: PolicyTokenizer;
beforeAll(async () => {
  tokenizer = await byteTokenizer();
});

describe('sftSequences', () => {
  it('encodes prompt and completion apart and ends the completion with the end token', () => {
    const { sequences } = sftSequences([{ prompt: 'ab', completion: 'c' }], tokenizer);
    expect(sequences).toEqual([
      {
        promptIds: tokenizer.encode('ab'),
        completionIds: [...tokenizer.encode('c'), tokenizer.eosTokenId],
      },
    ]);
  });

  it('moves the prompt into the completion when everything is to be learned', () => {
    const { sequences } = sftSequences([{ prompt: 'ab', completion: 'c' }], tokenizer, {
      completionOnlyLoss: false,
    });
    expect(sequences[0].promptIds).toEqual(tokenizer.encode('a'));
    expect(sequences[0].completionIds).toEqual([...tokenizer.encode('bc'), tokenizer.eosTokenId]);
  });

  it('leaves out what is too long, counts it, and starts an empty prompt with the end token', () => {
    const examples = [
      { prompt: 'abcdef', completion: 'gh' },
      { prompt: '', completion: 'x' },
    ];
    const { sequences, dropped } = sftSequences(examples, tokenizer, { maxLength: 8 });
    expect(dropped).toBe(1);
    expect(sequences).toHaveLength(1);
    expect(sequences[0].promptIds).toEqual([tokenizer.eosTokenId]);
  });
});

describe('tokenBatches', () => {
  const random = createRandom(3);
  const sequences: TokenSequence[] = Array.from({ length: 500 }, (_, i) => ({
    promptIds: [i],
    completionIds: new Array<number>(1 + random.int(40)).fill(7),
  }));
  const lengthOf = ({ completionIds }: TokenSequence): number => 1 + completionIds.length;

  it('holds every sequence once, within the budget, in batches of like lengths', () => {
    const batches = tokenBatches(sequences, { tokensPerBatch: 200, random: createRandom(1) });
    const ids = batches.flat().map(({ promptIds }) => promptIds[0]);
    expect([...ids].sort((a, b) => a - b)).toEqual(sequences.map((_, i) => i));
    for (const batch of batches) {
      expect(batch.reduce((sum, sequence) => sum + lengthOf(sequence), 0)).toBeLessThanOrEqual(200);
    }
    const spread = batches.map((batch) => {
      const lengths = batch.map(lengthOf);
      return Math.max(...lengths) - Math.min(...lengths);
    });
    expect(spread.reduce((sum, value) => sum + value, 0) / spread.length).toBeLessThan(10);
  });

  it('depends on the generator alone', () => {
    const epoch = (seed: number): TokenSequence[][] =>
      tokenBatches(sequences, { tokensPerBatch: 200, random: createRandom(seed) });
    expect(epoch(1)).toEqual(epoch(1));
    expect(epoch(1)).not.toEqual(epoch(2));
  });

  it('refuses a sequence longer than the budget', () => {
    expect(() => tokenBatches(sequences, { tokensPerBatch: 10, random })).toThrow(/one of 41/);
  });
});
