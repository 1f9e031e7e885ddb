import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  loadOnnxGenerator,
  loadPolicy,
  nativeGenerator,
  type Generation,
  type Policy,
  type TextGenerator,
} from '../../src/policy/index.js';
import type { SamplingSettings } from '../../src/records.js';
import { selectBackend } from '../../src/tensor/index.js';
import { temporaryFolder } from './fixtures.js';

/** Made by test/golden/onnx-tiny.py: the same weights as safetensors and as ONNX. */
const folder = fileURLToPath(new URL('../fixtures/onnx-tiny', import.meta.url));
const settings: SamplingSettings = {
  temperature: 0,
  topK: 0,
  topP: 1,
  minP: 0,
  maxNewTokens: 16,
  stop: [],
  seed: 0,
};
const prompts = ['int sum(', 'for (int value : values)', 'größer 🙂', 'x'];
const chat = [
  { role: 'system' as const, content: 'You are a helpful assistant.' },
  { role: 'user' as const, content: 'Add two numbers.' },
];
const requests = prompts.map((prompt, i) => ({ prompt, n: 3, seed: i }));

let policy: Policy;
let native: TextGenerator;
beforeAll(async () => {
  await selectBackend('auto');
  policy = await loadPolicy(folder);
  native = nativeGenerator(policy);
});
afterAll(() => policy.dispose());

/** Ids, text and reasons alike, log-probabilities to 1e-4. */
function expectSame(given: Generation[], expected: Generation[]): void {
  const plain = ({ logprobs: _, plainLogprobs: __, ...rest }: Generation): unknown => rest;
  expect(given.map(plain)).toEqual(expected.map(plain));
  given.forEach((generation, i) => {
    for (const key of ['logprobs', 'plainLogprobs'] as const) {
      const values = expected[i][key]!;
      expect(generation[key]).toHaveLength(values.length);
      values.forEach((value, t) =>
        expect(Math.abs(generation[key]![t] - value)).toBeLessThan(1e-4),
      );
    }
  });
}

for (const file of ['onnx/decoder_model_merged.onnx', 'onnx/model.onnx']) {
  describe(`an ONNX generator on ${path.basename(file)}`, () => {
    let onnx: TextGenerator;
    beforeAll(async () => {
      onnx = await loadOnnxGenerator(folder, { file });
    });
    afterAll(() => onnx.close());

    it('gives the greedy text and log-probabilities of the native policy', async () => {
      const expected = await native.generate(requests, settings);
      expectSame(await onnx.generate(requests, settings), expected);
      // The comparison would prove little if every text were empty or the same.
      expect(new Set(expected.map(({ completion }) => completion)).size).toBe(prompts.length);
    });

    it('draws what the native policy draws with the same seeds, whatever the settings', async () => {
      for (const changes of [
        { temperature: 1 },
        { temperature: 0.7, topK: 20 },
        { temperature: 1.3, topP: 0.8, repetitionPenalty: 1.3 },
        { temperature: 1, minP: 0.05, repetitionPenalty: 0.8 },
      ]) {
        const changed = { ...settings, ...changes };
        const expected = await native.generate(requests, changed);
        expectSame(await onnx.generate(requests, changed), expected);
        expect(new Set(expected.map(({ completion }) => completion)).size).toBeGreaterThan(6);
      }
    });

    it('ends at stop strings and stop ids as the native policy does', async () => {
      const warm = { ...settings, temperature: 1 };
      const free = await native.generate(requests, warm);
      const stop = /[ -~]{2,3}/.exec(free[0].completion.slice(1))![0];
      const stopTokenIds = [free[3].completionIds![4]];
      const changed = { ...warm, stop: [stop], stopTokenIds };
      const stopped = await onnx.generate(requests, changed);
      expectSame(stopped, await native.generate(requests, changed));
      expect(stopped[0]).toMatchObject({ finishReason: 'stop' });
      expect(stopped[0].completion).not.toContain(stop);
      expect(stopped[3].completionIds).toHaveLength(5);
    });

    it('renders messages through the chat template', async () => {
      const request = [{ prompt: chat, n: 2, seed: 'a' }];
      const [first, second] = await onnx.generate(request, { ...settings, temperature: 1 });
      expectSame([first, second], await native.generate(request, { ...settings, temperature: 1 }));
      const opening = policy.tokenizer.encode('<|im_start|>assistant\n');
      expect(first.promptIds!.slice(-opening.length)).toEqual(opening);
      expect(first.completion).not.toBe(second.completion);
    });

    it('gives the same samples when a group is split into smaller batches', async () => {
      const warm = { ...settings, temperature: 1 };
      const narrow = await loadOnnxGenerator(folder, { file, maxRows: 2 });
      const many = [{ prompt: prompts[1], n: 5, seed: 9 }];
      expectSame(await narrow.generate(many, warm), await onnx.generate(many, warm));
      await narrow.close();
    });
  });
}

describe('an ONNX generator', () => {
  it('says what it is, prefers the file with a cache, and tells each generation', async () => {
    const onnx = await loadOnnxGenerator(folder);
    expect(onnx).toMatchObject({ kind: 'onnx', name: folder, canTrain: false });
    const cached = await loadOnnxGenerator(folder, { file: 'onnx/decoder_model_merged.onnx' });
    expect(onnx.revision).toBe(cached.revision);
    expect(onnx.revision).toMatch(/^[0-9a-f]{16}$/);
    const told: Generation[] = [];
    const progress: string[] = [];
    const all = await onnx.generate(requests, settings, {
      onGeneration: (generation) => told.push(generation),
      onProgress: (done, total) => progress.push(`${done}/${total}`),
    });
    expect(told).toHaveLength(12);
    expect(all).toEqual(expect.arrayContaining(told));
    expect(progress.at(-1)).toBe('12/12');
    await onnx.close();
    await expect(onnx.generate(requests, settings)).rejects.toThrow(/is closed/);
  });

  it('comes back with what it has when cancelled', async () => {
    const onnx = await loadOnnxGenerator(folder);
    const controller = new AbortController();
    const given = await onnx.generate(requests, settings, {
      signal: controller.signal,
      onGeneration: () => controller.abort(),
    });
    expect(given).toHaveLength(12);
    expect(given[11]).toMatchObject({
      finishReason: 'cancelled',
      completion: '',
      byteOffsets: [0],
    });
    const late = await onnx.generate(requests, settings, { signal: AbortSignal.abort() });
    expect(late.every(({ finishReason }) => finishReason === 'cancelled')).toBe(true);
  });

  it('stops where the context ends and refuses a prompt that fills it', async () => {
    const onnx = await loadOnnxGenerator(folder);
    const long = { ...settings, maxNewTokens: 500, repetitionPenalty: 1.1 };
    const [given] = await onnx.generate([{ prompt: 'x', n: 1, seed: 0 }], long);
    expect(given.promptIds!.length + given.completionIds!.length).toBe(96);
    expect(given.finishReason).toBe('length');
    const full = [{ prompt: 'x'.repeat(99), n: 1, seed: 0 }];
    await expect(onnx.generate(full, settings)).rejects.toThrow(/leaves no room/);
  });

  it('names what is wrong with a folder', async () => {
    const own = path.join(await temporaryFolder(), 'model');
    const load = (file?: string): Promise<TextGenerator> => loadOnnxGenerator(own, { file });
    await expect(load()).rejects.toThrow(/no folder .*config\.json, tokenizer\.json, onnx/);
    await cp(folder, own, { recursive: true });
    await expect(load('onnx/other.onnx')).rejects.toThrow(
      /no file .*other\.onnx.*There is onnx\/decoder_model_merged\.onnx, onnx\/model\.onnx/,
    );
    await rm(path.join(own, 'onnx'), { recursive: true });
    await expect(load()).rejects.toThrow(/no decoder in .*has no subfolder onnx/);
    await mkdir(path.join(own, 'onnx'));
    await writeFile(path.join(own, 'onnx/model_quantized.onnx'), 'not a model');
    await expect(load()).rejects.toThrow(
      /model_quantized\.onnx: the ONNX runtime cannot open it: .*Protobuf.*opset/,
    );
    await cp(path.join(folder, 'onnx'), path.join(own, 'onnx'), { recursive: true });
    const config = JSON.parse(await readFile(path.join(own, 'config.json'), 'utf8')) as object;
    const change = (changes: object): Promise<void> =>
      writeFile(path.join(own, 'config.json'), JSON.stringify({ ...config, ...changes }));
    await change({ model_type: 'gemma9' });
    await expect(load()).rejects.toThrow(/cache cannot be made: model_type "gemma9" is none of/);
    // Without a cache nothing of the family needs to be known.
    const plain = await load('onnx/model.onnx');
    expect(await plain.generate([{ prompt: 'x', n: 1, seed: 0 }], settings)).toHaveLength(1);
    await change({ num_hidden_layers: 3 });
    const wrong = await load();
    await expect(wrong.generate([{ prompt: 'x', n: 1, seed: 0 }], settings)).rejects.toThrow(
      /does not belong to this model: the model has no past_key_values\.2\.key/,
    );
    await change({ vocab_size: undefined });
    await expect(load()).rejects.toThrow(/expected a positive whole number at "vocab_size"/);
  });
});
