import { execFile } from 'node:child_process';
import { mkdir, open, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { configToJson, type PolicyConfig } from '../../src/policy/index.js';
import { safetensorsChunks, type LazyTensor } from '../../src/policy/folder/safetensors.js';
import type { SavedType } from '../../src/policy/folder/safetensors-chunks.js';
import { weightShapes } from '../../src/policy/decoder/shapes.js';
import { selectBackend } from '../../src/tensor/index.js';
import { isAddonBuilt } from '../../src/tensor/native/addon.js';
import { temporaryFolder, tinyConfig, tinyPolicy } from './fixtures.js';

const root = await temporaryFolder();

/** 138 million weights, half of them in one matrix, as in small real models. */
const config: PolicyConfig = {
  ...tinyConfig,
  vocabSize: 100_000,
  hiddenSize: 768,
  intermediateSize: 3072,
  layers: 8,
  heads: 12,
  headDim: 64,
};

/**
 * Loads a policy and prints its anonymous memory in MB: the peak while loading, sampled every 2 ms
 * by a thread, since loading leaves the main one busy.
 */
const loader = `
  const { readFileSync } = await import('node:fs');
  const { Worker } = await import('node:worker_threads');
  const { loadPolicy } = await import('${path.resolve('src/policy/policy.ts')}');
  const { selectBackend } = await import('${path.resolve('src/tensor/index.ts')}');
  const [folder, dtype, backend] = process.argv.slice(1);
  await selectBackend(backend);
  const peak = new Float64Array(new SharedArrayBuffer(16));
  const sampler = new Worker(\`
    const { readFileSync } = require('node:fs');
    const { workerData: peak } = require('node:worker_threads');
    for (;;) {
      const kB = Number(/RssAnon:\\\\s+(\\\\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]);
      if (kB > peak[0]) peak[0] = kB;
      Atomics.wait(new Int32Array(peak.buffer), 2, 0, 2);
    }
  \`, { eval: true, workerData: peak, execArgv: [] });
  while (peak[0] === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  const policy = await loadPolicy(folder, { dtype });
  const last = policy.weights.get('model.layers.7.mlp.down_proj.weight').dataSync();
  console.log(JSON.stringify({ peakMB: peak[0] / 1000, last: [last[0], last.at(-1)] }));
  process.exit(0);
`;

async function loadInChild(
  folder: string,
  dtype: string,
  backend: string,
): Promise<{ peakMB: number; last: number[] }> {
  const given = ['--import', 'tsx', '--input-type=module', '-e', loader, folder, dtype, backend];
  const { stdout } = await promisify(execFile)(process.execPath, given);
  return JSON.parse(stdout) as { peakMB: number; last: number[] };
}

/** Every tensor starts with 1.5 and ends with -2, which all three types hold. */
function filled(shape: number[]): LazyTensor {
  return {
    shape,
    read() {
      const values = new Float32Array(shape.reduce((product, size) => product * size, 1)).fill(
        0.25,
      );
      values[0] = 1.5;
      values[values.length - 1] = -2;
      return values;
    },
  };
}

async function makeFolder(dtype: SavedType, isSharded: boolean): Promise<string> {
  const folder = path.join(root, dtype);
  await mkdir(folder);
  const { tokenizer, ...policy } = await tinyPolicy();
  policy.dispose();
  const eos = tokenizer.eosTokenId;
  const json = configToJson({ ...config, eosTokenIds: [eos], padTokenId: eos }, dtype);
  await writeFile(path.join(folder, 'config.json'), JSON.stringify(json));
  await writeFile(path.join(folder, 'tokenizer.json'), tokenizer.files.tokenizer);
  const all = [...weightShapes(config)];
  const parts = isSharded ? [all.slice(0, 1), all.slice(1)] : [all];
  const nameOf = (i: number): string =>
    isSharded ? `model-0000${i + 1}-of-00002.safetensors` : 'model.safetensors';
  for (const [i, part] of parts.entries()) {
    const file = await open(path.join(folder, nameOf(i)), 'w');
    const tensors = new Map(part.map(([name, shape]) => [name, filled(shape)]));
    for (const chunk of safetensorsChunks(tensors, dtype)) await file.writeFile(chunk);
    await file.close();
  }
  const map = parts.flatMap((part, i) => part.map(([name]) => [name, nameOf(i)]));
  const index = { metadata: {}, weight_map: Object.fromEntries(map) as unknown };
  if (isSharded) {
    await writeFile(path.join(folder, 'model.safetensors.index.json'), JSON.stringify(index));
  }
  return folder;
}

/** What is promised is 400; at this size a second copy of the weights would hide in it. */
const spareMB = 300;

const backends = isAddonBuilt() ? ['native', 'cpu'] : ['cpu'];

describe.skipIf(process.platform !== 'linux')('loading', () => {
  beforeAll(() => selectBackend('cpu'));

  it.each([
    ['float32', false],
    ['float16', false],
    ['bfloat16', true],
  ] as const)(
    'a %s file (shards: %s) takes at most 1.15 × the weights as held and a constant',
    async (stored, isSharded) => {
      const folder = await makeFolder(stored, isSharded);
      let weights = 0;
      for (const shape of weightShapes(config).values()) {
        weights += shape.reduce((product, size) => product * size, 1);
      }
      for (const backend of backends) {
        for (const held of ['float32', 'bfloat16'] as const) {
          const { peakMB, last } = await loadInChild(folder, held, backend);
          const heldMB = (weights * (held === 'bfloat16' && backend === 'native' ? 2 : 4)) / 1e6;
          expect(last).toEqual([1.5, -2]);
          expect(peakMB, `${stored} as ${held} on ${backend}`).toBeGreaterThan(heldMB);
          expect(peakMB, `${stored} as ${held} on ${backend}`).toBeLessThan(
            1.15 * heldMB + spareMB,
          );
        }
      }
    },
    240_000,
  );
});
