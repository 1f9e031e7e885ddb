import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import {
  attachAdapter,
  loadPolicy,
  mergeAdapter,
  saveAdapter,
  trainableVariables,
} from '../../src/policy/index.js';
import { openChain } from '../../src/repl/commands/policy-chain.js';
import { selectBackend, tf } from '../../src/tensor/index.js';

const folder = mkdtempSync(path.join(tmpdir(), 'rlsf-chain-'));
afterAll(() => rmSync(folder, { recursive: true }));

it('puts each adapter of a chain on what the ones before it made of the base', async () => {
  await selectBackend('auto');
  const tensors = tf.memory().numTensors;
  const base = path.join(import.meta.dirname, '../../data/policies/maths-tiny');
  const [first, second] = ['first', 'second'].map((name) => path.join(folder, name));
  const policy = await loadPolicy(base);
  for (const [i, place] of [first, second].entries()) {
    if (i > 0) mergeAdapter(policy);
    attachAdapter(policy, { r: 4, loraAlpha: 8, targetModules: ['q_proj', 'up_proj'], seed: i });
    // B begins at zero, where an adapter changes nothing.
    for (const { variable } of trainableVariables(policy))
      tf.tidy(() => variable.assign(tf.add(variable, 0.01 * (i + 1))));
    await saveAdapter(policy, place);
  }
  const { revision } = policy;
  policy.dispose();

  const context = { json: true, note: () => undefined, signal: new AbortController().signal };
  const open = async (adapter: string[]): Promise<string> => {
    const chain = await openChain({ arguments: {}, options: { policy: base, adapter } }, context);
    const found = chain.policy.revision;
    expect(chain.adapters).toEqual(adapter);
    chain.policy.dispose();
    return found;
  };
  expect(await open([first, second])).toBe(revision);
  expect(await open([second, first])).not.toBe(revision);
  expect(await open([second])).not.toBe(revision);
  expect(tf.memory().numTensors).toBe(tensors);
});
