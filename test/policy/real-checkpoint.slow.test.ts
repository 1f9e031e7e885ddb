import { readFileSync } from 'node:fs';
import { copyFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, describe, expect } from 'vitest';
import {
  completionLogprobs,
  loadPolicy,
  samplePolicy,
  trainableVariables,
  type Policy,
  type TokenSequence,
} from '../../src/policy/index.js';
import { adamwStep, globalNorm, selectBackend, tf } from '../../src/tensor/index.js';
import { createOptimizer, lossGradients, type Gradients } from '../../src/training/index.js';
import { itWithData } from '../data.js';
import { availableBackends } from './backends.js';
import { largestDifference, logitsOf, logprobsOf, temporaryFolder } from './fixtures.js';

/** Weights that were really trained, and what NumPy, PyTorch and llama2.c compute with them. */
const trained = ['checkpoints', 'stories260K'];
/** Untied bfloat16 weights as `save_pretrained` wrote them. */
const halved = ['checkpoints', 'verl-digit-completion'];

interface Golden {
  sequences: { text: string; ids: number[]; logprobs: number[] }[];
  logits: { ids: number[]; values: number[][] };
  greedy: { ids: number[]; text: string };
  gradient: {
    ids: number[];
    loss: number;
    total_l2: number;
    tensors: Record<string, { l2: number; sum: number; first8: number[]; last4: number[] }>;
  };
  adamw: {
    lr: number;
    betas: [number, number];
    eps: number;
    weight_decay: number;
    clip: number | null;
    grad_norms?: number[];
    losses: number[];
  }[];
}

function readGolden<T>(folder: string): T {
  return JSON.parse(readFileSync(path.join(folder, 'golden.json'), 'utf8'));
}

/** The reference's prediction: every id but the first, given those before. */
function predicted(ids: number[]): TokenSequence {
  return { promptIds: ids.slice(0, 1), completionIds: ids.slice(1) };
}

function meanLoss(policy: Policy, ids: number[]): () => tf.Scalar {
  return () =>
    completionLogprobs(policy, [predicted(ids)])
      .logprobs.mean()
      .neg()
      .asScalar();
}

function relativeErrors(found: number[], expected: number[]): number[] {
  return expected.map((value, i) => Math.abs(found[i] / value - 1));
}

const backends = await availableBackends();

describe.each(backends)('stories260K on %s', (backend) => {
  beforeAll(() => selectBackend(backend));

  itWithData(
    'has the logits, log-probabilities and greedy text of the reference',
    trained,
    async (folder) => {
      const golden = readGolden<Golden>(folder);
      const policy = await loadPolicy(path.join(folder, 'hf'));
      const logits = logitsOf(policy, [golden.logits.ids]);
      expect(largestDifference(logits.flat(), golden.logits.values.flat())).toBeLessThan(1e-4);

      // Plain JavaScript is slow: one text there, all where the kernels are.
      const rows = golden.sequences.slice(0, backend === 'cpu' ? 1 : 16);
      const logprobs = logprobsOf(
        policy,
        rows.map(({ ids }) => predicted(ids)),
      );
      rows.forEach((row, i) =>
        expect(largestDifference(logprobs[i], row.logprobs)).toBeLessThan(1e-4),
      );

      const maxNewTokens = backend === 'cpu' ? 40 : golden.greedy.ids.length - 1;
      const [sample] = await samplePolicy(policy, [{ prompt: '', n: 1, seed: 1 }], {
        temperature: 0,
        topK: 0,
        topP: 1,
        minP: 0,
        maxNewTokens,
        stop: [],
        seed: 0,
      });
      const ids = [1, ...sample.completionIds];
      expect(ids).toEqual(golden.greedy.ids.slice(0, maxNewTokens + 1));
      const text = policy.tokenizer.decode(ids);
      expect(text.length).toBeGreaterThan(80);
      expect(golden.greedy.text.slice(0, text.length)).toBe(text);
      policy.dispose();
    },
  );

  itWithData('has the gradients of PyTorch at every weight', trained, async (folder) => {
    const golden = readGolden<Golden>(folder);
    const { ids, loss, total_l2, tensors } = golden.gradient;
    const policy = await loadPolicy(path.join(folder, 'hf'));
    const result = lossGradients(policy, 'test', meanLoss(policy, ids));
    expect(relativeErrors([result.loss], [loss])[0]).toBeLessThan(1e-5);
    expect([...result.gradients.keys()].sort()).toEqual(Object.keys(tensors).sort());
    let squares = 0;
    for (const [name, gradient] of result.gradients) {
      const { l2, sum, first8, last4 } = tensors[name];
      const found = [...gradient.dataSync()];
      const size = Math.hypot(...found);
      squares += size ** 2;
      // Relative to the whole tensor's gradient: single entries and sums may cancel to nothing.
      const parts = [
        size,
        found.reduce((total, value) => total + value, 0),
        ...found.slice(0, 8),
        ...found.slice(-4),
      ];
      expect(largestDifference(parts, [l2, sum, ...first8, ...last4]) / l2).toBeLessThan(1e-4);
    }
    expect(relativeErrors([Math.sqrt(squares)], [total_l2])[0]).toBeLessThan(1e-5);
    tf.dispose([...result.gradients.values()]);
    policy.dispose();
  });
});

// The arithmetic of each backend is checked above; fifteen passes in plain JavaScript take long.
describe('training stories260K', () => {
  beforeAll(() => selectBackend(backends.at(-1)!));

  itWithData('learns as PyTorch does through five AdamW steps', trained, async (folder) => {
    const golden = readGolden<Golden>(folder);
    const setting = golden.adamw.find(({ clip }) => clip === null)!;
    const policy = await loadPolicy(path.join(folder, 'hf'));
    const optimizer = createOptimizer(policy, {
      learningRate: setting.lr,
      adamBeta1: setting.betas[0],
      adamBeta2: setting.betas[1],
      adamEpsilon: setting.eps,
      weightDecay: setting.weight_decay,
      maxGradNorm: 0,
    });
    const { losses } = fiveSteps(policy, golden.gradient.ids, (gradients) =>
      optimizer.update(gradients),
    );
    expect(Math.max(...relativeErrors(losses, setting.losses))).toBeLessThan(1e-4);
    optimizer.dispose();
    policy.dispose();
  });

  itWithData(
    'learns as PyTorch does with clipped gradients and decay of every weight',
    trained,
    async (folder) => {
      const golden = readGolden<Golden>(folder);
      const setting = golden.adamw.find(({ clip }) => clip !== null)!;
      const policy = await loadPolicy(path.join(folder, 'hf'));
      // torch.optim.AdamW on plain parameters decays norms too; our optimizer has the Trainer's groups.
      const slots = trainableVariables(policy).map(({ name, variable }) => ({
        name,
        variable,
        m: tf.variable(tf.zerosLike(variable)),
        v: tf.variable(tf.zerosLike(variable)),
      }));
      const { losses, norms } = fiveSteps(policy, golden.gradient.ids, (gradients, step) => {
        const norm = globalNorm([...gradients.values()]);
        const scale = Math.min(1, setting.clip! / (norm + 1e-6));
        for (const { name, variable, m, v } of slots) {
          const scaled = tf.mul(gradients.get(name)!, scale);
          adamwStep(variable, scaled, m, v, {
            learningRate: setting.lr,
            beta1: setting.betas[0],
            beta2: setting.betas[1],
            epsilon: setting.eps,
            weightDecay: setting.weight_decay,
            step,
          });
          scaled.dispose();
        }
        tf.dispose([...gradients.values()]);
        return norm;
      });
      // A rate of 0.01 first multiplies the loss by four: what float32 rounds off grows with every
      // step. The two backends came within 7e-5 of the reference's float64.
      expect(Math.max(...relativeErrors(losses, setting.losses))).toBeLessThan(5e-4);
      expect(Math.max(...relativeErrors(norms, setting.grad_norms!))).toBeLessThan(5e-4);
      slots.forEach(({ m, v }) => tf.dispose([m, v]));
      policy.dispose();
    },
  );

  /** The loss before each step and after the last. */
  function fiveSteps(
    policy: Policy,
    ids: number[],
    update: (gradients: Gradients, step: number) => number,
  ): { losses: number[]; norms: number[] } {
    const losses: number[] = [];
    const norms: number[] = [];
    for (let step = 1; ; step++) {
      const result = lossGradients(policy, 'test', meanLoss(policy, ids));
      losses.push(result.loss);
      if (step > 5) {
        tf.dispose([...result.gradients.values()]);
        return { losses, norms };
      }
      norms.push(update(result.gradients, step));
    }
  }
});

describe.each(backends)('verl-digit-completion on %s', (backend) => {
  beforeAll(() => selectBackend(backend));

  itWithData(
    'has the logits and log-probabilities of its bfloat16 weights',
    halved,
    async (folder) => {
      const { sequences } = readGolden<{
        sequences: { text: string; ids: number[]; logprobs: number[]; logits_last: number[] }[];
      }>(folder);
      const policy = await loadPolicy(await withTokenizer(path.join(folder, 'hf')));
      for (const { text, ids, logprobs, logits_last } of sequences) {
        expect(policy.tokenizer.encode(text)).toEqual(ids);
        expect(largestDifference(logprobsOf(policy, [predicted(ids)])[0], logprobs)).toBeLessThan(
          1e-4,
        );
        expect(largestDifference(logitsOf(policy, [ids]).at(-1)!, logits_last)).toBeLessThan(1e-4);
      }
      policy.dispose();
    },
  );

  /** The folder has no tokenizer.json: verl's own has one token per character. */
  async function withTokenizer(source: string): Promise<string> {
    const copy = await temporaryFolder();
    for (const name of ['config.json', 'generation_config.json', 'model.safetensors']) {
      await copyFile(path.join(source, name), path.join(copy, name));
    }
    await expect(loadPolicy(copy)).rejects.toThrow(/tokenizer\.json/);
    const vocab = Object.fromEntries(
      [...'SEPU0123456789,:'].map((character, id) => [character, id]),
    );
    const model = { type: 'BPE', vocab, merges: [] };
    await writeFile(
      path.join(copy, 'tokenizer.json'),
      JSON.stringify({ model, decoder: { type: 'ByteFallback' } }),
    );
    return copy;
  }
});
