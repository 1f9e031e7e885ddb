import { existsSync } from 'node:fs';
import path from 'node:path';
import { readShardIndex } from '../folder/weights.js';
import type { SourceKind } from './source.js';

const besideTokenizer = ['tokenizer_config.json', 'special_tokens_map.json', 'chat_template.jinja'];
export const singleWeights = 'model.safetensors';
export const weightsIndex = 'model.safetensors.index.json';
const adapterFiles = ['adapter_config.json', 'adapter_model.safetensors'];

/** What must be there, and what is taken along; the weights of a model are found by their index. */
export const filesOf: Record<SourceKind, { needed: string[]; optional: string[] }> = {
  tokenizer: { needed: ['tokenizer.json'], optional: besideTokenizer },
  model: {
    needed: ['config.json', 'tokenizer.json'],
    optional: ['generation_config.json', ...besideTokenizer],
  },
  adapter: { needed: adapterFiles, optional: [] },
};

/** The files that a snapshot lacks; a link whose blob is gone counts as missing. */
export async function missingFiles(folder: string, kind: SourceKind): Promise<string[]> {
  const isMissing = (file: string): boolean => !existsSync(path.join(folder, file));
  const missing = filesOf[kind].needed.filter(isMissing);
  if (kind !== 'model' || !isMissing(singleWeights)) return missing;
  if (isMissing(weightsIndex)) return [...missing, singleWeights];
  const shards = new Set((await readShardIndex(path.join(folder, weightsIndex))).values());
  return [...missing, ...[...shards].filter(isMissing)];
}
