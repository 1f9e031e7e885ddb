import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { tokenizerFromFiles, type PolicyTokenizer } from '../../src/policy/index.js';
import { expectOffsetsToFit } from './fixtures.js';

/** Tokenizers of the Rust library, one of each kind, and what it does; made by make.py beside them. */
const folder = path.resolve(import.meta.dirname, '../golden/tokenizers');

interface Row {
  ids: number[];
  withSpecial: number[];
  decoded: string;
}

const golden: { texts: string[]; tokenizers: Record<string, Row[]> } = JSON.parse(
  readFileSync(path.join(folder, 'golden.json'), 'utf8'),
);

function load(name: string, config: Record<string, unknown> = {}): Promise<PolicyTokenizer> {
  return tokenizerFromFiles({
    tokenizer: readFileSync(path.join(folder, `${name}.json`), 'utf8'),
    tokenizerConfig: JSON.stringify({ bos_token: '<|start|>', eos_token: '<|end|>', ...config }),
  });
}

/** What the library doubles: a text that opens with the start token itself. */
function singleStart(ids: number[], text: string, start: number): number[] {
  return text.startsWith('<|start|>') && ids[1] === start ? ids.slice(1) : ids;
}

describe('a tokenizer of each kind', () => {
  it.each(Object.keys(golden.tokenizers))(
    '%s encodes and decodes as the Rust library does',
    async (name) => {
      const tokenizer = await load(name);
      const [start] = tokenizer.encode('<|start|>', { addSpecialTokens: false });
      golden.tokenizers[name].forEach(({ ids, withSpecial, decoded }, i) => {
        const text = golden.texts[i];
        expect(tokenizer.encode(text, { addSpecialTokens: false })).toEqual(ids);
        expect(tokenizer.encode(text)).toEqual(singleStart(withSpecial, text, start));
        expect(tokenizer.decode(withSpecial)).toBe(decoded);
        expectOffsetsToFit(tokenizer, withSpecial);
        expectOffsetsToFit(tokenizer, ids);
      });
    },
  );
});

describe('added tokens', () => {
  it('are text unless they are special, in whichever file they are called so', async () => {
    const plain = await load('qwen2');
    const ids = plain.encode('a<tool>b<mask>c<|end|>');
    expect(plain.decode(ids)).toBe('a<tool>bc');
    for (const config of [
      { additional_special_tokens: ['<tool>'] },
      { extra_special_tokens: { tool_token: { content: '<tool>' } } },
      { added_tokens_decoder: { 999: { content: '<tool>', special: true } } },
      { sep_token: { __type: 'AddedToken', content: '<tool>' } },
    ]) {
      expect((await load('qwen2', config)).decode(ids)).toBe('abc');
    }
  });

  it('are found where only the config lists them', async () => {
    const id = (await load('qwen2')).vocabSize;
    const tokenizer = await load('qwen2', {
      added_tokens_decoder: { [id]: { content: '<new>', special: false, normalized: false } },
    });
    expect(tokenizer.vocabSize).toBe(id + 1);
    const ids = tokenizer.encode('x<new>y');
    expect(ids[1]).toBe(id);
    expect(tokenizer.decode(ids)).toBe('x<new>y');
  });
});

describe('the start token', () => {
  it('is not put before a rendered chat that brings its own', async () => {
    const tokenizer = await load('llama3');
    const once = tokenizer.encode('hi');
    expect(tokenizer.encode('<|start|>hi')).toEqual(once);
    expect(tokenizer.encode('hi', { addSpecialTokens: false })).toEqual(once.slice(1));
  });

  it('comes from the config where the file adds none', async () => {
    const without = await load('qwen2');
    const tokenizer = await load('qwen2', { add_bos_token: true });
    const [start] = without.encode('<|start|>');
    expect(tokenizer.encode('hi')).toEqual([start, ...without.encode('hi')]);
    expect(tokenizer.encode('<|start|>hi')).toEqual([start, ...without.encode('hi')]);
  });
});

describe('what a tokenizer cannot do is named', () => {
  async function changed(change: (file: Record<string, Record<string, unknown>>) => void) {
    const file = JSON.parse(readFileSync(path.join(folder, 'qwen2.json'), 'utf8'));
    change(file);
    return tokenizerFromFiles({ tokenizer: JSON.stringify(file), tokenizerConfig: '{}' }, 'here');
  }
  const split = (regex: string, behavior = 'Isolated', invert = false) => ({
    type: 'Split',
    pattern: { Regex: regex },
    behavior,
    invert,
  });

  it.each([
    ['another model', { model: { type: 'Unigram', vocab: [['a', -1]] } }, /a "vocab"/],
    [
      'a suffix',
      { model: { type: 'BPE', vocab: {}, merges: [], end_of_word_suffix: '</w>' } },
      /end_of_word_suffix = "<\/w>"/,
    ],
    [
      'no spelling of bytes',
      { decoder: null, pre_tokenizer: null },
      /expected a ByteLevel.*got none/,
    ],
    ['a nested class', { pre_tokenizer: split('[a[b]]') }, /\[a\[b\]\].*a class within a class/],
    [
      'a cut turned round',
      { pre_tokenizer: split('a', 'Contiguous', true) },
      /behavior "Contiguous", invert true/,
    ],
    [
      'a broken pattern',
      { pre_tokenizer: split('a(') },
      /here: tokenizer\.json cannot be used: .*a\(/,
    ],
    [
      'an unknown part',
      { normalizer: { type: 'Magic' } },
      /here: tokenizer\.json cannot be used: .*Magic/,
    ],
  ])('%s', async (_, change, message) => {
    await expect(changed((file) => Object.assign(file, change))).rejects.toThrow(message);
  });

  it('a character that no token spells', async () => {
    const tokenizer = await tokenizerFromFiles(
      {
        tokenizer: JSON.stringify({
          model: { type: 'BPE', vocab: { a: 0, b: 1 }, merges: [] },
          decoder: { type: 'ByteLevel' },
        }),
        tokenizerConfig: '{}',
      },
      'here',
    );
    expect(tokenizer.encode('abba')).toEqual([0, 1, 1, 0]);
    expect(() => tokenizer.encode('abc')).toThrow(/here: no token spells "c"/);
  });
});
