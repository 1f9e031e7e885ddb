import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';
import { preferencePairs, sftSequences, type PreferenceRow } from '../../src/datasets/index.js';
import { loadTokenizer } from '../../src/policy/index.js';
import type { ChatMessage } from '../../src/records.js';
import { itWithData } from '../data.js';

/** Made by test/golden/datasets/make.py with TRL's own preparation. */
const golden = JSON.parse(
  readFileSync(path.join(import.meta.dirname, '../golden/datasets/golden.json'), 'utf8'),
) as {
  preferences: {
    row: PreferenceRow;
    promptIds: number[];
    chosenIds: number[];
    rejectedIds: number[];
    maxLength: number;
    chosenCut: number[];
    rejectedCut: number[];
  }[];
  conversations: { messages: ChatMessage[]; ids: number[]; mask: number[] }[];
};

itWithData(
  'preference rows have the tokens that DPOTrainer gives them, whole and cut off',
  ['tokenizers', 'qwen2.5'],
  async (folder) => {
    const tokenizer = await loadTokenizer(folder);
    expect(golden.preferences).toHaveLength(3);
    for (const { row, maxLength, ...expected } of golden.preferences) {
      const { promptIds, chosenIds, rejectedIds, chosenCut, rejectedCut } = expected;
      const whole = preferencePairs([row], tokenizer).pairs[0];
      expect(whole).toMatchObject({ promptIds, chosenIds, rejectedIds });
      const cut = preferencePairs([row], tokenizer, { maxLength }).pairs[0];
      expect(cut).toMatchObject({ promptIds, chosenIds: chosenCut, rejectedIds: rejectedCut });
    }
  },
);

itWithData(
  'the assistant’s turns are the tokens of SFTTrainer’s mask, but for what opens a turn',
  ['tokenizers', 'qwen2.5'],
  async (folder) => {
    const tokenizer = await loadTokenizer(folder);
    expect(golden.conversations).toHaveLength(2);
    for (const { messages, ids, mask } of golden.conversations) {
      const { sequences } = sftSequences([{ messages }], tokenizer, { assistantOnlyLoss: true });
      const learned = ids.map(() => 0);
      for (const { promptIds, completionIds } of sequences) {
        const end = promptIds.length + completionIds.length;
        expect([...promptIds, ...completionIds]).toEqual(ids.slice(0, end));
        learned.fill(1, promptIds.length, end);
      }
      // TRL's template counts the line feed behind `assistant` as the assistant's.
      const opens = mask.map((one, t) => (one === 1 && mask[t - 1] === 0 ? 0 : one));
      expect(learned).toEqual(opens);
      const [{ promptIds, completionIds }] = sftSequences([{ messages }], tokenizer).sequences;
      expect([...promptIds, ...completionIds]).toEqual(ids);
    }
  },
);
