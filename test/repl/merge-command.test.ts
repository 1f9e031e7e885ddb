import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hiddenStates, loadPolicy, outputOperands, type Policy } from '../../src/policy/index.js';
import type { CommandContext, CommandResult } from '../../src/repl/commands/command.js';
import { mergeCommand } from '../../src/repl/commands/merge.js';
import { plainText } from '../../src/repl/styled.js';
import { selectBackend, tf } from '../../src/tensor/index.js';

const goldens = fileURLToPath(new URL('../golden/peft', import.meta.url));
let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'rlsf-merge-'));
  await selectBackend('cpu');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function merge(options: Record<string, string | boolean>): Promise<CommandResult> {
  const context: CommandContext = {
    width: 100,
    interactive: false,
    json: false,
    signal: new AbortController().signal,
    write: () => {},
    note: () => {},
    showRun: () => Promise.reject(new Error('no run here')),
    choose: () => Promise.resolve(null),
  };
  return mergeCommand.run({ arguments: {}, options }, context);
}

const ids = [1, 5, 9, 2, 30];

function logitsOf(policy: Policy): number[] {
  return tf.tidy(() => {
    const states = hiddenStates(policy, Int32Array.from(ids), Int32Array.of(0, ids.length));
    const { hidden, weight } = outputOperands(policy, states);
    return [...tf.matMul(hidden, weight, false, true).dataSync()];
  });
}

const largestDifference = (one: number[], other: number[]): number =>
  one.reduce((most, value, i) => Math.max(most, Math.abs(value - other[i])), 0);

describe('rlsf merge', () => {
  it.each([
    ['qwen2', 'qwen2-tied-head', true],
    ['qwen2', 'qwen2-norms-regex', false],
    ['llama', 'llama-layer-whole', false],
  ])('writes a model whose logits are those of %s and %s', async (base, name, untied) => {
    const policy = path.join(goldens, `base-${base}`);
    const adapter = path.join(goldens, name);
    const output = path.join(folder, name);
    const result = await merge({ policy, adapter, output });
    expect(result.value).toEqual({ output, base: policy, adapter, dtype: 'float32', untied });
    expect(/untied/.test(result.lines.map(plainText).join('\n'))).toBe(untied);
    for (const file of ['config.json', 'tokenizer.json', 'generation_config.json'])
      expect(await readdir(output)).toContain(file);
    await selectBackend('cpu');
    const merged = await loadPolicy(output);
    const whole = await loadPolicy(policy, { adapter });
    expect(largestDifference(logitsOf(merged), logitsOf(whole))).toBeLessThan(1e-5);
    merged.dispose();
    whole.dispose();
  });

  it('rounds to the type that is asked for', async () => {
    const adapter = path.join(goldens, 'qwen2-r4');
    const policy = path.join(goldens, 'base-qwen2');
    const whole = await loadPolicy(policy, { adapter });
    for (const dtype of ['bfloat16', 'float16']) {
      const output = path.join(folder, dtype);
      await merge({ policy, adapter, output, dtype });
      await selectBackend('cpu');
      const merged = await loadPolicy(output);
      const difference = largestDifference(logitsOf(merged), logitsOf(whole));
      expect(difference).toBeGreaterThan(1e-5);
      expect(difference).toBeLessThan(0.3);
      expect(await readFile(path.join(output, 'config.json'), 'utf8')).toContain(`"${dtype}"`);
      merged.dispose();
    }
    whole.dispose();
  });

  it('takes the base that the adapter names', async () => {
    const adapter = path.join(folder, 'names-base');
    await mkdir(adapter);
    for (const file of await readdir(path.join(goldens, 'qwen2-r4')))
      await writeFile(
        path.join(adapter, file),
        await readFile(path.join(goldens, 'qwen2-r4', file)),
      );
    const file = path.join(adapter, 'adapter_config.json');
    const config = JSON.parse(await readFile(file, 'utf8'));
    const base = path.join(goldens, 'base-qwen2');
    await writeFile(file, JSON.stringify({ ...config, base_model_name_or_path: base }));
    const result = await merge({ adapter, output: path.join(folder, 'named') });
    expect(result.value).toMatchObject({ base });
  });

  it('leaves files alone that it was not told to replace', async () => {
    const policy = path.join(goldens, 'base-qwen2');
    const adapter = path.join(goldens, 'qwen2-r4');
    const output = path.join(folder, 'full');
    await mkdir(output);
    await writeFile(path.join(output, 'notes.txt'), 'mine');
    await expect(merge({ policy, adapter, output })).rejects.toThrow(
      /has files already \(notes\.txt\).*--force/,
    );
    expect(await readdir(output)).toEqual(['notes.txt']);
    for (const file of ['adapter_config.json', 'adapter_model.safetensors'])
      await copyFile(path.join(adapter, file), path.join(output, file));
    await merge({ policy, adapter, output, force: true });
    expect((await readdir(output)).filter((file) => file.startsWith('adapter'))).toEqual([]);
    expect(await readFile(path.join(output, 'notes.txt'), 'utf8')).toBe('mine');
    expect(await readdir(output)).toContain('model.safetensors');
    for (const [what, taken] of Object.entries({ base: policy, adapter }))
      await expect(merge({ policy, adapter, output: taken, force: true })).rejects.toThrow(
        `is the folder of the ${what}`,
      );
  });

  it.each<[string, Record<string, string>, RegExp]>([
    ['no adapter', { output: 'x' }, /--adapter <folder> is missing/],
    ['no output', { adapter: path.join(goldens, 'qwen2-r4') }, /--output <folder> is missing/],
    [
      'no base',
      { adapter: path.join(goldens, 'qwen2-r4'), output: 'x' },
      /does not say which base.*--policy/,
    ],
    ['another type', { adapter: 'x', output: 'x', dtype: 'int8' }, /float16, got 'int8'/],
  ])('says what is missing: %s', async (_what, options, message) => {
    await expect(merge(options)).rejects.toThrow(message);
  });
});
