/** Looks at each step's figures and says when a run goes the way of those that do not come back. */
import { inputError } from '../../errors.js';
import type { GuardOptions, GuardThresholds } from './options.js';
import { guardThresholds } from './options.js';
import { lastWindow, rewardName, rules } from './rules.js';
import { mean } from './series.js';
import type { GuardId, GuardState } from './state.js';
import { newGuardState, remember } from './state.js';

export interface GuardWarning {
  id: GuardId;
  step: number;
  /** `stop`: the figures are no numbers any more; going on is of no use. */
  severity: 'warning' | 'stop';
  /** A sentence with the numbers. */
  message: string;
  /** Which option to change, and how. */
  remedy: string;
}

export interface Guards {
  /** What is new at this step; each trouble is said once until it is over. */
  watch(step: number, metrics: Readonly<Record<string, number>>): GuardWarning[];
  /** Plain JSON, for a checkpoint. */
  exportState(): GuardState;
  importState(state: unknown): void;
}

/** Deterministic: the same figures in the same order give the same warnings, resumed or not. */
export function createGuards(options: GuardOptions = {}): Guards {
  const thresholds = guardThresholds(options);
  let state = newGuardState();
  return {
    watch(step, metrics) {
      const judged = watchStep(state, step, metrics, thresholds);
      state = judged.state;
      return judged.warnings;
    },
    exportState: () => structuredClone(state),
    importState(given) {
      state = structuredClone(checkState(given));
    },
  };
}

/** One step of the above as a pure function. */
export function watchStep(
  before: GuardState,
  step: number,
  metrics: Readonly<Record<string, number>>,
  thresholds: GuardThresholds,
): { state: GuardState; warnings: GuardWarning[] } {
  const state = remember(before, metrics, thresholds.baselineSteps);
  const active = new Set(state.active);
  const warnings: GuardWarning[] = [];
  const broken = Object.entries(metrics).filter(([, value]) => !Number.isFinite(value));
  if (broken.length > 0) {
    if (!active.has('non_finite')) warnings.push(nonFinite(step, broken));
    active.add('non_finite');
  } else active.delete('non_finite');

  for (const [id, rule] of rules) {
    const finding = rule(state, thresholds);
    if (!finding) continue;
    const { holds, over, message, remedy } = finding;
    if (holds && !active.has(id)) warnings.push({ id, step, severity: 'warning', message, remedy });
    if (holds) active.add(id);
    else if (over) active.delete(id);
  }
  const rewards = lastWindow(state, rewardName(state), thresholds);
  const bestReward = rewards
    ? Math.max(state.bestReward ?? -Infinity, mean(rewards))
    : state.bestReward;
  return { state: { ...state, bestReward, active: [...active] }, warnings };
}

function nonFinite(step: number, broken: [string, number][]): GuardWarning {
  const figures = broken.map(([name, value]) => `${name} is ${value}`).join(', ');
  return {
    id: 'non_finite',
    step,
    severity: 'stop',
    message: `Step ${step} left the numbers: ${figures}.`,
    remedy:
      'Go on from the last checkpoint with a lower learning_rate (a half to a tenth) or max_grad_norm, or a larger adam_epsilon; the batch is kept in the run’s folder diverged/.',
  };
}

function checkState(given: unknown): GuardState {
  const state = given as GuardState | null;
  const isRecord = (value: unknown): boolean => typeof value === 'object' && value !== null;
  if (isRecord(state) && isRecord(state?.recent) && isRecord(state?.baseline)) {
    if (Array.isArray(state?.active)) return state as GuardState;
  }
  throw inputError(
    `Guards.importState: expected what exportState gave ({recent, baseline, bestReward, active}), got ${JSON.stringify(given)?.slice(0, 80)}. Start without it: the guards then learn the run's usual figures anew.`,
  );
}
