/** Which problems are answered, and the answers. */
import { inputError } from '../errors.js';
import type { Emit } from '../experiments/index.js';
import { problemsFrom } from '../experiments/methods/feedback.js';
import { createStageClock } from '../experiments/run/clock.js';
import type { Problem, Rollout, SamplingSettings } from '../records.js';
import { sampleRollouts } from '../rollouts/index.js';
import { closest } from '../tasks/closest.js';
import { change } from './history.js';
import type { Session } from './session.js';
import { numGenerationsOf } from './session.js';
import type { SessionValue } from './value.js';

/** How a long act is stopped and followed. An act that is stopped leaves the session as it was. */
export interface ActOptions {
  signal?: AbortSignal;
  /** Told of progress. */
  emit?: Emit;
}

export interface PickOptions {
  /** The next so many, in the order that a run takes them. @default 1 */
  n?: number;
  /** These instead, of any split; sampling goes on answering them until others are picked. */
  ids?: readonly string[];
}

/** The problems to answer next. The rollouts in hand answer others, and go. */
export function pick(session: Session, options: PickOptions = {}): Promise<Problem[]> {
  return change(session, 'pick', (value) => {
    const { n = 1, ids } = options;
    const problems = ids ? problemsNamed(session, ids) : nextProblems(session, n);
    if (problems.length === 0)
      throw inputError('pick: expected at least one problem, got none. Give n or ids.');
    const taken = value.taken + (ids ? 0 : n);
    const next = { ...value, problems, rollouts: [], pinned: ids !== undefined, taken };
    return Promise.resolve({ value: next, result: problems });
  });
}

export interface DrawOptions extends ActOptions {
  /** The next so many problems, one group each. @default those picked; else the next one */
  n?: number;
  /** These problems instead. */
  problems?: readonly Problem[];
  /** Completions of one problem, this time. @default the config's */
  numGenerations?: number;
  /** Otherwise than the config says, this time. */
  sampling?: Partial<Omit<SamplingSettings, 'seed' | 'stop'>>;
}

/** Samples one group for each problem; the rollouts in hand are replaced. */
export function sample(session: Session, options: DrawOptions = {}): Promise<Rollout[]> {
  return change(session, 'sample', async (value) => {
    const { signal, emit = () => undefined } = options;
    const asked = askedProblems(session, value, options);
    const draws = value.draws + 1;
    const clock = createStageClock(emit, ['train']);
    const rollouts = await sampleRollouts({
      policy: session.policy,
      problems: asked.problems,
      settings: { ...session.settings, ...options.sampling },
      numGenerations: options.numGenerations ?? numGenerationsOf(value),
      run: runName,
      step: draws,
      seed: value.config.run.seed,
      onProgress: (_, done, total) => clock.progress('completions sampled', done, total),
      ...(signal ? { signal } : {}),
    });
    return { value: { ...value, ...asked, rollouts, draws }, result: rollouts };
  });
}

/** Under which rollouts are recorded: the same in every session, so that a fork draws what its origin does. */
export const runName = 'session';

/** The next problems in the order of a run of this config; all pass before one comes again. */
export function nextProblems({ pool, value }: Session, count: number): Problem[] {
  if (!Number.isInteger(count) || count < 1)
    throw inputError(`pick: expected a whole number of problems of at least 1, got ${count}.`);
  return problemsFrom(pool, value.taken, count, value.config.run.seed);
}

function askedProblems(
  session: Session,
  value: SessionValue,
  { n, problems }: DrawOptions,
): Pick<SessionValue, 'problems' | 'pinned' | 'taken'> {
  if (problems) {
    if (problems.length === 0)
      throw inputError('sample: expected at least one problem, got an empty list.');
    return { problems, pinned: true, taken: value.taken };
  }
  const waits = value.problems.length > 0 && (value.pinned || value.rollouts.length === 0);
  if (n === undefined && waits) return value;
  const count = n ?? 1;
  return {
    problems: nextProblems(session, count),
    pinned: false,
    taken: value.taken + count,
  };
}

/** Of the pool where they are there: another split of a synthetic task may take seconds to make. */
function problemsNamed({ task, pool, value }: Session, ids: readonly string[]): Problem[] {
  const { seed } = value.config.task;
  const known = new Map(pool.map((problem) => [problem.id, problem]));
  for (const split of task.splits) {
    if (ids.every((id) => known.has(id))) break;
    for (const problem of task.problems({ split, seed }))
      if (!known.has(problem.id)) known.set(problem.id, problem);
  }
  return ids.map((id) => {
    const problem = known.get(id);
    if (problem) return problem;
    throw inputError(
      `pick: expected the id of a problem of ${task.name}, got ${id}. Nearest: ${closest(id, [...known.keys()])}.`,
    );
  });
}
