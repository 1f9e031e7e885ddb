/** What the methods that do not sample learn from: rows of a file, or made from the task. */
import path from 'node:path';
import type { BuiltSet, DatasetRows, DatasetType } from '../../datasets/index.js';
import {
  buildNBest,
  collectCandidates,
  readDataset,
  writeBuiltSets,
} from '../../datasets/index.js';
import { inputError } from '../../errors.js';
import type { Rollout } from '../../records.js';
import { readRollouts } from '../../rollouts/index.js';
import { scoreRollouts } from '../../rewards/index.js';
import type { ActiveRun } from '../run/active-run.js';
import type { Workplace } from '../workplace/index.js';
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
 * come, so that a resumed run goes on with what is missing, or those of another run.
 */
export async function candidates(active: ActiveRun): Promise<Rollout[]> {
  const { place, run, clock, signal } = active;
  const { path: stored } = place.config.dataset.candidates;
  requiredTask(place);
  if (stored !== null) return storedCandidates(active, stored);
  const rollouts = await drawCandidates(place, run.folder, { clock, signal });
  return dealtFeedback(place.config, rollouts, 'candidates');
}

/** `num_candidates` answers to each training problem, kept in the folder; goes on with what is there. */
export async function drawCandidates(
  place: Workplace,
  folder: string,
  { clock, signal }: Pick<ActiveRun, 'clock' | 'signal'>,
): Promise<Rollout[]> {
  requiredTask(place);
  const { num_candidates: numGenerations } = place.config.dataset.candidates;
  const total = place.trainProblems.length * numGenerations;
  clock.begin('data', `Sampling and judging ${total} candidates`);
  const { rollouts } = await collectCandidates({
    policy: place.policy,
    problems: place.trainProblems,
    settings: trainingSampling(place),
    numGenerations,
    judge: requiredJudge(place),
    rewards: place.rewards,
    folder,
    seed: place.config.run.seed,
    signal,
    onProgress: (done) => clock.progress('candidates judged', done.rollouts, total),
  });
  return rollouts;
}

/** What another run drew of the same policy for the same problems, scored as this run's config says. */
async function storedCandidates({ place, clock }: ActiveRun, folder: string): Promise<Rollout[]> {
  const { num_candidates: wanted } = place.config.dataset.candidates;
  const file = path.join(folder, 'candidates_annotated.jsonl');
  clock.begin('data', `Reading the candidates of ${folder}`);
  const problems = new Set(place.trainProblems.map(({ id }) => id));
  const rollouts = [...readRollouts(file)];
  const refuse = (what: string, expected: string, came: string): never => {
    throw inputError(
      `dataset.candidates.path: expected ${what} ${expected}, got ${came} in ${file}. Draw them with this run's config.`,
    );
  };
  const strange = rollouts.find(({ problemId }) => !problems.has(problemId));
  if (strange) refuse('answers to', 'this run’s training problems', strange.problemId);
  const total = problems.size * wanted;
  if (rollouts.length !== total) refuse('answers,', String(total), String(rollouts.length));
  const { revision } = place.policy;
  const foreign = rollouts.find(({ modelRevision }) => modelRevision !== revision);
  if (foreign) refuse('answers of the policy', revision, foreign.modelRevision);
  const scored = await scoreRollouts(rollouts, place.rewards, place.trainProblems);
  return dealtFeedback(place.config, scored, 'candidates');
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
