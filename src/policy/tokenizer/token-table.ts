import { inputError } from '../../errors.js';
import { isObject, parseJsonObject } from '../folder/files.js';
import type { TokenizerFiles } from '../types.js';
import { spellingOf } from './token-bytes.js';
import { utf8Bytes } from './utf8.js';

export interface TokenTable {
  /** One more than the largest id. */
  size: number;
  /** Empty for special tokens and for ids that no token has. */
  bytes(id: number): Uint8Array;
  /** Ids of the tokens that the config names, by key (`eos_token`). */
  named: ReadonlyMap<string, number>;
  /** Whether a SentencePiece encoder puts a blank in front of a text, which decoding takes away. */
  prependsBlank: boolean;
}

/** An entry of `added_tokens`, with whatever else the file says of it. */
interface AddedToken extends Record<string, unknown> {
  id: number;
  content: string;
  special: boolean;
}

/** What every token of the vocabulary and every added one stands for. */
export function readTokens(
  json: Record<string, unknown>,
  config: Record<string, unknown>,
  where: string,
): TokenTable {
  const spelling = spellingOf(json, where);
  const model = json.model;
  if (!isObject(model) || !isObject(model.vocab)) {
    throw inputError(
      `${where}: expected tokenizer.json with a "model" that has a "vocab" of tokens to ids.`,
    );
  }
  const bytes: Uint8Array[] = [];
  const ids = new Map<string, number>();
  for (const [token, id] of Object.entries(model.vocab)) {
    if (typeof id !== 'number')
      throw inputError(`${where}: the id of token ${JSON.stringify(token)} is not a number.`);
    bytes[id] = spelling.bytes(token);
    ids.set(token, id);
  }
  for (const { id, content, special } of addedTokens(json, config, where)) {
    bytes[id] = special ? empty : utf8Bytes(content);
    ids.set(content, id);
  }
  const named = new Map<string, number>();
  for (const [key, content] of Object.entries(namedTokens(config))) {
    const id = ids.get(content);
    if (id === undefined) continue;
    named.set(key, id);
    // Whatever marks an end or a start is never text, even where a file forgot to call it special.
    bytes[id] = empty;
  }
  return { size: bytes.length, bytes: packed(bytes), named, prependsBlank: spelling.prependsBlank };
}

/** One array for all tokens: a hundred thousand small ones would take twenty times the room. */
function packed(bytes: readonly (Uint8Array | undefined)[]): (id: number) => Uint8Array {
  const starts = new Uint32Array(bytes.length + 1);
  for (let id = 0; id < bytes.length; id++) {
    starts[id + 1] = starts[id] + (bytes[id]?.length ?? 0);
  }
  const all = new Uint8Array(starts[bytes.length]);
  for (let id = 0; id < bytes.length; id++) all.set(bytes[id] ?? empty, starts[id]);
  return (id) =>
    id >= 0 && id < starts.length - 1 ? all.subarray(starts[id], starts[id + 1]) : empty;
}

/**
 * The added tokens of `tokenizer.json`, and those that only `added_tokens_decoder` in
 * `tokenizer_config.json` lists. A token is special where either file says so.
 */
export function addedTokens(
  json: Record<string, unknown>,
  config: Record<string, unknown>,
  where: string,
): AddedToken[] {
  const listed: unknown[] = Array.isArray(json.added_tokens) ? json.added_tokens : [];
  const decoder = isObject(config.added_tokens_decoder) ? config.added_tokens_decoder : {};
  const also = Object.entries(decoder).map(([id, token]) =>
    isObject(token) ? { ...token, id: Number(id) } : token,
  );
  const alsoSpecial = new Set(
    [
      ...also.filter((token) => isObject(token) && token.special === true),
      ...extraSpecialTokens(config),
    ].map(tokenContent),
  );
  const known = new Map<string, AddedToken>();
  for (const token of [...listed, ...also]) {
    const content = tokenContent(token);
    if (!isObject(token) || typeof token.id !== 'number' || content === null) {
      throw inputError(`${where}: malformed entry of "added_tokens": ${JSON.stringify(token)}.`);
    }
    if (known.has(content)) continue;
    const special = token.special === true || alsoSpecial.has(content);
    known.set(content, { ...token, id: token.id, content, special });
  }
  return [...known.values()];
}

/** The token of each id as the files spell it. */
export function tokenTexts(files: TokenizerFiles, where: string): Map<number, string> {
  const json = parseJsonObject(files.tokenizer, where);
  const config = parseJsonObject(files.tokenizerConfig, where);
  const vocabulary = isObject(json.model) && isObject(json.model.vocab) ? json.model.vocab : {};
  const texts = new Map(Object.entries(vocabulary).map(([token, id]) => [Number(id), token]));
  for (const { id, content } of addedTokens(json, config, where)) texts.set(id, content);
  return texts;
}

/** Every `…_token` of a config, by its key. */
export function namedTokens(config: Record<string, unknown>): Record<string, string> {
  const named: Record<string, string> = {};
  for (const [key, value] of Object.entries(config)) {
    const content = key.endsWith('_token') ? tokenContent(value) : null;
    if (content !== null) named[key] = content;
  }
  return named;
}

/** transformers 4 calls them `additional_special_tokens`, 5 `extra_special_tokens`; a list or by name. */
function extraSpecialTokens(config: Record<string, unknown>): unknown[] {
  return [config.additional_special_tokens, config.extra_special_tokens].flatMap((tokens) =>
    Array.isArray(tokens) ? tokens : isObject(tokens) ? Object.values(tokens) : [],
  );
}

/** A token in a config is its text or an AddedToken object. */
function tokenContent(token: unknown): string | null {
  if (typeof token === 'string') return token;
  return isObject(token) && typeof token.content === 'string' ? token.content : null;
}

const empty = new Uint8Array(0);
