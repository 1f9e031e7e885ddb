import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { packBestFit, packWrapped } from '../../src/datasets/index.js';
import type { TokenSequence } from '../../src/policy/index.js';

interface Golden {
  lengths: number[];
  seqLength: number;
  packed: number[][];
}

/** Made by test/golden/datasets/make.py. */
const golden = JSON.parse(
  readFileSync(path.join(import.meta.dirname, '../golden/datasets/golden.json'), 'utf8'),
) as { bfd: Golden[]; wrapped: Golden[] };

/** Sequences of these lengths, their ids counted through. */
function sequencesOf(lengths: readonly number[]): TokenSequence[] {
  let at = 0;
  return lengths.map((length) => {
    const ids = Array.from({ length }, (_, i) => at + i);
    at += length;
    return { promptIds: ids.slice(0, 1), completionIds: ids.slice(1) };
  });
}

const idsOf = (sequences: readonly TokenSequence[]): number[] =>
  sequences.flatMap(({ promptIds, completionIds }) => [...promptIds, ...completionIds]);

describe('packBestFit', () => {
  it('fills batches as TRL packs rows by best fit decreasing', () => {
    expect(golden.bfd).toHaveLength(5);
    for (const { lengths, seqLength, packed } of golden.bfd) {
      const batches = packBestFit(sequencesOf(lengths), { maxTokens: seqLength });
      // Among rows of one length, TRL's sort promises no order: lengths and contents are compared.
      expect(batches.map((batch) => idsOf(batch).length)).toEqual(packed.map((row) => row.length));
      expect(batches.flatMap(idsOf).sort((a, b) => a - b)).toEqual(
        packed.flat().sort((a, b) => a - b),
      );
    }
  });

  it('refuses a sequence that fits no batch', () => {
    expect(() => packBestFit(sequencesOf([9]), { maxTokens: 8 })).toThrow(/one of 9/);
    expect(packBestFit([], { maxTokens: 8 })).toEqual([]);
  });
});

describe('packWrapped', () => {
  it('cuts all tokens as TRL does, however texts end', () => {
    expect(golden.wrapped).toHaveLength(2);
    for (const { lengths, seqLength, packed } of golden.wrapped) {
      const pieces = packWrapped(sequencesOf(lengths), { maxTokens: seqLength });
      expect(pieces.map((piece) => idsOf([piece]))).toEqual(packed.filter((row) => row.length > 1));
    }
  });

  it('refuses prompts, which nothing would tell apart', () => {
    const [sequence] = sequencesOf([4]);
    expect(() => packWrapped([{ ...sequence, promptIds: [1, 2] }], { maxTokens: 8 })).toThrow(
      /prompt of 2 tokens/,
    );
  });
});
