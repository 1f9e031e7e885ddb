import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect } from 'vitest';
import {
  completionLogprobs,
  createPolicy,
  hiddenStates,
  outputWeight,
  tokenizerFromFiles,
  trainByteLevelBpe,
  type Policy,
  type PolicyConfig,
  type PolicyTokenizer,
  type TokenSequence,
} from '../../src/policy/index.js';
import type { SamplingSettings } from '../../src/records.js';
import { tf } from '../../src/tensor/index.js';

/** Plain sampling: nothing truncated, nothing ends it but its length. */
export function plainSettings(maxNewTokens: number): SamplingSettings {
  return { temperature: 1, topK: 0, topP: 1, minP: 0, maxNewTokens, stop: [], seed: 0 };
}

export const programs = [
  'int sum(const std::vector<int>& values) {\n  int total = 0;\n  for (int value : values) total += value;\n  return total;\n}\n',
  'int largest(int* values, int n) {\n  int best = values[0];\n  for (int i = 1; i < n; ++i) {\n    if (values[i] > best) best = values[i];\n  }\n  return best;\n}\n',
  'bool is_even(int value) { return value % 2 == 0; } // größer als 0 – 偶数 🙂\n',
];

export const tinyConfig: PolicyConfig = {
  modelType: 'qwen2',
  vocabSize: 320,
  hiddenSize: 16,
  intermediateSize: 24,
  layers: 2,
  heads: 4,
  kvHeads: 2,
  headDim: 4,
  rmsNormEps: 1e-6,
  ropeTheta: 10000,
  maxPositions: 128,
  tieWordEmbeddings: true,
  attentionBias: true,
  eosTokenIds: [300],
  padTokenId: 300,
};

/** An untrained policy whose weights are drawn large, so that its samples differ. */
export async function tinyPolicy(changes: Partial<PolicyConfig> = {}): Promise<Policy> {
  const files = trainByteLevelBpe(programs, { vocabSize: 301, specialTokens: ['<|endoftext|>'] });
  const tokenizer = await tokenizerFromFiles(files);
  const eos = tokenizer.eosTokenId;
  const config = { ...tinyConfig, eosTokenIds: [eos], padTokenId: eos, ...changes };
  const policy = createPolicy(config, tokenizer, 7);
  for (const variable of policy.weights.values()) {
    if (variable.rank === 2) tf.tidy(() => variable.assign(variable.mul(8)));
  }
  return policy;
}

const folders: string[] = [];
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))));

/** A folder of its own, removed when the test file is done. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'rlsf-policy-'));
  folders.push(folder);
  return folder;
}

/** [tokens, vocabulary] of the sequences one after the other, packed into one pass. */
export function logitsOf(policy: Policy, sequences: readonly (readonly number[])[]): number[][] {
  const segments = [0];
  for (const ids of sequences) segments.push(segments[segments.length - 1] + ids.length);
  return tf.tidy(() => {
    const hidden = hiddenStates(
      policy,
      Int32Array.from(sequences.flat()),
      Int32Array.from(segments),
    );
    return tf.matMul(hidden, outputWeight(policy), false, true).arraySync() as number[][];
  });
}

/** Of each completion's tokens, zeros after a row's end. */
export function logprobsOf(policy: Policy, sequences: readonly TokenSequence[]): number[][] {
  const result = completionLogprobs(policy, sequences);
  const values = result.logprobs.arraySync();
  tf.dispose([result.logprobs, result.entropy, result.mask]);
  return values;
}

/** Of numbers that should be equal one by one; NaN where a number is missing. */
export function largestDifference(found: readonly number[], expected: readonly number[]): number {
  return expected.reduce((most, value, i) => Math.max(most, Math.abs(value - found[i])), 0);
}

/**
 * The byte ranges of the tokens, one after the other, are the bytes of the text; where the text is
 * what the tokens spell, each range holds its token's bytes.
 */
export function expectOffsetsToFit(tokenizer: PolicyTokenizer, ids: readonly number[]): void {
  const text = Buffer.from(tokenizer.decode(ids));
  const offsets = tokenizer.byteOffsets(ids);
  expect(offsets).toHaveLength(ids.length + 1);
  expect(offsets[0]).toBe(0);
  expect(offsets[ids.length]).toBe(text.length);
  expect(offsets.every((offset, i) => i === 0 || offset >= offsets[i - 1])).toBe(true);
  const raw = Buffer.concat(ids.map((id) => tokenizer.tokenBytes(id)));
  // A SentencePiece encoder's own blank stands before the text.
  const skipped = raw.length - text.length;
  if (skipped > 1 || !raw.subarray(skipped).equals(text)) return;
  let at = -skipped;
  ids.forEach((id, i) => {
    const end = at + tokenizer.tokenBytes(id).length;
    expect([offsets[i], offsets[i + 1]]).toEqual([Math.max(0, at), Math.max(0, end)]);
    at = end;
  });
}
