/** What the methods that do not sample learn from: rows of a file, or made from the task. */
import type { BuiltSet, DatasetRows, DatasetType } from '../../datasets/index.js';
import {
  buildNBest,
  collectCandidates,
  readDataset,
  writeBuiltSets,
} from '../../datasets/index.js';
import { inputError } from '../../errors.js';
import type { Rollout } from '../../records.js';
import type { ActiveRun } from '../run/run.js';
import { requiredJudge, requiredTask, trainingSampling } from '../workplace/index.js';
import { dealtFeedback } from './feedback.js';

/** The rows of `dataset.path`, which must be of one of the types. */
export async function fileRows<T extends DatasetType>(
  { place, clock, emit }: ActiveRun,
  path: string,
  types: readonly T[],
): Promise<{ type: T; rows: DatasetRows[T][] }> {
  const { size, on_bad: onBad, text_field: textField } = place.config.dataset;
  clock.begin('data', `Reading ${path}`);
  const { type, rows, skipped } = await readDataset(path, {
    onBad,
    ...(size === null ? {} : { limit: size }),
    ...(textField === null ? {} : { columns: { text: textField } }),
  });
  if (skipped.count > 0) {
    const { where, reason } = skipped.examples[0];
    const message = `${path}: ${skipped.count} bad lines were skipped; the first, ${where}: ${reason}.`;
    emit({ type: 'warning', message });
  }
  const found = types.find((wanted) => wanted === type);
  if (found) return { type: found, rows: rows as DatasetRows[T][] };
  throw inputError(
    `dataset.path: expected rows of TRL's type ${types.join(' or ')}, got ${type} in ${path}. Give another file, or train by the method that learns from ${type}.`,
  );
}

/**
 * The policy's own answers to the training problems, judged and scored; kept in the run folder as they
 * come, so that a resumed run goes on with what is missing.
 */
export async function candidates(active: ActiveRun): Promise<Rollout[]> {
  const { place, run, clock, signal } = active;
  const { dataset, run: runOptions } = place.config;
  const { num_candidates: numGenerations } = dataset.candidates;
  requiredTask(place);
  const total = place.trainProblems.length * numGenerations;
  clock.begin('data', `Sampling and judging ${total} candidates`);
  const { rollouts } = await collectCandidates({
    policy: place.policy,
    problems: place.trainProblems,
    settings: trainingSampling(place),
    numGenerations,
    judge: requiredJudge(place),
    rewards: place.rewards,
    folder: run.folder,
    run: run.name,
    seed: runOptions.seed,
    signal,
    onProgress: (done) => clock.progress('candidates judged', done.rollouts, total),
  });
  return dealtFeedback(place.config, rollouts, 'candidates');
}

/** Writes a set made from candidates beside them, with the best answers, and says what is odd about it. */
export function keepBuiltSet(
  { place, run, emit }: ActiveRun,
  name: string,
  set: BuiltSet<object>,
  rollouts: readonly Rollout[],
): void {
  const { n_best: n } = place.config.dataset;
  const sets = { [name]: set, 'nbest.jsonl': buildNBest(rollouts, { n }) };
  writeBuiltSets(run.folder, sets, {
    settings: { task: place.config.task, policy: place.policy.folder },
  });
  for (const message of set.notes) emit({ type: 'warning', message });
  if (set.rows.length === 0) {
    throw inputError(`${run.folder}/${name}: nothing to learn from. ${set.notes.join(' ')}`);
  }
}
