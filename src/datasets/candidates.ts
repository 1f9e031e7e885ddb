import path from 'node:path';
import { inputError } from '../errors.js';
import type { Policy } from '../policy/index.js';
import type { Problem, Rollout, SamplingSettings } from '../records.js';
import { scoreRollouts, type RewardFunction } from '../rewards/index.js';
import {
  judgeRollouts,
  openRolloutStore,
  renderPrompt,
  sampleRollouts,
  type RolloutStore,
} from '../rollouts/index.js';
import type { JudgePool } from '../sandbox/index.js';

export interface CollectCandidatesInput {
  readonly policy: Policy;
  readonly problems: readonly Problem[];
  readonly settings: SamplingSettings;
  /** Completions per problem. */
  readonly numGenerations: number;
  readonly judge: JudgePool;
  /** @default none: verdicts alone */
  readonly rewards?: readonly RewardFunction[];
  /** `candidates.jsonl` and `candidates_annotated.jsonl` are here, or will be. */
  readonly folder: string;
  /** Names the rollouts. @default 'candidates' */
  readonly run?: string;
  /** Problems between two writes; part of what decides the draws. @default 16 */
  readonly chunkSize?: number;
  /** @default 0 */
  readonly seed?: number | string;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: { problems: number; total: number; rollouts: number }) => void;
}

export interface Candidates {
  /** As drawn. */
  candidatesFile: string;
  /** With their verdicts and, where asked for, rewards. */
  annotatedFile: string;
  /** The annotated ones, in the order of problems and samples. */
  rollouts: Rollout[];
  /** How many of them were there before. */
  resumed: number;
}

/**
 * `numGenerations` completions of every problem, judged. Both files are appended to by chunks of
 * problems; called again with the same input, it goes on with what is missing and ends with the same
 * records as a call that was never stopped. More problems at the end of the list and more completions
 * per problem may be asked for later.
 */
export async function collectCandidates(input: CollectCandidatesInput): Promise<Candidates> {
  const { problems, folder, rewards = [], chunkSize = 16, run = 'candidates', signal } = input;
  checkCounts(input);
  const drawn = openRolloutStore(path.join(folder, 'candidates.jsonl'));
  let annotated: RolloutStore | null = null;
  try {
    annotated = openRolloutStore(path.join(folder, 'candidates_annotated.jsonl'));
    const drawnById = recorded(drawn, input);
    const judgedById = recorded(annotated, input);
    const resumed = judgedById.size;
    for (let step = 0; step * chunkSize < problems.length; step++) {
      signal?.throwIfAborted();
      const part = problems.slice(step * chunkSize, (step + 1) * chunkSize);
      const ids = idsOf(run, step, part.length, input.numGenerations);
      if (ids.some((id) => !drawnById.has(id))) {
        const sampled = await sampleRollouts({
          ...input,
          problems: part,
          run,
          step,
          seed: input.seed ?? 0,
          onProgress: undefined,
        });
        keep(drawn, drawnById, sampled);
      }
      const missing = ids.filter((id) => !judgedById.has(id));
      if (missing.length > 0) {
        const unjudged = missing.map((id) => drawnById.get(id)!);
        const judged = await judgeRollouts(unjudged, part, input.judge, { signal });
        const scored = rewards.length > 0 ? await scoreRollouts(judged, rewards, part) : judged;
        keep(annotated, judgedById, scored);
      }
      input.onProgress?.({
        problems: Math.min(problems.length, (step + 1) * chunkSize),
        total: problems.length,
        rollouts: judgedById.size,
      });
    }
    const order = (rollout: Rollout): number => rollout.step * chunkSize + rollout.group;
    return {
      candidatesFile: drawn.file,
      annotatedFile: annotated.file,
      rollouts: [...judgedById.values()].sort((a, b) => order(a) - order(b) || a.sample - b.sample),
      resumed,
    };
  } finally {
    drawn.close();
    annotated?.close();
  }
}

/** Appends what is new, in one write. */
function keep(
  store: RolloutStore,
  known: Map<string, Rollout>,
  rollouts: readonly Rollout[],
): void {
  const fresh = rollouts.filter(({ id }) => !known.has(id));
  store.append(fresh);
  for (const rollout of fresh) known.set(rollout.id, rollout);
}

/** What a file holds already; an error where it was made by another call than this one. */
function recorded(store: RolloutStore, input: CollectCandidatesInput): Map<string, Rollout> {
  const { problems, rewards = [], settings, policy } = input;
  const { chunkSize = 16, run = 'candidates' } = input;
  const rollouts = store.readAll();
  const refuse = (what: string, there: string, here: string): never => {
    throw inputError(
      `${store.file}: expected candidates of this call to go on with, but ${what}: there ${there}, here ${here}. Give another folder, or what the file was made with.`,
    );
  };
  const revision = rollouts.length > 0 ? policy.revision : '';
  const prompts = rollouts.length > 0 ? problems.map((one) => renderPrompt(policy, one)) : [];
  for (const rollout of rollouts) {
    if (rollout.run !== run) refuse('the run is another', rollout.run, run);
    const place = rollout.step * chunkSize + rollout.group;
    const problem = problems[place]?.id;
    if (problem !== rollout.problemId)
      refuse(
        `the problems or chunkSize are others (problem ${place})`,
        rollout.problemId,
        problem ?? 'none',
      );
    if (rollout.prompt !== prompts[place])
      refuse(
        `the prompts are others (problem ${place})`,
        ...firstDifference(rollout.prompt, prompts[place]),
      );
    if (rollout.modelRevision !== revision)
      refuse('the policy is another', `revision ${rollout.modelRevision}`, revision);
    const [there, here] = [rollout.sampling, settings].map((value) => JSON.stringify(value));
    if (there !== here) refuse('the sampling settings are others', there, here);
    if (rollout.verdict === undefined) continue;
    const scoredBy = rewardNames(rollout.rewards ?? []);
    if (scoredBy !== rewardNames(rewards)) {
      refuse('the rewards are others', scoredBy, rewardNames(rewards));
    }
  }
  return new Map(rollouts.map((rollout) => [rollout.id, rollout]));
}

/** Where two texts part, some characters of each. */
function firstDifference(there: string, here: string): [string, string] {
  let at = 0;
  while (at < there.length && there[at] === here[at]) at++;
  const part = (text: string): string => JSON.stringify(text.slice(Math.max(0, at - 10), at + 30));
  return [part(there), part(here)];
}

function rewardNames(rewards: readonly { name: string; weight?: number }[]): string {
  return rewards.map(({ name, weight = 1 }) => `${name} × ${weight}`).join(', ') || 'none';
}

/** As `sampleRollouts` names them. */
function idsOf(run: string, step: number, groups: number, samples: number): string[] {
  return Array.from({ length: groups * samples }, (_, i) => {
    const group = Math.floor(i / samples);
    return `${run}/${step}/${group}/${i % samples}`;
  });
}

function checkCounts({ problems, numGenerations, chunkSize = 16 }: CollectCandidatesInput): void {
  for (const [name, value] of Object.entries({ numGenerations, chunkSize }))
    if (!Number.isInteger(value) || value < 1)
      throw inputError(
        `collectCandidates: expected ${name} to be a whole number above 0, got ${value}.`,
      );
  const seen = new Set<string>();
  for (const { id } of problems) {
    if (seen.has(id))
      throw inputError(
        `collectCandidates: expected every problem once, got ${id} twice. Leave one out, or draw more per problem (numGenerations).`,
      );
    seen.add(id);
  }
}
