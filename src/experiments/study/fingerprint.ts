/** What decides a run's result, so that a finished one is known again and one made otherwise is not taken for it. */
import path from 'node:path';
import { openTask } from '../../tasks/index.js';
import type { Config } from '../config/index.js';
import { configFromObject } from '../config/index.js';
import { sha256OfFile, sha256OfText } from '../run/files.js';
import type { TrainingKind } from '../run/run-status.js';
import { heldOutSplit } from '../workplace/index.js';
import { taskOptions } from '../workplace/problems.js';

/** The options that matter, by path. */
export type Decisive = Record<string, unknown>;

/**
 * The options that decide what a run of this kind ends with: its own method's and those that all share,
 * without folders, caches, trackers, other methods, and how intervals are drawn afterwards.
 */
export function decisiveOptions(kind: TrainingKind, config: Config): Decisive {
  const { run, policy, task, judge, sampling, evaluation, dataset, reward } = config;
  const { model_name_or_path: _model, ...ofPolicy } = policy;
  const { path: _path, ...ofTask } = task;
  const { cache: _cache, cache_mib: _size, workers: _workers, ...ofJudge } = judge;
  const { bootstrap_resamples: _resamples, confidence: _confidence, ...measured } = evaluation;
  const { candidates, ...ofRows } = dataset;
  const { num_candidates } = candidates;
  const { seed, threads, backend, matmul_precision } = run;
  const machine = { threads, backend, matmul_precision };
  switch (kind) {
    case 'base': {
      const { train_split: _split, train_problems: _n, ...held } = ofTask;
      const { max_completion_length, stop_token_ids } = sampling;
      const { problems, held_out_families_problems, eval_problems, num_samples } = measured;
      const { temperature, top_p, seed: luck } = measured;
      const counts = { problems, held_out_families_problems, eval_problems, num_samples };
      return flat({
        run: machine,
        policy: { dtype: policy.dtype },
        task: held,
        judge: ofJudge,
        sampling: { max_completion_length, stop_token_ids },
        evaluation: { ...counts, temperature, top_p, seed: luck },
      });
    }
    case 'candidates':
      return flat({
        run: { seed, ...machine },
        policy: { dtype: policy.dtype },
        task: ofTask,
        judge: ofJudge,
        sampling,
        reward: { scores: reward.scores },
        dataset: { candidates: { num_candidates } },
      });
    default: {
      const method = kind === 'tour' ? 'grpo' : kind;
      return flat({
        run: { seed, ...machine },
        policy: ofPolicy,
        task: ofTask,
        judge: ofJudge,
        sampling,
        reward,
        dataset: { ...ofRows, candidates: { num_candidates } },
        evaluation: measured,
        [method]: config[method],
      });
    }
  }
}

function flat(values: object, above = ''): Decisive {
  return Object.fromEntries(
    Object.entries(values)
      .flatMap(([key, value]): [string, unknown][] =>
        typeof value === 'object' && value !== null && !Array.isArray(value)
          ? Object.entries(flat(value as object, `${above}${key}.`))
          : [[`${above}${key}`, value]],
      )
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

/** SHA-256 of what goes into a run. */
export interface Inputs {
  /** The weights; the name, where they are on the Hub. */
  policy: string;
  /** The problems to train on, as drawn. */
  train?: string;
  /** The problems that are measured. */
  heldOut?: string;
  /** The shared candidates, where they are learned from. */
  candidates?: string;
}

/** Hashes of the weights and the problems that a config names. */
export async function inputsOf(config: Config): Promise<Required<Omit<Inputs, 'candidates'>>> {
  const { model_name_or_path: model } = config.policy;
  const { name, train_split: split, train_problems: n, seed } = config.task;
  const task = name === null ? null : await openTask(name, taskOptions(config, {}));
  const { held_out_families_split: families } = config.task;
  const { problems, held_out_families_problems: ofFamilies } = config.evaluation;
  const heldOut = task
    ? [
        task.problems({ split: heldOutSplit({ config, task }), n: problems, seed }),
        ...(families !== null && task.splits.includes(families) && ofFamilies > 0
          ? [task.problems({ split: families, n: ofFamilies, seed })]
          : []),
      ]
    : [];
  const hash = (value: unknown): string => sha256OfText(JSON.stringify(value));
  return {
    policy: await sha256OfFile(path.join(model ?? '', 'model.safetensors')).catch(
      () => model ?? '',
    ),
    train: hash(task?.problems({ split, n, seed }) ?? []),
    heldOut: hash(heldOut),
  };
}

/**
 * The options in which two runs of a kind differ, as `grpo.beta: 0.01 → 0`. An option that `there` did not
 * know yet differs where it is not at its default.
 */
export function changedOptions(kind: TrainingKind, there: Decisive, here: Decisive): string[] {
  const defaults = decisiveOptions(kind, configFromObject({}));
  return differences(there, here)
    .filter((name) => {
      return name in there || show(here[name]) !== show(defaults[name]);
    })
    .map((name) => `${name}: ${show(there[name])} → ${show(here[name])}`);
}

/** The names that have different values. */
export function differences(
  there: Readonly<Record<string, unknown>>,
  here: Readonly<Record<string, unknown>>,
): string[] {
  const names = [...new Set([...Object.keys(there), ...Object.keys(here)])].sort();
  return names.filter((name) => show(there[name]) !== show(here[name]));
}

function show(value: unknown): string {
  return JSON.stringify(value) ?? 'absent';
}
