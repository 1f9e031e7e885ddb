import { cp, mkdtemp, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { exportTraining } from '../../../src/experiments/export/index.js';
import { writeJsonl } from '../../../src/datasets/index.js';
import { hiddenStates, loadPolicy, outputOperands } from '../../../src/policy/index.js';
import type { Policy } from '../../../src/policy/index.js';
import { selectBackend, tf } from '../../../src/tensor/index.js';
import { writeRun } from './run-folder.js';

const goldens = fileURLToPath(new URL('../../golden/peft', import.meta.url));
let root = '';
const at = (...parts: string[]): string => path.join(root, ...parts);

beforeAll(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), 'rlsf-export-merge-'));
  await selectBackend('cpu');
});

afterAll(() => rm(root, { recursive: true, force: true }));

const ids = [1, 5, 9, 2, 30, 7];

function logitsOf(policy: Policy): number[] {
  return tf.tidy(() => {
    const states = hiddenStates(policy, Int32Array.from(ids), Int32Array.of(0, ids.length));
    const { hidden, weight } = outputOperands(policy, states);
    return [...tf.matMul(hidden, weight, false, true).dataSync()];
  });
}

async function logitsIn(...given: Parameters<typeof loadPolicy>): Promise<number[]> {
  const policy = await loadPolicy(...given);
  try {
    return logitsOf(policy);
  } finally {
    policy.dispose();
  }
}

const difference = (one: number[], other: number[]): number =>
  Math.max(...one.map((value, i) => Math.abs(value - other[i])));

test.each([
  ['qwen2', 'qwen2-tied-head'],
  ['llama', 'llama-layer-whole'],
])('a merged model of %s with %s has the logits of the adapter on its base', async (base, name) => {
  const [folder, adapter] = [path.join(goldens, `base-${base}`), path.join(goldens, name)];
  writeJsonl(at(`${name}.jsonl`), [{ prompt: 'int f() {', completion: ' return 1; }' }]);
  await writeRun(at(`run-${name}`), 'sft', {
    policy: { model_name_or_path: folder },
    dataset: { path: at(`${name}.jsonl`) },
  });
  await cp(adapter, at(`run-${name}`, 'adapter'), { recursive: true });
  for (const merge of [true, false]) {
    const out = at(`${name}-${merge ? 'merged' : 'apart'}`);
    const { files } = await exportTraining(at(`run-${name}`), { to: 'trl', out, merge });
    expect(files).toContain(merge ? 'model' : 'adapter');
    expect(existsSync(path.join(out, merge ? 'adapter' : 'model'))).toBe(false);
  }
  const wanted = await logitsIn(folder, { adapter });
  expect(difference(await logitsIn(at(`${name}-merged`, 'model')), wanted)).toBeLessThan(1e-5);
  const apart = await logitsIn(folder, { adapter: at(`${name}-apart`, 'adapter') });
  expect(apart).toEqual(wanted);
  // The adapter does change something.
  expect(difference(await logitsIn(folder), wanted)).toBeGreaterThan(1e-3);
});

test('a run without an adapter has nothing to merge', async () => {
  writeJsonl(at('rows.jsonl'), [{ prompt: 'a', completion: 'b' }]);
  await writeRun(at('bare'), 'sft', {
    policy: { model_name_or_path: path.join(goldens, 'base-qwen2') },
    dataset: { path: at('rows.jsonl') },
  });
  const options = { to: 'trl', out: at('none'), merge: true } as const;
  await expect(exportTraining(at('bare'), options)).rejects.toThrow('no adapter to merge');
  expect(existsSync(at('none'))).toBe(false);
});
