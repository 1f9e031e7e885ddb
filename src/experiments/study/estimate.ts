/** How long runs take: by those that are finished, else by a stated guess. */
import path from 'node:path';
import { existsSync } from 'node:fs';
import { isOnline } from '../config/index.js';
import { readJson } from '../run/files.js';
import type { RunMetadata } from '../run/metadata.js';
import { promptsOfStep } from '../methods/experience.js';
import type { PlannedRun } from './planned-run.js';

/** Seconds of the shipped policies on two free cores (AMD EPYC), by what is done how often. */
export const guess = {
  /** Opening policy, toolchain and folder; plots. */
  start: 6,
  /** Sampling and judging one completion. */
  judged: 0.06,
  /** One completion in one pass of an update. */
  learned: 0.02,
} as const;

type Run = Pick<PlannedRun, 'kind' | 'config' | 'arm' | 'state' | 'folder' | 'id'>;

/** What to expect of each run, and what that rests on. */
export async function expectedSeconds(
  runs: readonly Run[],
): Promise<{ basis: string; secondsOf: (run: Run) => number }> {
  const taken = new Map<string, number>();
  for (const run of runs) {
    if (run.state === 'finished') taken.set(run.id, (await workedSeconds(run.folder)) ?? 0);
  }
  const done = runs.filter(({ id }) => (taken.get(id) ?? 0) > 0);
  const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);
  // How much faster or slower than the guess this machine is.
  const pace =
    done.length === 0
      ? 1
      : sum(done.map(({ id }) => taken.get(id) ?? 0)) / sum(done.map(guessedSeconds));
  return {
    basis:
      done.length === 0
        ? `a guess for a policy of 3 million parameters on two free cores: ${guess.judged} s to sample and judge a completion, ${guess.learned} s to learn from one once`
        : `the ${done.length} finished ${done.length === 1 ? 'run' : 'runs'}`,
    secondsOf(run) {
      const own = taken.get(run.id);
      if (own !== undefined) return own;
      const alike = done.filter(
        ({ kind, arm }) => kind === run.kind && arm?.name === run.arm?.name,
      );
      if (alike.length === 0) return guessedSeconds(run) * pace;
      return sum(alike.map(({ id }) => taken.get(id) ?? 0)) / alike.length;
    },
  };
}

/** Seconds that a run was worked on; `null` where it was not, or only by processes that were killed. */
export async function workedSeconds(folder: string): Promise<number | null> {
  const file = path.join(folder, 'run_metadata.json');
  if (!existsSync(file)) return null;
  const { sessions } = (await readJson(file)) as RunMetadata;
  const ended = sessions.flatMap(({ started, ended: end }) =>
    end === null ? [] : [(Date.parse(end) - Date.parse(started)) / 1000],
  );
  return ended.length === 0 ? null : ended.reduce((all, seconds) => all + seconds, 0);
}

function guessedSeconds({ kind, config, arm }: Run): number {
  const { evaluation, task, dataset } = config;
  const { problems, held_out_families_problems: families, num_samples: each } = evaluation;
  const measured = (problems + families) * each * guess.judged;
  const point = evaluation.eval_steps === null ? 0 : evaluation.eval_problems * each * guess.judged;
  if (kind === 'base') return guess.start + measured + point;
  if (arm === null) {
    return guess.start + task.train_problems * dataset.candidates.num_candidates * guess.judged;
  }
  const { steps, size, passes } = updatesOf(arm.method, config);
  const points = evaluation.eval_steps === null ? 0 : Math.ceil(steps / evaluation.eval_steps);
  const sampled = isOnline(arm.method) ? arm.samples * guess.judged : 0;
  const learned = steps * size * passes * guess.learned;
  return guess.start + sampled + learned + points * point + measured;
}

/** Updates, completions of each, and passes over them; of a set whose size is open, about its most. */
export function updatesOf(
  method: NonNullable<Run['arm']>['method'],
  { grpo, ppo, task, dataset, ...config }: Run['config'],
): { steps: number; size: number; passes: number } {
  if (method === 'grpo' || method === 'ppo') {
    const options = method === 'ppo' ? ppo : grpo;
    const passes = method === 'ppo' ? ppo.num_ppo_epochs : grpo.num_iterations;
    const size = promptsOfStep(options) * options.num_generations;
    return { steps: options.max_steps, size, passes };
  }
  const options = config[method];
  const { per_device_train_batch_size: batch, gradient_accumulation_steps: times } = options;
  const size = batch * times;
  const ofProblem = {
    sft: dataset.completions === 'sampled' ? 2 : 1,
    dpo: dataset.pairs.max_pairs_per_problem / 2,
    cpo: dataset.pairs.max_pairs_per_problem / 2,
    orpo: dataset.pairs.max_pairs_per_problem / 2,
    kto: dataset.candidates.num_candidates,
  }[method];
  const rows = task.train_problems * ofProblem * options.num_train_epochs;
  const sides = method === 'sft' || method === 'kto' ? 1 : 2;
  return { steps: options.max_steps ?? Math.ceil(rows / size), size, passes: sides };
}
