import { inputError } from '../errors.js';
import type { Method, MetricsLogRow } from '../experiments/index.js';
import { methods } from '../experiments/index.js';
import { learningRateSchedule } from '../experiments/methods/schedule.js';
import type { Rollout } from '../records.js';
import type { StepMetrics } from '../training/index.js';
import { learningRateAt } from '../training/index.js';
import type { ActOptions } from './draw.js';
import type { Made } from './history.js';
import { change } from './history.js';
import { learningPlace, trainedNow } from './learner.js';
import { requireRollouts, requireScored } from './scoring.js';
import type { Session } from './session.js';
import { updateOn } from './update.js';
import type { SessionValue } from './value.js';

export interface StepOptions extends ActOptions {
  /** @default the session's; it is the session's from here on */
  method?: Method;
  /** Of this update. @default as the config's schedule says */
  learningRate?: number;
}

/**
 * One update on the rollouts in hand, by the method's section of the config: GRPO and PPO on the rollouts,
 * the others on pairs, labels or completions made of them. @returns its metrics under TRL's names
 */
export function step(session: Session, options: StepOptions = {}): Promise<StepMetrics> {
  return change(session, 'step', (value) => {
    const method = options.method ?? value.method;
    checkMethod(method);
    return updated(session, { ...value, method }, options);
  });
}

/** The value after an update on the rollouts of this one. */
export async function updated(
  { parts }: Session,
  value: SessionValue,
  { learningRate, signal = new AbortController().signal }: StepOptions,
): Promise<Made<StepMetrics>> {
  const { method, config, problems } = value;
  requireTaught(value, method);
  const number = value.steps + 1;
  const place = await learningPlace(parts.live, value, method);
  const { metrics, rollouts } = await updateOn({
    ...{ place, method, problems, rollouts: value.rollouts, signal },
    step: number,
    learningRate: learningRate ?? scheduledRate(config[method], number),
  });
  const next: SessionValue = {
    ...value,
    rollouts: rollouts as Rollout[],
    trained: trainedNow(parts.live, value, method),
    steps: number,
    metrics: [...value.metrics, metricsRow(number, metrics)],
  };
  return { value: next, result: metrics };
}

export function checkMethod(method: Method): void {
  if (!methods.includes(method))
    throw inputError(`step: expected method ${methods.join(', ')}, got ${String(method)}.`);
}

/** Without an end of its own a session's schedule ends with the step in hand. */
function scheduledRate(
  options: Parameters<typeof learningRateSchedule>[0] & { max_steps: number | null },
  number: number,
): number {
  const total = Math.max(options.max_steps ?? number, number);
  return learningRateAt(number, total, learningRateSchedule(options));
}

/** References can be learned without a reward, clean answers from their verdicts, the rest from scores. */
function requireTaught(value: SessionValue, method: Method): void {
  const { problems, rollouts, config } = value;
  if (method !== 'sft') return requireScored(value, 'step');
  if (config.dataset.completions === 'sampled') {
    requireRollouts(value, 'step');
    if (rollouts.every(({ verdict }) => verdict)) return;
    throw inputError(
      'step: sft expected judged rollouts, to learn the clean ones (dataset.completions: sampled), got some without a verdict. Call judge(session) first.',
    );
  }
  if (problems.length > 0) return;
  throw inputError(
    'step: sft expected problems whose references can be learned, there are none in hand. Call pick(session) first.',
  );
}

/** JSON has no NaN or infinity; a metric without a value is left out. */
function metricsRow(step: number, metrics: StepMetrics): MetricsLogRow {
  const finite = Object.entries(metrics).filter(([, value]) => Number.isFinite(value));
  return { step, ...(Object.fromEntries(finite) as Record<string, number>) };
}
