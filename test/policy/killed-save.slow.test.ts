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
  const [folder, maxShardBytes, alternates] = process.argv.slice(1);
  const policy = await loadPolicy(folder);
  for (;;) {
    if (alternates === 'true') {
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
  }
`;

async function killedWhileSaving(
  folder: string,
  maxShardBytes: number,
  alternates: boolean,
  delay: number,
): Promise<void> {
  const child = spawn(
    process.execPath,
    [
      ...['--import', 'tsx', '--input-type=module', '-e', saver],
      ...[folder, maxShardBytes, alternates].map(String),
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  await Promise.race([
    once(child.stdout, 'data'),
    once(child, 'exit').then(([code]) => Promise.reject(new Error(`the saver ended: ${code}`))),
  ]);
  await wait(delay);
  child.kill('SIGKILL');
  await once(child, 'close');
}

it.each([
  ['one file', 1e9, false],
  ['shards', 8000, false],
  ['one file with another config', 2e9, true],
])(
  'a save into %s that is killed at any moment leaves all of the old folder or all of the new one',
  async (_, maxShardBytes, alternates) => {
    const folder = path.join(root, String(maxShardBytes));
    const policy = await tinyPolicy();
    for (const variable of policy.weights.values()) variable.assign(variable.zerosLike());
    await savePolicy(policy, folder, { maxShardBytes });
    policy.dispose();
    const random = createRandom(5);
    let last = 0;
    for (let round = 0; round < (alternates ? 8 : 4); round++) {
      await killedWhileSaving(folder, maxShardBytes, alternates, random.next() * 40);
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
