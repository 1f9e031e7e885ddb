import { createHash } from 'node:crypto';
import { inputError } from '../errors.js';
import { samplePolicy, type Policy, type Sample } from '../policy/index.js';
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
  /** Number of the first group. @default 0 */
  readonly firstGroup?: number;
  /** Completions per problem. */
  readonly numGenerations: number;
  readonly run: string;
  readonly step: number;
  /** Of the step's sampling; each group draws from its own generator under it. */
  readonly seed: number | string;
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
  const { overlap = true, firstGroup = 0, problems, numGenerations, signal } = input;
  const judging = startJudging(input);
  const finished = problems.map(() => [] as Rollout[]);
  const sampled = await sampleRollouts({
    ...input,
    onRollout(rollout) {
      const group = finished[rollout.group - firstGroup];
      group.push(rollout);
      if (group.length < numGenerations) return;
      input.onGroup?.(rollout.group, 'sampled');
      if (overlap) judging.add(rollout.group - firstGroup, group);
    },
  });
  if (!overlap) finished.forEach((group, index) => judging.add(index, group));
  const judged = await judging.verdicts(sampled);
  const scored = await scoreRollouts(judged, input.rewards);
  signal?.throwIfAborted();
  input.store?.append(scored);
  return scored;
}

/** Groups under judgement, started one by one, awaited together. */
function startJudging(input: CollectRolloutsInput): {
  add(group: number, rollouts: readonly Rollout[]): void;
  /** The rollouts with their verdicts, in their order. */
  verdicts(rollouts: readonly Rollout[]): Promise<Rollout[]>;
} {
  const { problems, judge, signal, onProgress } = input;
  const total = problems.length * input.numGenerations;
  const running: Promise<Rollout[]>[] = [];
  let judgedCount = 0;
  let allSampled = false;
  return {
    add(group, rollouts) {
      const judged = judgeRollouts(rollouts, [problems[group]], judge, { signal }).then((done) => {
        judgedCount += done.length;
        if (allSampled) onProgress?.('judge', judgedCount, total);
        input.onGroup?.(rollouts[0].group, 'judged');
        return done;
      });
      // Sampling may still go on, or fail first: whoever awaits all of them hears of it.
      judged.catch(() => undefined);
      running.push(judged);
    },
    async verdicts(rollouts) {
      allSampled = true;
      onProgress?.('judge', judgedCount, total);
      const judged = (await Promise.all(running)).flat();
      const byId = new Map(judged.map((rollout) => [rollout.id, rollout]));
      return rollouts.map(({ id }) => byId.get(id)!);
    },
  };
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
  const modelRevision = policy.revision;
  const rolloutOf = (sample: Sample): Rollout => {
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
      completionMask: sample.completionIds.map(() => 1),
      byteOffsets: sample.byteOffsets,
      finishReason: sample.finishReason,
      sampling: settings,
      modelRevision,
      columns,
    };
  };
  const samples = await samplePolicy(policy, requests, settings, {
    signal,
    onProgress: (done, total) => input.onProgress?.('sample', done, total),
    onSample: (sample) => input.onRollout?.(rolloutOf(sample)),
  });
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
