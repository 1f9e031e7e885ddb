import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { tokenizerFromFiles, type PolicyTokenizer } from '../../src/policy/index.js';

const folder = path.resolve(import.meta.dirname, '../golden/tokenizers');

function load(
  token: Record<string, unknown>,
  normalizer: Record<string, unknown> | null,
): Promise<PolicyTokenizer> {
  const json = JSON.parse(readFileSync(path.join(folder, 'qwen2.json'), 'utf8'));
  const id = 5000;
  json.added_tokens.push({ id, content: '<new>', special: false, ...token });
  return tokenizerFromFiles(
    { tokenizer: JSON.stringify({ ...json, normalizer }), tokenizerConfig: '{}' },
    'here',
  );
}

const lowercase = { type: 'Lowercase' };
const prepend = { type: 'Prepend', prepend: '▁' };
const blanks = { type: 'Replace', pattern: { String: ' ' }, content: '▁' };

describe('an added token that is found by rules of its own', () => {
  it.each([
    [{ single_word: true }, null, /^here: the added token "<new>" has single_word = true/],
    [{ normalized: true }, lowercase, /"<new>" has normalized = true, .* Lowercase .* false/],
    [
      { normalized: true },
      { type: 'Sequence', normalizers: [prepend, blanks] },
      /normalized = true, and the normalizer Prepend \+ Replace may/,
    ],
    [{ normalized: true, content: '▁x' }, blanks, /"▁x" has normalized/],
    [{ normalized: true, content: 'ö' }, { type: 'NFC' }, /"ö" has normalized/],
  ])('is refused: %j with %j', async (token, normalizer, message) => {
    await expect(load(token, normalizer)).rejects.toThrow(message);
  });

  it.each([
    [{ normalized: true }, null],
    [
      { normalized: true, content: 'ö' },
      { type: 'Sequence', normalizers: [] },
    ],
    [{ normalized: true }, { type: 'NFC' }],
    [{ normalized: true }, blanks],
    [{ normalized: false }, lowercase],
  ])('loads where the rules change nothing: %j with %j', async (token, normalizer) => {
    const tokenizer = await load(token, normalizer);
    const content = 'content' in token ? token.content : '<new>';
    expect(tokenizer.encode(`x${content}y`)).toContain(5000);
  });
});
