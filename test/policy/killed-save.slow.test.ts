import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { beforeAll, expect, it } from 'vitest';
import { createRandom } from '../../src/algorithms/random.js';
import { loadPolicy, savePolicy } from '../../src/policy/index.js';
import { selectBackend } from '../../src/tensor/index.js';
import { temporaryFolder, tinyPolicy } from './fixtures.js';

const root = await temporaryFolder();
beforeAll(() => selectBackend('cpu'));

/** Saves again and again, each time with all weights one higher, and says when one is done. */
const saver = `
  const { loadPolicy } = await import('${path.resolve('src/policy/policy.ts')}');
  const { savePolicy } = await import('${path.resolve('src/policy/folder/save.ts')}');
  const { selectBackend, tf } = await import('${path.resolve('src/tensor/index.ts')}');
  await selectBackend('cpu');
  const { default: files } = await import('node:fs/promises');
  const { syncBuiltinESMExports } = await import('node:module');
  const [folder, maxShardBytes, lastRename] = process.argv.slice(1);
  const { rename } = files;
  let left = Number(lastRename);
  const isAlternating = left > 0;
  const policy = await loadPolicy(folder);
  for (;;) {
    if (isAlternating) {
      // The output layer tied and untied in turn: config.json and weights fit only together.
      const { config, weights } = policy;
      config.tieWordEmbeddings = !config.tieWordEmbeddings;
      if (config.tieWordEmbeddings) weights.delete('lm_head.weight');
      else weights.set('lm_head.weight', tf.variable(weights.get('model.embed_tokens.weight')));
    }
    tf.tidy(() => {
      for (const variable of policy.weights.values()) variable.assign(variable.add(1));
    });
    await savePolicy(policy, folder, { maxShardBytes: Number(maxShardBytes) });
    process.stdout.write('saved ');
    // From the second save on: the process dies just before the rename of this number.
    if (left > 0) {
      files.rename = (...places) => {
        if (--left === 0) process.kill(process.pid, 'SIGKILL');
        return rename(...places);
      };
      syncBuiltinESMExports();
    }
  }
`;

async function killedWhileSaving(
  folder: string,
  maxShardBytes: number,
  lastRename: number,
  delay: number,
): Promise<void> {
  const child = spawn(
    process.execPath,
    [
      ...['--import', 'tsx', '--input-type=module', '-e', saver],
      ...[folder, maxShardBytes, lastRename].map(String),
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  await Promise.race([
    once(child.stdout, 'data'),
    once(child, 'exit').then(([code]) => Promise.reject(new Error(`the saver ended: ${code}`))),
  ]);
  if (lastRename === 0) {
    await wait(delay);
    child.kill('SIGKILL');
  }
  await once(child, 'close');
}

it.each([
  ['one file', 1e9, 0],
  ['shards', 8000, 0],
  ['one file with another config, just before each of its renames,', 2e9, 8],
])(
  'a save into %s that is killed at any moment leaves all of the old folder or all of the new one',
  async (_, maxShardBytes, renames) => {
    const folder = path.join(root, String(maxShardBytes));
    const policy = await tinyPolicy();
    for (const variable of policy.weights.values()) variable.assign(variable.zerosLike());
    await savePolicy(policy, folder, { maxShardBytes });
    policy.dispose();
    const random = createRandom(5);
    let last = 0;
    for (let round = 0; round < (renames || 4); round++) {
      await killedWhileSaving(folder, maxShardBytes, renames && round + 1, random.next() * 40);
      const loaded = await loadPolicy(folder);
      const values = new Set<number>();
      for (const variable of loaded.weights.values()) {
        for (const value of variable.dataSync()) values.add(value);
      }
      loaded.dispose();
      expect(values.size).toBe(1);
      const [version] = values;
      expect(version).toBeGreaterThan(last);
      last = version;
    }
  },
  120_000,
);
