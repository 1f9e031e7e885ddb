import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { createRandom } from '../../src/algorithms/random.js';
import { checkAfterKill, killWhileWriting } from './killed-writer.js';

it('a writer killed a hundred times loses no record but those of the append in flight', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'rlsf-store-soak-'));
  const random = createRandom('a hundred kills');
  let midway = 0;
  try {
    for (let round = 0; round < 20; round++) {
      const file = path.join(folder, `${round}.jsonl`);
      let last = 0;
      for (let kill = 0; kill < 5; kill++) {
        const killed = await killWhileWriting(file, last + 1, random);
        last = checkAfterKill(file, last + 1, killed);
        if (killed.wasWriting) midway++;
      }
      rmSync(file);
    }
    // Most of the time goes into writing: kills that all miss it would prove nothing.
    expect(midway).toBeGreaterThan(20);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
