import { readFileSync } from 'node:fs';
import { copyFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  completionLogprobs,
  hiddenStates,
  loadPolicy,
  outputWeight,
  samplePolicy,
  trainableVariables,
  type Policy,
  type TokenSequence,
} from '../../src/policy/index.js';
import { selectBackend, tf } from '../../src/tensor/index.js';
import { itWithData } from '../data.js';
import { availableBackends } from './backends.js';
import { largestDifference, temporaryFolder, tinyPolicy } from './fixtures.js';

function logitsOf(policy: Policy, ids: number[]): number[][] {
  return tf.tidy(() => {
    const hidden = hiddenStates(policy, Int32Array.from(ids), Int32Array.of(0, ids.length));
    return tf.matMul(hidden, outputWeight(policy), false, true).arraySync() as number[][];
  });
}

function logprobsOf(policy: Policy, sequences: TokenSequence[]): number[][] {
  const result = completionLogprobs(policy, sequences);
  const values = result.logprobs.arraySync();
  tf.dispose([result.logprobs, result.entropy, result.mask]);
  return values;
}

const backends = await availableBackends();
for (const backend of backends) {
  describe(`the decoder on ${backend}`, () => {
    beforeAll(() => selectBackend(backend));

    itWithData(
      'gives the logits, log-probabilities and greedy text of a really trained model',
      ['checkpoints', 'stories260K'],
      async (folder) => {
        const golden = JSON.parse(readFileSync(path.join(folder, 'golden.json'), 'utf8'));
        const policy = await loadPolicy(path.join(folder, 'hf'));
        const logits = logitsOf(policy, golden.logits.ids);
        expect(largestDifference(logits.flat(), golden.logits.values.flat())).toBeLessThan(1e-4);

        // Plain JavaScript is slow: one text there, all where the kernels are.
        const rows = golden.sequences.slice(0, backend === 'cpu' ? 1 : 16);
        const sequences = rows.map(({ ids }: { ids: number[] }) => ({
          promptIds: ids.slice(0, 1),
          completionIds: ids.slice(1),
        }));
        const logprobs = logprobsOf(policy, sequences);
        rows.forEach((row: { logprobs: number[] }, i: number) =>
          expect(largestDifference(logprobs[i], row.logprobs)).toBeLessThan(1e-4),
        );

        const maxNewTokens = backend === 'cpu' ? 40 : 200;
        const [sample] = await samplePolicy(policy, [{ prompt: '', n: 1, seed: 1 }], {
          temperature: 0,
          topK: 0,
          topP: 1,
          minP: 0,
          maxNewTokens,
          stop: [],
          seed: 0,
        });
        expect([1, ...sample.completionIds]).toEqual(golden.greedy.ids.slice(0, maxNewTokens + 1));
        expect(golden.greedy.text.trim().startsWith(sample.completion.trim())).toBe(true);
        policy.dispose();
      },
    );

    itWithData(
      'has the gradients of PyTorch at every weight',
      ['checkpoints', 'stories260K'],
      async (folder) => {
        const { gradient } = JSON.parse(readFileSync(path.join(folder, 'golden.json'), 'utf8'));
        const policy = await loadPolicy(path.join(folder, 'hf'));
        const trainable = trainableVariables(policy);
        const sequence = {
          promptIds: gradient.ids.slice(0, 1),
          completionIds: gradient.ids.slice(1),
        };
        const { value, grads } = tf.variableGrads(
          () => completionLogprobs(policy, [sequence]).logprobs.mean().neg().asScalar(),
          trainable.map(({ variable }) => variable),
        );
        expect(value.dataSync()[0]).toBeCloseTo(gradient.loss, 4);
        for (const { name, variable } of trainable) {
          const expected = gradient.tensors[name];
          const found = [...grads[variable.name].dataSync()];
          expect(Math.abs(Math.hypot(...found) - expected.l2)).toBeLessThan(
            1e-4 * Math.max(1, expected.l2),
          );
          expect(largestDifference(found.slice(0, 8), expected.first8)).toBeLessThan(1e-4);
          expect(largestDifference(found.slice(-4), expected.last4)).toBeLessThan(1e-4);
        }
        tf.dispose([value, grads]);
        policy.dispose();
      },
    );

    itWithData(
      'reads an untied bfloat16 checkpoint',
      ['checkpoints', 'verl-digit-completion'],
      async (folder) => {
        const golden = JSON.parse(readFileSync(path.join(folder, 'golden.json'), 'utf8'));
        const copy = await temporaryFolder();
        for (const name of ['config.json', 'model.safetensors']) {
          await copyFile(path.join(folder, 'hf', name), path.join(copy, name));
        }
        // The folder has no tokenizer.json; one token per character stands in.
        await expect(loadPolicy(copy)).rejects.toThrow(/tokenizer\.json/);
        const vocab = Object.fromEntries(
          [...'SEPU0123456789,:'].map((character, id) => [character, id]),
        );
        const model = { type: 'BPE', vocab, merges: [] };
        await writeFile(
          path.join(copy, 'tokenizer.json'),
          JSON.stringify({ model, decoder: { type: 'ByteFallback' } }),
        );
        const policy = await loadPolicy(copy);
        for (const { text, ids, logprobs } of golden.sequences) {
          expect(policy.tokenizer.encode(text)).toEqual(ids);
          const found = logprobsOf(policy, [
            { promptIds: ids.slice(0, 1), completionIds: ids.slice(1) },
          ]);
          expect(largestDifference(found[0], logprobs)).toBeLessThan(1e-4);
        }
        policy.dispose();
      },
    );

    it('gives a sequence the same log-probabilities whatever it is packed with', async () => {
      const policy = await tinyPolicy({ modelType: 'llama', tieWordEmbeddings: false });
      const sequences = [
        { promptIds: [1, 2, 3], completionIds: [4, 5] },
        { promptIds: [6], completionIds: [7, 8, 9, 10] },
        { promptIds: [11, 12], completionIds: [] },
      ];
      const together = logprobsOf(policy, sequences);
      expect(together[0].slice(2)).toEqual([0, 0]);
      expect(together[2]).toEqual([0, 0, 0, 0]);
      sequences.forEach((sequence, i) => {
        const alone = logprobsOf(policy, [sequence])[0];
        expect(
          largestDifference(together[i], alone.slice(0, sequence.completionIds.length)),
        ).toBeLessThan(1e-5);
      });
      policy.dispose();
    });

    it('names a sequence that has no prompt or is longer than the context', async () => {
      const policy = await tinyPolicy();
      expect(() => completionLogprobs(policy, [{ promptIds: [], completionIds: [1] }])).toThrow(
        /empty prompt/,
      );
      const long = Array.from({ length: 200 }, () => 1);
      expect(() => completionLogprobs(policy, [{ promptIds: [1], completionIds: long }])).toThrow(
        /context holds 128/,
      );
      policy.dispose();
    });
  });
}
