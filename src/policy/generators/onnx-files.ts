import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { inputError } from '../../errors.js';
import { readJsonObject } from '../folder/files.js';

/** What of an exported model's `config.json` (and `generation_config.json`) sampling needs. */
export interface OnnxConfig {
  /** The whole `config.json`, for the library's model class. */
  json: Record<string, unknown>;
  modelType: string;
  vocabSize: number;
  maxPositions: number;
  bosTokenId: number | null;
  eosTokenIds: number[];
}

/**
 * The decoder's file of a folder in transformers.js' layout, by the names that library and optimum
 * use. Full precision goes before `_quantized`; `file` names another one, relative to the folder.
 */
export async function findOnnxFile(folder: string, file?: string): Promise<string> {
  if (file !== undefined) {
    const named = path.resolve(folder, file);
    if (!existsSync(named)) {
      throw inputError(`ONNX: no file ${named}. ${await describeOnnx(folder)}`);
    }
    return named;
  }
  for (const suffix of ['', '_quantized']) {
    for (const name of decoderNames) {
      const found = path.join(folder, 'onnx', `${name}${suffix}.onnx`);
      if (existsSync(found)) return found;
    }
  }
  throw inputError(
    `ONNX: no decoder in ${folder}: expected onnx/${decoderNames.join('.onnx, onnx/')}.onnx, or one of them ending in _quantized.onnx. ${await describeOnnx(folder)}`,
  );
}

/** With the cache before without: each token then costs one row, not the whole text again. */
const decoderNames = ['decoder_model_merged', 'model', 'decoder_model'];

async function describeOnnx(folder: string): Promise<string> {
  const names = await readdir(path.join(folder, 'onnx')).catch(() => null);
  if (names === null) return 'The folder has no subfolder onnx.';
  const files = names.filter((name) => name.endsWith('.onnx')).map((name) => `onnx/${name}`);
  return files.length === 0
    ? 'Its subfolder onnx holds no .onnx file.'
    : `There is ${files.join(', ')}: name one with the option "file".`;
}

export async function readOnnxConfig(folder: string): Promise<OnnxConfig> {
  const file = path.join(folder, 'config.json');
  const json = await readJsonObject(file, 'ONNX');
  const generationFile = path.join(folder, 'generation_config.json');
  const generation = existsSync(generationFile) ? await readJsonObject(generationFile, 'ONNX') : {};
  if (typeof json.model_type !== 'string') {
    throw inputError(`${file}: expected "model_type", got ${JSON.stringify(json.model_type)}.`);
  }
  const eos = generation.eos_token_id ?? json.eos_token_id;
  return {
    json,
    modelType: json.model_type,
    vocabSize: firstWhole(json, ['vocab_size'], file),
    maxPositions: firstWhole(
      json,
      ['max_position_embeddings', 'n_positions', 'n_ctx', 'max_seq_len', 'seq_length'],
      file,
    ),
    bosTokenId: typeof json.bos_token_id === 'number' ? json.bos_token_id : null,
    eosTokenIds: (Array.isArray(eos) ? eos : [eos]).filter((id) => typeof id === 'number'),
  };
}

/** The families that transformers.js runs do not agree on a name for everything. */
function firstWhole(json: Record<string, unknown>, keys: string[], file: string): number {
  for (const key of keys) {
    const value = json[key];
    if (typeof value === 'number' && Number.isInteger(value) && value > 0) return value;
  }
  throw inputError(`${file}: expected a positive whole number at "${keys.join('" or "')}".`);
}

/** The first 16 hexadecimal digits of the SHA-256 of the model file and of weights beside it. */
export async function hashOnnx(file: string): Promise<string> {
  const hash = createHash('sha256');
  const data = [`${file}_data`, `${file}.data`].filter((name) => existsSync(name));
  for (const name of [file, ...data]) {
    for await (const chunk of createReadStream(name)) hash.update(chunk as Buffer);
  }
  return hash.digest('hex').slice(0, 16);
}
