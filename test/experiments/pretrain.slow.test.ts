import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sha256OfFile, sha256OfText } from '../../src/experiments/run/files.js';
import type { TourEvent } from '../../src/experiments/index.js';
import { findInterruptedRun, readMetrics, trainPretrain } from '../../src/experiments/index.js';
import { makeCorpus } from '../../src/tasks/index.js';
import { tf } from '../../src/tensor/index.js';
import { tinyPretrain } from './tiny.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'rlsf-pretrain-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('the corpus of the shipped C++ policy', () => {
  it('is the same to the bit as the one it was trained on', () => {
    const corpus = makeCorpus({ n: 3000, faultRate: 0.12, slipRate: 0.1, seed: 1 });
    expect(sha256OfText(JSON.stringify(corpus))).toBe(
      '27423d50465acb00cf304853152c53455e45244b2dc93cbf4691464744ca1dc8',
    );
  });
});

const weights = (model: string | undefined) =>
  sha256OfFile(path.join(model ?? '', 'model.safetensors'));

describe('trainPretrain', () => {
  it('gives the same files again, and also when it was stopped in between and resumed', async () => {
    const whole = await trainPretrain(tinyPretrain(path.join(folder, 'whole')));
    const config = tinyPretrain(path.join(folder, 'stopped'));
    const stop = new AbortController();
    const events: TourEvent[] = [];
    const emit = (event: TourEvent): void => {
      events.push(event);
      // After the checkpoint of step 2, in the middle of the next window.
      if (event.type === 'progress' && event.label === 'updates' && event.done === 3) stop.abort();
      if (event.type === 'step' && event.step === 4) stop.abort();
    };
    const stopped = await trainPretrain(config, { signal: stop.signal, emit });
    expect(stopped.status).toBe('interrupted');
    expect(events.at(-1)).toMatchObject({ type: 'interrupted', maxSteps: 6 });
    expect(await findInterruptedRun(config, 'pretrain')).toMatchObject({
      name: 'pretrain',
      interrupted: true,
    });

    const resumed = await trainPretrain(config, { resume: true });
    expect(resumed).toMatchObject({ status: 'finished', run: 'pretrain' });
    expect(await weights(resumed.paths.model)).toBe(await weights(whole.paths.model));
    const card = await readFile(path.join(resumed.paths.model ?? '', 'README.md'), 'utf8');
    expect(card).toBe(await readFile(path.join(whole.paths.model ?? '', 'README.md'), 'utf8'));
    const losses = async (file = '') =>
      (await readMetrics(file)).map(({ step, loss }) => [step, loss]);
    expect(await losses(resumed.paths.metrics)).toEqual(await losses(whole.paths.metrics));
  }, 60_000);

  it('leaves a Hugging Face folder with recipe and card, and no tensor behind', async () => {
    const before = tf.memory().numTensors;
    const { paths } = await trainPretrain(tinyPretrain(path.join(folder, 'files')));
    expect(tf.memory().numTensors).toBe(before);
    expect(await readdir(paths.model ?? '')).toEqual(
      expect.arrayContaining([
        'README.md',
        'config.json',
        'model.safetensors',
        'recipe.json',
        'tokenizer.json',
      ]),
    );
    const card = await readFile(path.join(paths.model ?? '', 'README.md'), 'utf8');
    expect(card).toContain('0 of them occur among the forms of the held-out problems');
  }, 60_000);

  it('learns from the corpus of any task that has one, and names them for one that has none', async () => {
    const config = tinyPretrain(path.join(folder, 'maths'), {
      tokenizer: { vocab_size: 320, sample: 60, pre_tokenizer: 'digits' },
    });
    config.task.name = 'maths';
    const { paths } = await trainPretrain(config);
    const read = (name: string) => readFile(path.join(paths.model ?? '', name), 'utf8');
    expect(JSON.parse(await read('recipe.json'))).toMatchObject({ task: 'maths' });
    const card = await read('README.md');
    expect(card).toContain('solves small word problems step by step');
    expect(card).toContain('configs/pretrain-maths.yaml');
    expect(card).toContain('0 of them occur among the forms of the held-out problems');
    config.task.name = 'gsm8k';
    await expect(trainPretrain(config)).rejects.toThrow(
      /task\.name: expected a task with a corpus to pre-train on \(cpp, maths\), got gsm8k/,
    );
  }, 60_000);

  it('says which option is too small for the corpus', async () => {
    const config = tinyPretrain(path.join(folder, 'short'));
    config.pretrain.model.max_position_embeddings = 16;
    await expect(trainPretrain(config)).rejects.toThrow(
      /max_position_embeddings: expected at least/,
    );
  }, 30_000);
});
