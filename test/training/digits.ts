import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Random } from '../../src/algorithms/index.js';
import { loadPolicy, samplePolicy, type Policy } from '../../src/policy/index.js';
import type { RewardResult, Rollout } from '../../src/records.js';
import { scoreRollouts, type RewardFunction } from '../../src/rewards/index.js';

/** verl's digit completion in the test data: an untrained policy, and prompts with their answers. */
export const digits = ['checkpoints', 'verl-digit-completion'];

/** `a,b:m,n` asks for the next n numbers of the sequence from a with the step b - a, modulo m. */
export interface DigitProblem {
  prompt: string;
  /** `7,2,6,1`; empty where n is 0. */
  truth: string;
}

/** The problems of a split, at most `longest` characters in the answer. */
export function digitProblems(
  folder: string,
  split: 'train' | 'test',
  longest = Infinity,
): DigitProblem[] {
  return readFileSync(path.join(folder, `${split}.jsonl`), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as DigitProblem)
    .filter(({ truth }) => truth.length <= longest);
}

/** The policy, with the tokenizer of one token per character that its folder lacks. */
export async function digitPolicy(folder: string): Promise<Policy> {
  const copy = mkdtempSync(path.join(tmpdir(), 'rlsf-digits-'));
  try {
    cpSync(path.join(folder, 'hf'), copy, { recursive: true });
    rmSync(path.join(copy, 'tokenizer_config.json'));
    const characters = [...'SEPU0123456789,:'];
    const special = characters.slice(0, 4).map((content, id) => ({ id, content, special: true }));
    const vocab = Object.fromEntries(characters.map((character, id) => [character, id]));
    writeFileSync(
      path.join(copy, 'tokenizer.json'),
      JSON.stringify({
        added_tokens: special,
        model: { type: 'BPE', vocab, merges: [] },
        decoder: { type: 'ByteFallback' },
      }),
    );
    return await loadPolicy(copy);
  } finally {
    rmSync(copy, { recursive: true });
  }
}

/**
 * verl's reward: with an answer of L characters each leading token that is right, the end token
 * included, earns 1 / (L + 1), up to the first that is not. The score is their sum; the characters'
 * share of it also lies in spans. The answer is the rollout's column `truth`.
 */
export function digitReward(): RewardFunction {
  const name = 'digits';
  return {
    name,
    weight: 1,
    score: (rollouts) =>
      rollouts.map((rollout): RewardResult => {
        const truth = String(rollout.columns.truth);
        const { completion, finishReason } = rollout;
        let right = 0;
        while (right < truth.length && completion[right] === truth[right]) right++;
        const ended = finishReason === 'stop' && completion === truth;
        const value = 1 / (truth.length + 1);
        const spans = Array.from({ length: right }, (_, i) => ({
          start: i,
          end: i + 1,
          value,
          label: 'right',
        }));
        return { name, weight: 1, score: (right + (ended ? 1 : 0)) * value, spans, log: {} };
      }),
  };
}

/** Sampled and scored rollouts at temperature 1, a group for each problem. */
export async function digitRollouts(
  policy: Policy,
  problems: readonly DigitProblem[],
  options: { readonly step: number; readonly seed: number; readonly numGenerations: number },
): Promise<Rollout[]> {
  const { step, seed, numGenerations } = options;
  const sampling = {
    temperature: 1,
    topK: 0,
    topP: 1,
    minP: 0,
    maxNewTokens: Math.max(...problems.map(({ truth }) => truth.length)) + 1,
    stop: [],
    seed,
  };
  const samples = await samplePolicy(
    policy,
    // The chat template of these prompts: the prompt, then the separator.
    problems.map(({ prompt }, group) => ({
      prompt: `${prompt}S`,
      n: numGenerations,
      seed: `${seed}/${step}/${group}`,
    })),
    sampling,
  );
  const rollouts = samples.map((sample): Rollout => ({
    version: 1,
    id: `run/${step}/${sample.request}/${sample.sample}`,
    run: 'run',
    step,
    problemId: problems[sample.request].prompt,
    task: 'digits',
    group: sample.request,
    sample: sample.sample,
    promptHash: '',
    prompt: `${problems[sample.request].prompt}S`,
    completion: sample.completion,
    promptIds: sample.promptIds,
    completionIds: sample.completionIds,
    logprobs: sample.logprobs,
    completionMask: sample.completionIds.map(() => 1),
    byteOffsets: sample.byteOffsets,
    finishReason: sample.finishReason,
    sampling,
    modelRevision: '',
    columns: { truth: problems[sample.request].truth },
  }));
  return scoreRollouts(rollouts, [digitReward()]);
}

/** The mean score on problems that no training step saw. */
export async function heldOutScore(
  policy: Policy,
  problems: readonly DigitProblem[],
): Promise<number> {
  const rollouts = await digitRollouts(policy, problems, { step: 0, seed: 99, numGenerations: 4 });
  return rollouts.reduce((sum, { reward }) => sum + (reward ?? 0), 0) / rollouts.length;
}

/** Each rollout with the verdict on another one: what is learned from these is noise. */
export function withShuffledLabels(rollouts: readonly Rollout[], random: Random): Rollout[] {
  const labels = random.shuffle(rollouts.map(({ rewards, reward }) => ({ rewards, reward })));
  return rollouts.map((rollout, i) => ({ ...rollout, ...labels[i] }));
}
