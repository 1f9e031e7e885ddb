import { configToJson, parseConfig } from './config.js';
import { isObject, jsonText, parseJsonObject } from './files.js';
import type { SavedType } from './safetensors-chunks.js';
import type { Policy, PolicyConfig } from '../types.js';

/** A file of a folder to write; `writeFolder` takes a list of them. */
export interface TextFile {
  name: string;
  chunks: [string];
}

/**
 * Everything beside weights and `config.json` that a model folder and an adapter folder need to be
 * used alone: generation config, tokenizer, chat template, each verbatim where the policy was loaded
 * with one. Only a missing pad token becomes the end token: batching code (transformers, vLLM, TRL)
 * stops without one.
 */
export function tokenizerFileEntries(policy: Policy): TextFile[] {
  const { files } = policy.tokenizer;
  const [tokenizerConfig, specialTokensMap] = withPadToken(policy);
  const texts: [string, string | undefined][] = [
    ['generation_config.json', generationText(policy)],
    ['tokenizer.json', files.tokenizer],
    ['tokenizer_config.json', tokenizerConfig],
    ['special_tokens_map.json', specialTokensMap],
    ['chat_template.jinja', files.chatTemplate],
  ];
  return texts.flatMap(([name, text]) => (text === undefined ? [] : [{ name, chunks: [text] }]));
}

/**
 * `config.json` as it was loaded, fields that the decoder does not read included; only what changed
 * since (the type of the weights, a missing pad token) is set anew.
 * @param config the policy's own, or that of policy and adapter together
 */
export function configText(policy: Policy, config: PolicyConfig, dtype: SavedType): string {
  const { source } = policy;
  const own = configToJson(config, dtype);
  if (source === null) return jsonText(own);
  const loaded = parseJsonObject(source.config, 'config.json');
  const changes: Record<string, unknown> = sameDecoder(loaded, config) ? {} : { ...own };
  // transformers 5 says dtype where 4 said torch_dtype.
  const dtypeKey = 'dtype' in loaded ? 'dtype' : 'torch_dtype';
  delete changes.torch_dtype;
  changes[dtypeKey] = dtype;
  if (endChanged(policy)) changes.eos_token_id = own.eos_token_id;
  else delete changes.eos_token_id;
  if (!isTokenId(loaded.pad_token_id)) changes.pad_token_id = config.padTokenId;
  const isSame = Object.entries(changes).every(([key, value]) => isEqual(loaded[key], value));
  return isSame ? source.config : jsonText({ ...loaded, ...changes });
}

function generationText(policy: Policy): string {
  const { config, source } = policy;
  const own = {
    bos_token_id: config.bosTokenId ?? null,
    eos_token_id: idOrIds(config.eosTokenIds),
    pad_token_id: config.padTokenId,
  };
  const text = source?.generationConfig ?? null;
  if (text === null) return jsonText({ _from_model_config: true, ...own });
  const loaded = parseJsonObject(text, 'generation_config.json');
  const changes: Record<string, unknown> = {};
  if (endChanged(policy)) changes.eos_token_id = own.eos_token_id;
  if (!isTokenId(loaded.pad_token_id)) changes.pad_token_id = own.pad_token_id;
  return Object.keys(changes).length === 0 ? text : jsonText({ ...loaded, ...changes });
}

function idOrIds(ids: readonly number[]): unknown {
  return ids.length > 1 ? ids : (ids[0] ?? null);
}

/** Whether a policy ends at other tokens than the files it was loaded from say. */
function endChanged({ config, source }: Policy): boolean {
  if (source === null) return false;
  const { eos_token_id: own } = parseJsonObject(source.config, 'config.json');
  const generation =
    source.generationConfig === null
      ? {}
      : parseJsonObject(source.generationConfig, 'generation_config.json');
  const loaded = generation.eos_token_id ?? own ?? [];
  return !isEqual([loaded].flat(), config.eosTokenIds);
}

/** Whether a file still says what shapes the decoder; the ids of the end may lie in another file. */
function sameDecoder(loaded: Record<string, unknown>, config: PolicyConfig): boolean {
  const parsed = parseConfig(loaded, 'config.json');
  const shaping = (from: PolicyConfig): unknown => ({
    ...from,
    ropeScaling: from.ropeScaling ?? null,
    bosTokenId: from.bosTokenId ?? null,
    eosTokenIds: null,
    padTokenId: null,
  });
  return isEqual(shaping(parsed), shaping(config));
}

/** `tokenizer_config.json` and `special_tokens_map.json`; one pad token for both. */
function withPadToken({ tokenizer, config }: Policy): [string, string | undefined] {
  const { files } = tokenizer;
  const jsonOf = (text: string): Record<string, unknown> =>
    parseJsonObject(text, 'the tokenizer config');
  const own = jsonOf(files.tokenizerConfig);
  const map = files.specialTokensMap === undefined ? null : jsonOf(files.specialTokensMap);
  const isNamed = (json: Record<string, unknown>): boolean => (json.pad_token ?? null) !== null;
  const pad = isNamed(own)
    ? own.pad_token
    : map !== null && isNamed(map)
      ? map.pad_token
      : tokenText(files.tokenizer, config.padTokenId);
  const mended = (json: Record<string, unknown>, text: string): string =>
    isNamed(json) || pad === null ? text : jsonText({ ...json, pad_token: pad });
  return [
    mended(own, files.tokenizerConfig),
    map === null || files.specialTokensMap === undefined
      ? undefined
      : mended(map, files.specialTokensMap),
  ];
}

/** The token that `tokenizer.json` has under an id. */
function tokenText(tokenizer: string, id: number): string | null {
  const json = parseJsonObject(tokenizer, 'tokenizer.json');
  const added = Array.isArray(json.added_tokens) ? json.added_tokens : [];
  for (const token of added) {
    if (isObject(token) && token.id === id) return String(token.content);
  }
  const vocabulary = isObject(json.model) && isObject(json.model.vocab) ? json.model.vocab : {};
  return Object.keys(vocabulary).find((token) => vocabulary[token] === id) ?? null;
}

/** Old Llama configs write −1 for none. */
function isTokenId(value: unknown): boolean {
  return typeof value === 'number' && value >= 0;
}

function isEqual(a: unknown, b: unknown): boolean {
  return JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, sorted(value[key])]),
  );
}
