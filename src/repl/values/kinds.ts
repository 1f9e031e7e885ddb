import type { Evaluation } from '../../evaluation/index.js';
import type { Problem } from '../../records.js';
import { has, isRecord } from '../../notebook/kinds.js';
import type { QueryResult, ScoreDifference } from '../../rollouts/index.js';
import type { StepExplanation } from '../../training/index.js';

/** What a value is, told by its fields, as in `notebook/kinds.ts`: further kinds that only the terminal has a view for. */
export * from '../../notebook/kinds.js';

export function isProblem(value: unknown): value is Problem {
  return has(value, 'id', 'task', 'split', 'prompt', 'language', 'columns');
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
