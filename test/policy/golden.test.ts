import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadPolicy } from '../../src/policy/index.js';
import { selectBackend } from '../../src/tensor/index.js';
import { availableBackends } from './backends.js';
import { largestDifference, logitsOf } from './fixtures.js';

/** Folders of the transformers library and its logits; made by make.py beside them. */
const folder = path.resolve(import.meta.dirname, '../golden/policies');

interface Golden {
  sequences: { ids: number[]; logits: number[][] }[];
}

const golden: Record<string, Golden> = JSON.parse(
  readFileSync(path.join(folder, 'golden.json'), 'utf8'),
);

for (const backend of await availableBackends()) {
  describe(`folders of the transformers library on ${backend}`, () => {
    beforeAll(() => selectBackend(backend));

    it.each(Object.keys(golden))('%s has its logits', async (name) => {
      const { sequences } = golden[name];
      const policy = await loadPolicy(path.join(folder, name));
      const logits = logitsOf(
        policy,
        sequences.map(({ ids }) => ids),
      );
      const expected = sequences.flatMap((sequence) => sequence.logits.flat());
      expect(largestDifference(logits.flat(), expected)).toBeLessThan(1e-4);
      // Logits near zero would agree whatever the decoder did.
      expect(Math.max(...expected) - Math.min(...expected)).toBeGreaterThan(5);
      policy.dispose();
    });
  });
}

it('has the logits of every folder', () => {
  const folders = readdirSync(folder, { withFileTypes: true }).filter((it) => it.isDirectory());
  expect(Object.keys(golden).sort()).toEqual(folders.map(({ name }) => name).sort());
});
