import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadConfig } from '../../../src/experiments/config/index.js';
import { readRunConfig } from '../../../src/experiments/run/read-run-config.js';
import { readStatus } from '../../../src/experiments/run/run-status.js';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'rlsf-config-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function written(text: string): string {
  const file = path.join(folder, 'config.yaml');
  writeFileSync(file, text);
  return file;
}

// As the first release wrote it, shortened.
const old = `run: { name: tour-1, seed: 1 }
task: { name: cpp, held_out_split: held_out }
grpo: { max_steps: 12, beta: 0.01, colour: blue }
sft:
  corpus: { n: 20000, fault_rate: 0.12, slip_rate: 0.1, seed: 1 }
  tokenizer: { vocab_size: 1024, sample: 4000 }
  tokens_per_batch: 8192
  learning_rate: 0.003
`;

describe('the config of an older run', () => {
  it('is read with what was renamed under its new name', async () => {
    const file = written(old);
    await expect(loadConfig(file, { env: {} })).rejects.toThrow(/sft\.corpus/);
    const { config, notes } = await readRunConfig(file);
    expect(config.pretrain).toMatchObject({ tokens_per_batch: 8192, learning_rate: 0.003 });
    expect(config.pretrain.corpus.n).toBe(20000);
    expect(config.sft.learning_rate).toBe(0.001);
    expect(notes[0]).toMatch(/^sft: .* pretrain/);
  });

  it('is read without what is unknown, which is noted', async () => {
    const { config, notes } = await readRunConfig(written(old));
    expect(config.grpo).toMatchObject({ max_steps: 12, beta: 0.01 });
    expect(notes).toContain(
      'grpo.colour: "blue" is not an option of this release, and is left out.',
    );
    expect(notes).toHaveLength(2);
  });

  it('is read without values that are none any more', async () => {
    const { config, notes } = await readRunConfig(
      written('run: { backend: abacus, seed: 5 }\nnothing: { of: this }\ntask: { name: cpp }\n'),
    );
    expect(config.run).toMatchObject({ backend: 'auto', seed: 5 });
    expect(notes.join(' ')).toMatch(/run\.backend: "abacus".*nothing: /s);
  });

  it('takes changes, which are checked', async () => {
    const file = written(old);
    expect(
      (await readRunConfig(file, ['grpo.beta=0.5', 'reward.scores.warning=0'])).config,
    ).toMatchObject({
      grpo: { beta: 0.5, max_steps: 12 },
      reward: { scores: { warning: 0, clean: 1 } },
    });
    await expect(readRunConfig(file, ['grpo.bta=0.5'])).rejects.toThrow(/no such option/);
  });
});

describe('the status of a run', () => {
  it('of an older version is read, of a newer one refused', async () => {
    const status = { kind: 'tour', state: 'finished', step: 1, maxSteps: 1 };
    writeFileSync(path.join(folder, 'status.json'), JSON.stringify(status));
    expect(await readStatus(folder)).toEqual(status);
    writeFileSync(path.join(folder, 'status.json'), JSON.stringify({ ...status, version: 99 }));
    await expect(readStatus(folder)).rejects.toThrow(/version 99.*newer release/);
  });
});
