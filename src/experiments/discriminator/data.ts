/** Texts divided into those that train, calibrate and test, with what was left out and why. */
import { createRandom } from '../../algorithms/index.js';
import { inputError } from '../../errors.js';
import type { Problem } from '../../records.js';
import { textForm, type FeatureOptions } from '../../rewards/index.js';
import type { DiscriminatorText, PolicyText } from './texts.js';

export const splitNames = ['train', 'calibration', 'test'] as const;
export type SplitName = (typeof splitNames)[number];

export interface DiscriminatorDataOptions {
  /** Of the split and of the choice among completions. @default 0 */
  readonly seed?: number | string;
  /**
   * What is never on two sides: a `problem`, or all problems with the same value in a column, such as
   * `family`.
   * @default 'problem'
   */
  readonly splitBy?: string;
  /** Completions of a problem that are taken, drawn where there are more. @default 16 */
  readonly maxPerProblem?: number;
  /** What becomes of completions that have the form of their problem's reference. @default 'drop' */
  readonly duplicates?: 'drop' | 'keep';
}

export interface DiscriminatorData {
  splits: Record<SplitName, DiscriminatorText[]>;
  /** Completions that have the form of their reference, dropped or kept, by split. */
  duplicates: Record<SplitName, DiscriminatorText[]>;
  /** Test references whose form is that of a training reference. */
  sharedForms: number;
  /** Completions left out because their problem has enough. */
  overMaxPerProblem: number;
  problemsWithoutReference: number;
}

/** Shares of the units (problems or columns) in calibration and in test; the rest trains. */
const heldShare = 0.2;

/**
 * References as one class, the policy's completions as the other. Units are shuffled by the seed; a
 * fifth calibrates, a fifth tests, the rest trains, so no problem is on two sides. A completion with the
 * form of its reference (equal tokens, so equal features) tells nothing of the difference: it is
 * dropped, or kept where asked for, and counted.
 */
export function discriminatorData(
  texts: readonly PolicyText[],
  problems: readonly Problem[],
  features: Pick<FeatureOptions, 'language' | 'identifiers'>,
  options: DiscriminatorDataOptions = {},
): DiscriminatorData {
  const { seed = 0, splitBy = 'problem', maxPerProblem = 16, duplicates = 'drop' } = options;
  if (!Number.isInteger(maxPerProblem) || maxPerProblem < 1)
    throw inputError(
      `trainDiscriminator: expected maxPerProblem to be a whole number from 1, got ${maxPerProblem}.`,
    );
  if (duplicates !== 'drop' && duplicates !== 'keep')
    throw inputError(
      `trainDiscriminator: expected duplicates to be drop or keep, got ${String(duplicates)}.`,
    );
  const random = createRandom(`discriminator/${seed}`);
  const byProblem = new Map<string, PolicyText[]>();
  for (const text of texts) {
    const own = byProblem.get(text.problemId);
    if (own) own.push(text);
    else byProblem.set(text.problemId, [text]);
  }
  const answered = problems.filter(({ id }) => byProblem.has(id));
  const usable = answered.filter(hasReference);
  const splitOf = splitUnits([...new Set(usable.map((problem) => unitOf(problem, splitBy)))], {
    random: random.fork('split'),
    splitBy,
  });
  const data: DiscriminatorData = {
    splits: { train: [], calibration: [], test: [] },
    duplicates: { train: [], calibration: [], test: [] },
    sharedForms: 0,
    overMaxPerProblem: 0,
    problemsWithoutReference: answered.length - usable.length,
  };
  const trainingForms = new Set<string>();
  const testForms: string[] = [];
  for (const problem of usable) {
    const { id, reference } = problem;
    const unit = unitOf(problem, splitBy);
    const split = splitOf.get(unit) ?? 'train';
    const form = textForm(reference, features);
    if (split === 'train') trainingForms.add(form);
    if (split === 'test') testForms.push(form);
    const own = { problemId: id, unit };
    data.splits[split].push({ ...own, id, text: reference, isReference: true, outcome: null });
    const all = byProblem.get(id) ?? [];
    const taken =
      all.length > maxPerProblem ? random.fork(id).shuffle(all).slice(0, maxPerProblem) : all;
    data.overMaxPerProblem += all.length - taken.length;
    for (const { id: rollout, text, outcome } of taken) {
      const completion = { ...own, id: rollout, text, isReference: false, outcome };
      const isDuplicate = textForm(text, features) === form;
      if (isDuplicate) data.duplicates[split].push(completion);
      if (!isDuplicate || duplicates === 'keep') data.splits[split].push(completion);
    }
  }
  data.sharedForms = testForms.filter((form) => trainingForms.has(form)).length;
  checkClasses(data);
  return data;
}

function hasReference(problem: Problem): problem is Problem & { reference: string } {
  return problem.reference !== undefined;
}

function unitOf({ id, columns }: Problem, splitBy: string): string {
  if (splitBy === 'problem') return id;
  const value = columns[splitBy];
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  throw inputError(
    `trainDiscriminator: splitBy: expected problem or a column of the problems, but ${id} has no text or number in ${splitBy}. It has ${Object.keys(columns).join(', ') || 'no columns'}.`,
  );
}

function splitUnits(
  units: readonly string[],
  { random, splitBy }: { random: ReturnType<typeof createRandom>; splitBy: string },
): Map<string, SplitName> {
  if (units.length < 3)
    throw inputError(
      `trainDiscriminator: expected references and completions of at least 3 different ${splitBy === 'problem' ? 'problems' : `values of ${splitBy}`}, one each to train, calibrate and test on, got ${units.length}. Sample completions of more problems (rlsf tasks candidates --problems), of a task with references.`,
    );
  const held = Math.max(1, Math.round(units.length * heldShare));
  return new Map(
    random
      .shuffle(units)
      .map((unit, i) => [unit, i < held ? 'test' : i < 2 * held ? 'calibration' : 'train']),
  );
}

function checkClasses({ splits, duplicates }: DiscriminatorData): void {
  for (const name of splitNames) {
    if (splits[name].some(({ isReference }) => !isReference)) continue;
    throw inputError(
      `trainDiscriminator: expected completions that differ from their references in the ${name} part, got none: ${duplicates[name].length} were dropped because they have the form of the reference. Sample more, or keep them (--duplicates keep).`,
    );
  }
}
