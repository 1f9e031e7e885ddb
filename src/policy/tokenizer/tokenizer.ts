import { existsSync } from 'node:fs';
import path from 'node:path';
import { createChatRenderer } from './chat-template.js';
import { createEncoder } from './encoder.js';
import { jsonText, parseJsonObject, readText } from '../folder/files.js';
import { addedTokens, namedTokens, readTokens } from './token-table.js';
import type { PolicyTokenizer, TokenizerFiles } from '../types.js';
import { decodeBytes } from './utf8.js';

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
  json.added_tokens = addedTokens(json, config, where);
  const { size, bytes: tokenBytes, named, prependsBlank } = readTokens(json, config, where);
  const encode = await createEncoder(json, where);
  const contents = namedTokens(config);
  const specialTokensMap = Object.fromEntries(
    specialTokenKeys.flatMap((key) => (key in contents ? [[key, contents[key]]] : [])),
  );
  const bosTokenId = named.get('bos_token') ?? -1;
  const addsBos = config.add_bos_token === true && bosTokenId >= 0;

  function decoded(ids: readonly number[]): {
    text: string;
    offsets: () => number[];
  } {
    const starts = [0];
    for (const id of ids) starts.push(starts[starts.length - 1] + tokenBytes(id).length);
    const bytes = new Uint8Array(starts[ids.length]);
    ids.forEach((id, i) => bytes.set(tokenBytes(id), starts[i]));
    const { text, textOffset } = decodeBytes(bytes);
    const isWholeText = ids.length > 0 && ids[0] === bosTokenId;
    const stripped = isWholeText && prependsBlank && text.startsWith(' ') ? 1 : 0;
    return {
      text: text.slice(stripped),
      offsets: () => starts.map((start) => Math.max(0, textOffset(start) - stripped)),
    };
  }

  return {
    vocabSize: size,
    eosTokenId: named.get('eos_token') ?? -1,
    encode(text, { addSpecialTokens = true } = {}) {
      const ids = encode(text, addSpecialTokens);
      if (!addSpecialTokens || bosTokenId < 0) return ids;
      // A rendered chat brings its own BOS: the post-processor's would be a second one.
      if (ids[0] === bosTokenId && ids[1] === bosTokenId && text.startsWith(contents.bos_token))
        return ids.slice(1);
      // Some files leave the BOS to the config, and Hugging Face's loader obeys it.
      return addsBos && ids[0] !== bosTokenId ? [bosTokenId, ...ids] : ids;
    },
    decode: (ids) => decoded(ids).text,
    tokenBytes,
    byteOffsets: (ids) => decoded(ids).offsets(),
    renderChat: createChatRenderer(files.chatTemplate ?? config.chat_template, contents, where),
    files: {
      ...files,
      specialTokensMap: files.specialTokensMap ?? jsonText(specialTokensMap),
    },
  };
}

const specialTokenKeys = ['bos_token', 'eos_token', 'pad_token', 'unk_token'];
