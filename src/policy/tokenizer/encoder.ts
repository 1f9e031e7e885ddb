import type { PreTrainedTokenizer } from '@xenova/transformers';
import { inputError } from '../../errors.js';
import { isObject } from '../folder/files.js';
import { checkAddedTokens } from './added-token-check.js';
import { gpt2Pattern, javascriptPattern, literalPattern, splitPattern } from './split-patterns.js';
import { prefixScheme } from './token-bytes.js';

/** Text to ids. */
export type Encoder = (text: string, addSpecialTokens: boolean) => number[];

/**
 * The library's plain tokenizer, built directly on a parsed `tokenizer.json`, so that it looks for
 * nothing on disk or on the network. The file is first rewritten where the library would read it
 * otherwise than Hugging Face's Rust library does.
 */
export async function createEncoder(
  json: Record<string, unknown>,
  where: string,
): Promise<Encoder> {
  checkAddedTokens(json.added_tokens, json.normalizer, where);
  // Imported when first needed: the library brings an ONNX runtime along.
  const { PreTrainedTokenizer } = await import('@xenova/transformers');
  const rewritten = {
    ...absentParts,
    ...json,
    added_tokens: longestFirst(json.added_tokens),
    normalizer: normalizer(json.normalizer, where),
    pre_tokenizer: preTokenizer(json.pre_tokenizer, where),
    model: model(json.model, where),
  };
  let hf: PreTrainedTokenizer;
  try {
    hf = new PreTrainedTokenizer(rewritten, {});
  } catch (cause) {
    throw inputError(`${where}: tokenizer.json cannot be used: ${String(cause)}.`, { cause });
  }
  const forget = boundedMemory(hf);
  releaseFile(hf);
  return (text, addSpecialTokens) => {
    const wellFormed = loneSurrogate.test(text) ? text.replace(loneSurrogates, '\ufffd') : text;
    const ids = hf.encode(wellFormed, null, { add_special_tokens: addSpecialTokens });
    forget(text.length);
    if (ids.includes(undefined as unknown as number)) throw unspelled(hf, wellFormed, where);
    return ids;
  };
}

// UTF-8 has no surrogates: half a pair becomes U+FFFD, as TextEncoder writes it.
const loneSurrogate = /\p{Cs}/u;
const loneSurrogates = /\p{Cs}/gu;

/** The model keeps the parsed file and each merge cut in two, which it needs only while it is made. */
function releaseFile(hf: PreTrainedTokenizer): void {
  Object.assign(hf.model, { config: {}, merges: [] });
}

/** The library remembers every word it has cut, and for SentencePiece a whole text is one word. */
function boundedMemory(hf: PreTrainedTokenizer): (characters: number) => void {
  const { cache } = hf.model as { cache?: unknown };
  let seen = 0;
  return (characters) => {
    seen += characters;
    if (seen < rememberedCharacters || !(cache instanceof Map)) return;
    cache.clear();
    seen = 0;
  };
}

const rememberedCharacters = 4_000_000;

function unspelled(hf: PreTrainedTokenizer, text: string, where: string): Error {
  const character = [...text].find((each) => hf.encode(each, null).some((id) => id === undefined));
  return inputError(
    `${where}: no token spells ${JSON.stringify(character ?? text)}, and the tokenizer names no unknown token. Remove the character from the text, or use the tokenizer's complete vocabulary.`,
  );
}

const absentParts = { post_processor: null, decoder: null };

/** Where several added tokens begin at one place the longest counts. */
function longestFirst(tokens: unknown): unknown[] {
  const list: unknown[] = Array.isArray(tokens) ? [...tokens] : [];
  const length = (token: unknown): number =>
    isObject(token) && typeof token.content === 'string' ? token.content.length : 0;
  return list.sort((x, y) => length(y) - length(x));
}

/**
 * Older files (GPT-2's) leave out the type of the model, newer ones write a merge as a pair instead
 * of "left right".
 */
function model(part: unknown, where: string): unknown {
  if (!isObject(part)) return part;
  const type = part.type ?? (Array.isArray(part.merges) ? 'BPE' : null);
  if (type !== 'BPE' || !Array.isArray(part.merges)) {
    throw inputError(
      `${where}: expected tokenizer.json with a model of type "BPE", got ${JSON.stringify(type)}.`,
    );
  }
  for (const field of ['continuing_subword_prefix', 'end_of_word_suffix']) {
    if ((part[field] ?? '') !== '') {
      throw inputError(
        `${where}: ${field} = ${JSON.stringify(part[field])} of tokenizer.json is not supported: tokens must spell the text alone.`,
      );
    }
  }
  const merges = part.merges.map((pair: unknown) => (Array.isArray(pair) ? pair.join(' ') : pair));
  return { ...part, type, merges };
}

function normalizer(part: unknown, where: string): unknown {
  if (!isObject(part)) return null;
  if (part.type === 'Sequence' && Array.isArray(part.normalizers)) {
    return { ...part, normalizers: part.normalizers.map((each) => normalizer(each, where)) };
  }
  const { pattern } = part;
  if (part.type !== 'Replace' || !isObject(pattern) || typeof pattern.Regex !== 'string')
    return part;
  return { ...part, pattern: { Regex: javascriptPattern(pattern.Regex, where) } };
}

type Part = Record<string, unknown>;

function preTokenizer(part: unknown, where: string): unknown {
  if (!isObject(part)) return null;
  const parts = preTokenizerParts(part, where);
  return parts.length === 1 ? parts[0] : { type: 'Sequence', pretokenizers: parts };
}

function preTokenizerParts(part: Part, where: string): Part[] {
  switch (part.type) {
    case 'Sequence': {
      const parts: unknown[] = Array.isArray(part.pretokenizers) ? part.pretokenizers : [];
      return parts.flatMap((each) => (isObject(each) ? preTokenizerParts(each, where) : []));
    }
    case 'ByteLevel':
      return [
        ...(part.add_prefix_space === true ? [prefixed(' ', 'always')] : []),
        ...((part.use_regex ?? true) === true ? [cut(gpt2Pattern, 'Isolated', false, where)] : []),
        { ...part, add_prefix_space: false, use_regex: false },
      ];
    case 'Metaspace': {
      const replacement = typeof part.replacement === 'string' ? part.replacement : '▁';
      const isSplit = (part.split ?? true) === true;
      return [
        prefixed(replacement, prefixScheme(part)),
        ...(isSplit ? [cut(literalPattern(replacement), 'MergedWithNext', false, where)] : []),
      ];
    }
    case 'Digits':
      return [
        cut('\\p{N}', part.individual_digits === true ? 'Isolated' : 'Contiguous', false, where),
      ];
    case 'Punctuation':
      return [cut(punctuation, part.behavior ?? 'Isolated', false, where)];
    case 'Split': {
      const { pattern } = part;
      const own = isObject(pattern) ? pattern : {};
      const regex = typeof own.String === 'string' ? literalPattern(own.String) : own.Regex;
      return [cut(regex, part.behavior, part.invert === true, where)];
    }
    default:
      return [part];
  }
}

const punctuation = '[\\p{P}!-\\/:-@\\[-`\\{-~]';

/** Blanks become the replacement, and one is put in front where there is none. */
function prefixed(replacement: string, scheme: unknown): Part {
  return {
    type: 'Metaspace',
    replacement,
    add_prefix_space: scheme !== 'never',
    prepend_scheme: scheme,
  };
}

function cut(regex: unknown, behavior: unknown, invert: boolean, where: string): Part {
  const split =
    typeof regex === 'string' && typeof behavior === 'string'
      ? splitPattern(javascriptPattern(regex, where), behavior, invert)
      : null;
  if (split === null) {
    throw inputError(
      `${where}: a Split of tokenizer.json with behavior ${JSON.stringify(behavior)}, invert ${invert} and pattern ${JSON.stringify(regex)} is not supported.`,
    );
  }
  return {
    type: 'Split',
    pattern: { Regex: split.pattern },
    behavior: 'Isolated',
    invert: split.matchesOnly,
  };
}
