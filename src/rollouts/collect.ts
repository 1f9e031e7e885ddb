import { createHash } from 'node:crypto';
import { inputError } from '../errors.js';
import { samplePolicy, type Policy } from '../policy/index.js';
import type { Problem, Rollout, SamplingSettings } from '../records.js';
import { scoreRollouts, type RewardFunction } from '../rewards/index.js';
import { judgeJob, type JudgePool } from '../sandbox/index.js';
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
  /** Completions per problem. */
  readonly numGenerations: number;
  readonly run: string;
  readonly step: number;
  /** Of the step's sampling; each group draws from its own generator under it. */
  readonly seed: number | string;
}

export interface CollectRolloutsInput extends SampleRolloutsInput {
  readonly judge: JudgePool;
  readonly rewards: readonly RewardFunction[];
  /** Where the scored rollouts are recorded before they are returned. */
  readonly store?: RolloutStore;
}

/**
 * One batch of experience: sample, judge, score, record. Each stage can be called alone; this is
 * only their sequence. Aborting throws the signal's reason, and then nothing was recorded.
 */
export async function collectRollouts(input: CollectRolloutsInput): Promise<Rollout[]> {
  const sampled = await sampleRollouts(input);
  const judged = await judgeRollouts(sampled, input.problems, input.judge, input);
  const scored = await scoreRollouts(judged, input.rewards);
  input.signal?.throwIfAborted();
  input.store?.append(scored);
  return scored;
}

/** A group of `numGenerations` completions for each problem, ordered by group and sample. */
export async function sampleRollouts(input: SampleRolloutsInput): Promise<Rollout[]> {
  const { policy, problems, settings, numGenerations, run, step, seed, signal } = input;
  const prompts = problems.map((problem) => renderPrompt(policy, problem));
  const requests = prompts.map((prompt, group) => ({
    prompt,
    n: numGenerations,
    seed: `${seed}/${step}/${group}`,
  }));
  const modelRevision = policy.revision;
  const samples = await samplePolicy(policy, requests, settings, {
    signal,
    onProgress: (done, total) => input.onProgress?.('sample', done, total),
  });
  signal?.throwIfAborted();
  return samples.map((sample): Rollout => {
    const group = sample.request;
    const { id, task, columns } = problems[group];
    return {
      version: 1,
      id: `${run}/${step}/${group}/${sample.sample}`,
      run,
      step,
      problemId: id,
      task,
      group,
      sample: sample.sample,
      promptHash: hashPrompt(prompts[group]),
      prompt: prompts[group],
      completion: sample.completion,
      promptIds: sample.promptIds,
      completionIds: sample.completionIds,
      logprobs: sample.logprobs,
      completionMask: sample.completionIds.map(() => 1),
      byteOffsets: sample.byteOffsets,
      finishReason: sample.finishReason,
      sampling: settings,
      modelRevision,
      columns,
    };
  });
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
