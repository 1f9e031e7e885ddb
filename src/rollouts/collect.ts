import { createHash } from 'node:crypto';
import { inputError } from '../errors.js';
import { samplePolicy, type Policy, type Sample, type TextGenerator } from '../policy/index.js';
import type { Problem, Rollout, SamplingSettings } from '../records.js';
import { scoreRollouts, type RewardFunction } from '../rewards/index.js';
import { judgeJob, type JudgePool } from '../sandbox/index.js';
import { sampleByGenerator, type GeneratedSample } from './generated.js';
import type { RolloutStore } from './store.js';

export type CollectStage = 'sample' | 'judge';

export interface StageOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (stage: CollectStage, done: number, total: number) => void;
}

export interface SampleRolloutsInput extends StageOptions {
  readonly policy: Policy;
  /** One group each, in this order. */
  readonly problems: readonly Problem[];
  readonly settings: SamplingSettings;
  /** Number of the first group. @default 0 */
  readonly firstGroup?: number;
  /** Completions per problem. */
  readonly numGenerations: number;
  readonly run: string;
  readonly step: number;
  /** Of the step's sampling; each group draws from its own generator under it. */
  readonly seed: number | string;
  /**
   * Who samples in the place of the policy, whose tokenizer then gives the ids: a server. It has to tell
   * log-probabilities. @default the policy itself
   */
  readonly generator?: TextGenerator;
  /** What of the generator's completions cannot be used. @default not told */
  readonly onNote?: (message: string) => void;
  /** Each rollout as soon as it has ended. */
  readonly onRollout?: (rollout: Rollout) => void;
}

export interface CollectRolloutsInput extends SampleRolloutsInput {
  readonly judge: JudgePool;
  readonly rewards: readonly RewardFunction[];
  /**
   * Judge a group as soon as its last completion has ended, while others are still sampled. A verdict
   * does not depend on what else is judged, so the rollouts are the same. @default true
   */
  readonly overlap?: boolean;
  /** A group has been sampled, or judged: what overlapped with what can be told from it. */
  readonly onGroup?: (group: number, state: 'sampled' | 'judged') => void;
  /** Where the scored rollouts are recorded before they are returned. */
  readonly store?: RolloutStore;
}

/**
 * One batch of experience: sample, judge, score, record. Each stage can be called alone; this is
 * only their sequence, with judging under way while sampling goes on. `onProgress` tells of judging
 * once all is sampled. Aborting throws the signal's reason, and then nothing was recorded.
 */
export async function collectRollouts(input: CollectRolloutsInput): Promise<Rollout[]> {
  const groups = await startJudging(input);
  const judged = (await Promise.all(groups.map((group) => group.judged))).flat();
  const scored = await scoreRollouts(judged, input.rewards, input.problems);
  input.signal?.throwIfAborted();
  input.store?.append(scored);
  return scored;
}

/** A group that has been sampled and whose feedback is coming. */
export interface CollectedGroup {
  sampled: Rollout[];
  /** The same rollouts, in the same order, with verdicts and rewards. */
  scored: Promise<Rollout[]>;
}

/**
 * `collectRollouts` up to the last sampled completion: of each group the rollouts, and their feedback
 * as it comes, for whoever can use the first groups before the last are judged. Where a reward looks
 * at the whole batch, all groups are judged before any is scored.
 */
export async function startCollecting(
  input: Omit<CollectRolloutsInput, 'store'>,
): Promise<CollectedGroup[]> {
  const { rewards, problems } = input;
  const groups = await startJudging(input);
  if (!rewards.some(({ wholeBatch }) => wholeBatch)) {
    return groups.map(({ sampled, judged }) => ({
      sampled,
      scored: quiet(judged.then((rollouts) => scoreRollouts(rollouts, rewards, problems))),
    }));
  }
  const all = quiet(
    Promise.all(groups.map(({ judged }) => judged)).then((judged) =>
      scoreRollouts(judged.flat(), rewards, problems),
    ),
  );
  return groups.map(({ sampled }, index) => {
    const start = index * input.numGenerations;
    return {
      sampled,
      scored: quiet(all.then((rollouts) => rollouts.slice(start, start + sampled.length))),
    };
  });
}

/** Samples; each group is under judgement since its last completion ended, or, without overlap, now. */
async function startJudging(
  input: Omit<CollectRolloutsInput, 'store'>,
): Promise<{ sampled: Rollout[]; judged: Promise<Rollout[]> }[]> {
  const { overlap = true, firstGroup = 0, problems, numGenerations, judge, signal } = input;
  const total = problems.length * numGenerations;
  let judgedCount = 0;
  let allSampled = false;
  const startGroup = (index: number, rollouts: readonly Rollout[]): Promise<Rollout[]> =>
    quiet(
      judgeRollouts(rollouts, [problems[index]], judge, { signal }).then((judged) => {
        judgedCount += judged.length;
        if (allSampled) input.onProgress?.('judge', judgedCount, total);
        input.onGroup?.(firstGroup + index, 'judged');
        return judged;
      }),
    );
  const ended = problems.map(() => [] as Rollout[]);
  const running = new Map<number, Promise<Rollout[]>>();
  const sampled = await sampleRollouts({
    ...input,
    onRollout(rollout) {
      const index = rollout.group - firstGroup;
      const group = ended[index];
      group.push(rollout);
      if (group.length < numGenerations) return;
      input.onGroup?.(rollout.group, 'sampled');
      // In the order of samples, not of their ends: verdicts come back in the order asked for.
      group.sort((a, b) => a.sample - b.sample);
      if (overlap) running.set(index, startGroup(index, group));
    },
  });
  allSampled = true;
  input.onProgress?.('judge', judgedCount, total);
  return problems.map((_, index) => {
    const start = index * numGenerations;
    const group = sampled.slice(start, start + numGenerations);
    return { sampled: group, judged: running.get(index) ?? startGroup(index, group) };
  });
}

/** Sampling may still go on, or fail first: whoever awaits the promise hears of its failure. */
function quiet<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}

/** A group of `numGenerations` completions for each problem, ordered by group and sample. */
export async function sampleRollouts(input: SampleRolloutsInput): Promise<Rollout[]> {
  const { policy, problems, settings, numGenerations, run, step, seed, signal } = input;
  const { firstGroup = 0 } = input;
  const prompts = problems.map((problem) => renderPrompt(policy, problem));
  const requests = prompts.map((prompt, group) => ({
    prompt,
    n: numGenerations,
    seed: `${seed}/${step}/${firstGroup + group}`,
  }));
  const { generator } = input;
  const modelRevision =
    generator === undefined ? policy.revision : (generator.revision ?? generator.name);
  const rolloutOf = (sample: Sample | GeneratedSample): Rollout => {
    const { id, task, columns } = problems[sample.request];
    const group = firstGroup + sample.request;
    return {
      version: 1,
      id: `${run}/${step}/${group}/${sample.sample}`,
      run,
      step,
      problemId: id,
      task,
      group,
      sample: sample.sample,
      promptHash: hashPrompt(prompts[sample.request]),
      prompt: prompts[sample.request],
      completion: sample.completion,
      promptIds: sample.promptIds,
      completionIds: sample.completionIds,
      logprobs: sample.logprobs,
      completionMask: sample.completionIds.map(() =>
        'isAligned' in sample && !sample.isAligned ? 0 : 1,
      ),
      byteOffsets: sample.byteOffsets,
      finishReason: sample.finishReason,
      sampling: settings,
      modelRevision,
      columns,
    };
  };
  const options = {
    signal,
    onProgress: (done: number, total: number) => input.onProgress?.('sample', done, total),
    onSample: (sample: Sample | GeneratedSample) => input.onRollout?.(rolloutOf(sample)),
    onNote: input.onNote,
  };
  const samples =
    generator === undefined
      ? await samplePolicy(policy, requests, settings, options)
      : await sampleByGenerator(generator, policy, requests, settings, options);
  signal?.throwIfAborted();
  return samples.map(rolloutOf);
}

/** The rollouts with a `verdict`: what was there is replaced. */
export async function judgeRollouts(
  rollouts: readonly Rollout[],
  problems: readonly Problem[],
  judge: JudgePool,
  options: StageOptions = {},
): Promise<Rollout[]> {
  const problemById = new Map(problems.map((problem) => [problem.id, problem]));
  const jobs = rollouts.map((rollout) => {
    const problem = problemById.get(rollout.problemId);
    if (!problem)
      throw inputError(
        `judgeRollouts: expected the problem of rollout ${rollout.id}, but ${rollout.problemId} is not among the problems given. Pass the problems the rollouts were sampled from.`,
      );
    return judgeJob(problem, rollout.completion, { truncated: rollout.finishReason !== 'stop' });
  });
  const verdicts = await judge.judge(jobs, {
    signal: options.signal,
    onProgress: (done, total) => options.onProgress?.('judge', done, total),
  });
  options.signal?.throwIfAborted();
  if (verdicts.length !== rollouts.length) {
    throw inputError(
      `judgeRollouts: expected ${rollouts.length} verdicts, one per rollout, got ${verdicts.length} from the judge.`,
    );
  }
  return rollouts.map((rollout, index) => ({ ...rollout, verdict: verdicts[index] }));
}

/** The text a policy is given: as it stands, or the messages through the chat template. */
export function renderPrompt(policy: Policy, problem: Problem): string {
  return typeof problem.prompt === 'string'
    ? problem.prompt
    : policy.tokenizer.renderChat(problem.prompt);
}

function hashPrompt(prompt: string): string {
  return createHash('sha256').update(prompt).digest('hex').slice(0, 16);
}
