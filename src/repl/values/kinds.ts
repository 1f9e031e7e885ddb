import type { Evaluation } from '../../evaluation/index.js';
import type { Figure } from '../../plots/index.js';
import type { Problem, Rollout } from '../../records.js';
import type { Inspection, QueryResult, ScoreDifference } from '../../rollouts/index.js';
import type { StepExplanation } from '../../training/index.js';

/**
 * What a value is, told by its fields: a cell may make a record by hand, read it from a file, or hold
 * one of a second copy of the library.
 */
export function isRollout(value: unknown): value is Rollout {
  return has(value, 'completion', 'completionIds', 'problemId', 'sampling');
}

export function isProblem(value: unknown): value is Problem {
  return has(value, 'id', 'task', 'split', 'prompt', 'language', 'columns');
}

export function isFigure(value: unknown): value is Figure {
  return has(value, 'data', 'layout') && Array.isArray(value['data']) && isRecord(value['layout']);
}

export function isInspection(value: unknown): value is Inspection {
  return has(value, 'completion', 'lines', 'tokens', 'heat', 'findings', 'stages');
}

export function isDifference(value: unknown): value is ScoreDifference {
  return has(value, 'before', 'after', 'rewards', 'advantages', 'groupsChanged', 'examples');
}

export function isExplanation(value: unknown): value is StepExplanation {
  return has(value, 'groups', 'taught', 'tokens', 'notes');
}

export function isEvaluation(value: unknown): value is Evaluation {
  return has(value, 'rows', 'rates', 'outcomes', 'passAtK', 'modelRevision');
}

export function isQueryResult(value: unknown): value is QueryResult {
  return has(value, 'columns', 'rows', 'hasMore') && Array.isArray(value['rows']);
}

/** Names to numbers, some of them names of TRL. */
export function isMetrics(value: unknown): value is Record<string, number> {
  return (
    isRecord(value) &&
    Object.values(value).length > 2 &&
    Object.values(value).every((each) => typeof each === 'number') &&
    ['loss', 'reward', 'kl', 'entropy'].some((name) => name in value)
  );
}

/** The parts of a tfjs tensor that a printer needs, of whatever copy of tfjs. */
export interface TensorLike {
  shape: number[];
  dtype: string;
  size: number;
  isDisposed: boolean;
  reshape(shape: number[]): TensorLike;
  slice(begin: number[], size: number[]): TensorLike;
  dataSync(): ArrayLike<number | string>;
  dispose(): void;
}

export function isTensor(value: unknown): value is TensorLike {
  return (
    has(value, 'shape', 'dtype', 'size', 'dataSync', 'isDisposed') &&
    typeof value['dataSync'] === 'function'
  );
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function has(value: unknown, ...names: string[]): value is Record<string, unknown> {
  return isRecord(value) && names.every((name) => name in value);
}

/** A list, not empty, of one kind. */
export function isListOf<Each>(
  value: unknown,
  is: (each: unknown) => each is Each,
): value is Each[] {
  return Array.isArray(value) && value.length > 0 && value.every(is);
}
