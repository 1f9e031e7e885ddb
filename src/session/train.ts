import { inputError } from '../errors.js';
import type { Emit, Method, MetricsLogRow } from '../experiments/index.js';
import { sampledGroups } from '../experiments/methods/dynamic-sampling.js';
import { collectStep, promptsOfStep } from '../experiments/methods/experience.js';
import type { PartTimer, StageClock } from '../experiments/run/clock.js';
import {
  createPartTimer,
  createStageClock,
  remainingMs,
  timesOf,
} from '../experiments/run/clock.js';
import type { Problem, Rollout } from '../records.js';
import { nextTurn } from '../tensor/index.js';
import type { StepMetrics } from '../training/index.js';
import { nextProblems, runName } from './draw.js';
import type { Made } from './history.js';
import { alone, commit } from './history.js';
import { learningPlace } from './learner.js';
import { openJudgeOf } from './live.js';
import type { Session } from './session.js';
import { numGenerationsOf } from './session.js';
import { checkMethod, updated } from './step.js';
import type { SessionValue } from './value.js';

export interface TrainOptions {
  /** Whole steps to make. */
  steps: number;
  /** @default the session's; it is the session's from here on */
  method?: Method;
  /** Told of progress, and of each step as it ends. */
  emit?: Emit;
  /** Awaited after each step: a front end saves what was learned. */
  afterStep?: () => Promise<void>;
  /** Stops at the edge of a step: those that were made stay made, half of one leaves no trace. */
  signal?: AbortSignal;
}

/**
 * Whole steps as a run makes them: the next problems, samples, verdicts, rewards, one update; each is one
 * entry of the history. A method on pairs or labels learns from those of the step's own rollouts.
 * @returns the metrics of each step
 * @throws the signal's reason when it stops; the steps before are in the session
 */
export function train(session: Session, options: TrainOptions): Promise<MetricsLogRow[]> {
  const { steps, emit = () => undefined, signal = new AbortController().signal } = options;
  return alone(session, 'train', async () => {
    const method = options.method ?? session.method;
    checkMethod(method);
    if (!Number.isInteger(steps) || steps < 1)
      throw inputError(`train: expected a whole number of steps of at least 1, got ${steps}.`);
    const clock = createStageClock(emit, ['train']);
    const maxSteps = session.steps + steps;
    clock.begin('train', `Training: ${steps} ${steps === 1 ? 'step' : 'steps'} by ${method}`);
    const started = Date.now();
    for (let made = 1; made <= steps; made++) {
      await nextTurn();
      signal.throwIfAborted();
      const timer = createPartTimer();
      await commit(session, 'train', (value) =>
        wholeStep(session, { ...value, method }, { clock, timer, signal }),
      );
      const row = session.value.metrics[session.value.metrics.length - 1];
      const elapsedMs = Date.now() - started;
      emit({
        type: 'step',
        step: row.step,
        maxSteps,
        metrics: row,
        elapsedMs,
        etaMs: remainingMs(elapsedMs, made, steps),
        shares: timer.shares(),
        prompts: answeredPrompts(session.rollouts),
      });
      if (made < steps) await options.afterStep?.();
    }
    return session.value.metrics.slice(-steps);
  });
}

/** How often each problem was answered cleanly. */
function answeredPrompts(
  rollouts: readonly Rollout[],
): { problemId: string; correct: number; total: number }[] {
  const counts = new Map<string, { problemId: string; correct: number; total: number }>();
  for (const { problemId, verdict } of rollouts) {
    const known = counts.get(problemId) ?? { problemId, correct: 0, total: 0 };
    known.total += 1;
    if (verdict?.outcome === 'clean') known.correct += 1;
    counts.set(problemId, known);
  }
  return [...counts.values()];
}

interface StepWork {
  clock: StageClock;
  timer: PartTimer;
  signal: AbortSignal;
}

async function wholeStep(
  session: Session,
  value: SessionValue,
  work: StepWork,
): Promise<Made<StepMetrics>> {
  const { method, config } = value;
  const count = promptsOfStep(method === 'ppo' ? config.ppo : config.grpo);
  const problems = nextProblems(session, count);
  const rollouts = await gathered(session, value, problems, work);
  work.timer.enter('update');
  await nextTurn();
  work.signal.throwIfAborted();
  const sampled: SessionValue = {
    ...value,
    rollouts,
    problems: withFurther(problems, rollouts, session.pool),
    pinned: false,
    taken: value.taken + count,
    draws: value.draws + 1,
  };
  return timed(await updated(session, sampled, { signal: work.signal }), work.timer);
}

/** With the seconds of its parts in the row of the step, as a run has them. */
function timed({ value, result }: Made<StepMetrics>, timer: PartTimer): Made<StepMetrics> {
  const row = { ...value.metrics[value.metrics.length - 1], ...timesOf(timer) };
  return { value: { ...value, metrics: [...value.metrics.slice(0, -1), row] }, result };
}

async function gathered(
  session: Session,
  value: SessionValue,
  problems: Problem[],
  { clock, timer, signal }: StepWork,
): Promise<Rollout[]> {
  const { live } = session.parts;
  const judge = await openJudgeOf(live, value);
  const place = await learningPlace(live, value, value.method, judge);
  const active = { place, clock, signal, run: { name: runName } };
  const draw = value.draws + 1;
  return value.method === 'grpo'
    ? sampledGroups(active, draw, timer, problems)
    : collectStep(active, draw, timer, { problems, numGenerations: numGenerationsOf(value) });
}

/** Dynamic sampling takes further problems of the pool. */
function withFurther(
  problems: readonly Problem[],
  rollouts: readonly Rollout[],
  pool: readonly Problem[],
): Problem[] {
  const known = new Set(problems.map(({ id }) => id));
  const answered = new Set(rollouts.map(({ problemId }) => problemId));
  return [...problems, ...pool.filter(({ id }) => answered.has(id) && !known.has(id))];
}
