import { decodeBytes, type PolicyTokenizer } from '../../../policy/index.js';
import { tokenTexts } from '../../../policy/tokenizer/token-table.js';
import type { Likely } from './alternatives.js';
import type { ScoredToken, Spelling } from './protocol.js';

/** How tokens are written in replies. */
export interface Speller {
  spell(id: number): Spelling;
  score(id: number, logprob: number | null, top: readonly Likely[]): ScoredToken;
  /** Bytes of the longest token. */
  readonly longest: number;
}

export function createSpeller(tokenizer: PolicyTokenizer): Speller {
  // Names of tokens that add nothing to a text; read when the first one comes.
  let names: ReadonlyMap<number, string> | null = null;
  let longest = 1;
  for (let id = 0; id < tokenizer.vocabSize; id++)
    longest = Math.max(longest, tokenizer.tokenBytes(id).length);
  const spell = (id: number): Spelling => {
    const bytes = tokenizer.tokenBytes(id);
    if (bytes.length > 0) return { id, text: textOf(bytes), bytes: [...bytes] };
    names ??= namesOf(tokenizer);
    return { id, text: names.get(id) ?? `token_id:${id}`, bytes: [] };
  };
  return {
    spell,
    score: (id, logprob, top) => ({
      ...spell(id),
      logprob,
      top: top.map((likely) => ({ ...spell(likely.id), logprob: likely.logprob })),
    }),
    longest,
  };
}

function namesOf(tokenizer: PolicyTokenizer): ReadonlyMap<number, string> {
  const names = tokenTexts(tokenizer.files, 'tokenizer');
  for (const id of names.keys()) if (tokenizer.tokenBytes(id).length > 0) names.delete(id);
  return names;
}

/** OpenAI's `bytes:\xe2\x96` for a part of a character, so that no two parts look alike. */
function textOf(bytes: Uint8Array): string {
  const { text } = decodeBytes(bytes);
  if (Buffer.from(text).equals(bytes)) return text;
  return `bytes:${[...bytes].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('')}`;
}
