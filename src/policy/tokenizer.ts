import { existsSync } from 'node:fs';
import path from 'node:path';
import type { PreTrainedTokenizer } from '@xenova/transformers';
import type { ChatMessage } from '../records.js';
import { inputError } from '../errors.js';
import { isObject, jsonText, parseJsonObject, readText } from './files.js';
import { spellingOf } from './token-bytes.js';
import type { PolicyTokenizer, TokenizerFiles } from './types.js';
import { decodeBytes, utf8Bytes } from './utf8.js';

/** The tokenizer of a Hugging Face model folder (`tokenizer.json`, `tokenizer_config.json`). */
export async function loadTokenizer(folder: string): Promise<PolicyTokenizer> {
  const read = (name: string): Promise<string> => readText(path.join(folder, name), 'Tokenizer');
  const readOptional = async (name: string): Promise<string | undefined> =>
    existsSync(path.join(folder, name)) ? read(name) : undefined;
  return tokenizerFromFiles(
    {
      tokenizer: await read('tokenizer.json'),
      // Older folders (GPT-2's) have none; everything that encodes is in tokenizer.json.
      tokenizerConfig: (await readOptional('tokenizer_config.json')) ?? '{}',
      specialTokensMap: await readOptional('special_tokens_map.json'),
      chatTemplate: await readOptional('chat_template.jinja'),
    },
    folder,
  );
}

/** A tokenizer from its files' contents; `where` names them in messages. */
export async function tokenizerFromFiles(
  files: TokenizerFiles,
  where: string = 'tokenizer',
): Promise<PolicyTokenizer> {
  const json = parseJsonObject(files.tokenizer, path.join(where, 'tokenizer.json'));
  const config = parseJsonObject(files.tokenizerConfig, path.join(where, 'tokenizer_config.json'));
  if (files.chatTemplate !== undefined) config.chat_template = files.chatTemplate;
  const tokens = readTokens(json, config, where);
  const hf = await buildEncoder(json, config, where);

  const bosTokenId = idOf(config.bos_token, tokens);
  const addsBos = config.add_bos_token === true && bosTokenId >= 0;
  // SentencePiece encoders put one blank in front of a text.
  const strippedBlank = tokens.kind === 'sentencepiece' ? 1 : 0;

  function tokenBytes(id: number): Uint8Array {
    return tokens.bytes[id] ?? empty;
  }

  function bytesOf(ids: readonly number[]): { bytes: Uint8Array; starts: number[] } {
    const starts = [0];
    for (const id of ids) starts.push(starts[starts.length - 1] + tokenBytes(id).length);
    const bytes = new Uint8Array(starts[ids.length]);
    ids.forEach((id, i) => bytes.set(tokenBytes(id), starts[i]));
    return { bytes, starts };
  }

  return {
    vocabSize: tokens.bytes.length,
    eosTokenId: idOf(config.eos_token, tokens),
    encode(text, { addSpecialTokens = true } = {}) {
      const ids = hf.encode(text, null, { add_special_tokens: addSpecialTokens });
      // Some files leave the BOS to the config, and Hugging Face's loader obeys it. A rendered chat
      // brings its own.
      return addSpecialTokens && addsBos && ids[0] !== bosTokenId ? [bosTokenId, ...ids] : ids;
    },
    decode(ids) {
      const { bytes } = bytesOf(ids);
      const text = decodeBytes(bytes).text;
      const isWholeText = ids.length > 0 && ids[0] === bosTokenId;
      return isWholeText && strippedBlank > 0 && text.startsWith(' ') ? text.slice(1) : text;
    },
    tokenBytes,
    byteOffsets(ids) {
      const { bytes, starts } = bytesOf(ids);
      const { textOffset } = decodeBytes(bytes);
      return starts.map(textOffset);
    },
    renderChat: (messages) => renderChat(hf, messages, config, where),
    files: {
      ...files,
      specialTokensMap: files.specialTokensMap ?? jsonText(specialTokensMap(config)),
    },
  };
}

const empty = new Uint8Array(0);

interface TokenTable {
  kind: 'byte-level' | 'sentencepiece';
  /** By id; empty for special tokens and for ids that no token has. */
  bytes: Uint8Array[];
  ids: Map<string, number>;
}

function readTokens(
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
  const added = Array.isArray(json.added_tokens) ? json.added_tokens : [];
  for (const token of added) {
    if (!isObject(token) || typeof token.id !== 'number' || typeof token.content !== 'string') {
      throw inputError(`${where}: malformed entry of "added_tokens": ${JSON.stringify(token)}.`);
    }
    bytes[token.id] = token.special === true ? empty : utf8Bytes(token.content);
    ids.set(token.content, token.id);
  }
  const table: TokenTable = { kind: spelling.kind, bytes, ids };
  // Whatever marks an end or a start is never text, even where a file forgot to call it special.
  for (const key of specialTokenKeys) {
    const id = idOf(config[key], table);
    if (id >= 0) bytes[id] = empty;
  }
  for (let id = 0; id < bytes.length; id++) bytes[id] ??= empty;
  return table;
}

const specialTokenKeys = ['bos_token', 'eos_token', 'pad_token', 'unk_token'] as const;

function idOf(token: unknown, table: TokenTable): number {
  const content = tokenContent(token);
  return content === null ? -1 : (table.ids.get(content) ?? -1);
}

/** A token in a config is its text or an AddedToken object. */
function tokenContent(token: unknown): string | null {
  if (typeof token === 'string') return token;
  return isObject(token) && typeof token.content === 'string' ? token.content : null;
}

function specialTokensMap(config: Record<string, unknown>): Record<string, string> {
  const map: Record<string, string> = {};
  for (const key of specialTokenKeys) {
    const content = tokenContent(config[key]);
    if (content !== null) map[key] = content;
  }
  return map;
}

/**
 * The library's plain tokenizer on the two files, as Hugging Face's Rust library reads them: built
 * directly, so that it looks for nothing on disk or on the network.
 */
async function buildEncoder(
  json: Record<string, unknown>,
  config: Record<string, unknown>,
  where: string,
): Promise<PreTrainedTokenizer> {
  // Imported when first needed: the library brings an ONNX runtime along.
  const { PreTrainedTokenizer } = await import('@xenova/transformers');
  const plainConfig = { ...config };
  for (const key of Object.keys(config)) {
    if (key.endsWith('_token')) {
      const content = tokenContent(config[key]);
      if (content !== null) plainConfig[key] = content;
    }
  }
  try {
    return new PreTrainedTokenizer(
      { ...absentParts, ...json, model: modernModel(json.model) },
      plainConfig,
    );
  } catch (cause) {
    throw inputError(`${where}: tokenizer.json cannot be used: ${String(cause)}.`, { cause });
  }
}

const absentParts = {
  added_tokens: [],
  normalizer: null,
  pre_tokenizer: null,
  post_processor: null,
  decoder: null,
};

/**
 * The BPE model as the library expects it: older files (GPT-2's) leave out its type, newer ones write
 * a merge as a pair instead of "left right".
 */
function modernModel(model: unknown): unknown {
  if (!isObject(model) || !Array.isArray(model.merges)) return model;
  return {
    type: 'BPE',
    ...model,
    merges: model.merges.map((merge: unknown) => (Array.isArray(merge) ? merge.join(' ') : merge)),
  };
}

function renderChat(
  hf: PreTrainedTokenizer,
  messages: ChatMessage[],
  config: Record<string, unknown>,
  where: string,
): string {
  if ((config.chat_template ?? null) === null) {
    throw inputError(
      `${where}: has no chat template, so messages cannot be rendered. Use text prompts, or add "chat_template" to tokenizer_config.json.`,
    );
  }
  const rendered = hf.apply_chat_template(messages, {
    tokenize: false,
    add_generation_prompt: true,
  });
  if (typeof rendered !== 'string') throw inputError(`${where}: the chat template gave no text.`);
  return rendered;
}
