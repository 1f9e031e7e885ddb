import type { Figure } from '../plots/figure.js';
import type { Rollout } from '../records.js';
import type { Inspection } from '../rollouts/index.js';

/**
 * What a value is, told by its fields: a cell may make a record by hand, read it from a file, or hold
 * one of a second copy of the library.
 */
export function isFigure(value: unknown): value is Figure {
  return has(value, 'data', 'layout') && Array.isArray(value['data']) && isRecord(value['layout']);
}

export function isRollout(value: unknown): value is Rollout {
  return has(value, 'completion', 'completionIds', 'problemId');
}

export function isInspection(value: unknown): value is Inspection {
  return has(value, 'completion', 'lines', 'tokens', 'heat', 'findings', 'stages');
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A list, not empty, of one kind. */
export function isListOf<Each>(
  value: unknown,
  is: (each: unknown) => each is Each,
): value is Each[] {
  return Array.isArray(value) && value.length > 0 && value.every(is);
}

/** A record with all these fields. */
export function has(value: unknown, ...names: string[]): value is Record<string, unknown> {
  return isRecord(value) && names.every((name) => name in value);
}
