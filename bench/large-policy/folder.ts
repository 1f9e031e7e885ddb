import { copyFileSync, createWriteStream, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createRandom } from '../../src/algorithms/random.js';
import { configToJson, safetensorsChunks, type PolicyConfig } from '../../src/policy/index.js';
import { countOf } from '../../src/policy/folder/safetensors-chunks.js';
import { weightShapes } from '../../src/policy/decoder/shapes.js';

/** Qwen2.5-0.5B. */
const config: PolicyConfig = {
  modelType: 'qwen2',
  vocabSize: 151936,
  hiddenSize: 896,
  intermediateSize: 4864,
  layers: 24,
  heads: 14,
  kvHeads: 2,
  headDim: 64,
  rmsNormEps: 1e-6,
  ropeTheta: 1e6,
  maxPositions: 32768,
  tieWordEmbeddings: true,
  attentionBias: true,
  bosTokenId: 151643,
  eosTokenIds: [151643],
  padTokenId: 151643,
};

/** Writes the folder, weights in bfloat16; gives their number. */
export async function makeFolder(folder: string, tokenizer: string): Promise<number> {
  for (const name of ['tokenizer.json', 'tokenizer_config.json']) {
    copyFileSync(join(tokenizer, name), join(folder, name));
  }
  writeFileSync(join(folder, 'config.json'), JSON.stringify(configToJson(config, 'bfloat16')));
  const shapes = weightShapes(config);
  const noise = makeNoise();
  const tensors = new Map(
    [...shapes].map(([name, shape], i) => {
      const read = (): Float32Array =>
        name.endsWith('norm.weight')
          ? new Float32Array(countOf(shape)).fill(1)
          : drawn(noise, countOf(shape), 7919 * i);
      return [name, { shape, read }];
    }),
  );
  await pipeline(
    Readable.from(safetensorsChunks(tensors, 'bfloat16')),
    createWriteStream(join(folder, 'model.safetensors')),
  );
  return [...shapes.values()].reduce((sum, shape) => sum + countOf(shape), 0);
}

/** A million draws of normal(0, 0.02), an odd number of them: rows of a matrix differ. */
function makeNoise(): Float32Array {
  const random = createRandom('large-policy');
  return Float32Array.from({ length: 1_000_003 }, () => 0.02 * random.normal());
}

function drawn(noise: Float32Array, count: number, from: number): Float32Array {
  const values = new Float32Array(count);
  for (let at = 0, start = from % noise.length; at < count; start = 0) {
    const part = noise.subarray(start, start + Math.min(noise.length - start, count - at));
    values.set(part, at);
    at += part.length;
  }
  return values;
}
