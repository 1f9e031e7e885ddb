import type { StepExplanation } from '../../training/index.js';
import type { Inspection } from '../../rollouts/index.js';
import { reachedTokens } from '../../rollouts/index.js';
import { figureLines } from '../figures/index.js';
import type { StyledLine } from '../styled.js';
import { fitLine, line, span } from '../styled.js';
import { differenceLines } from '../views/difference-view.js';
import { evaluationLines } from '../views/evaluation-lines.js';
import { explainedStepLines } from '../views/explain-view.js';
import { inspectionsView } from '../views/inspection-view.js';
import { queryTable } from '../views/query-table.js';
import { rolloutView } from '../views/rollout-view.js';
import { errorLines } from './error-lines.js';
import { cutLines, inspectedLines, textLines } from './inspected.js';
import {
  isDifference,
  isEvaluation,
  isExplanation,
  isFigure,
  isInspection,
  isListOf,
  isMetrics,
  isProblem,
  isQueryResult,
  isRollout,
  isTensor,
} from './kinds.js';
import { metricsLines, metricsTable, tensorLines } from './numbers-view.js';
import { problemTable, rolloutTable } from './rollout-table.js';
import { isPolicy, policyLines } from './policy-lines.js';
import { isSession, sessionLines } from './session-lines.js';

export interface ValueOptions {
  /** Columns. */
  width: number;
  /** Lines at most; the last says what is left out. @default 60 */
  rows?: number;
}

/** Any value as lines for people, by its kind: rollouts as a table, a tensor by its shape and head, … */
export function valueLines(value: unknown, options: ValueOptions): StyledLine[] {
  const { width, rows = 60 } = options;
  const lines = (linesOfList(value, width, rows) ?? linesOfOne(value, width)).map((each) =>
    fitLine(each, width),
  );
  return cutLines(lines, rows, 'console.log(…) of a part shows it');
}

function linesOfList(value: unknown, width: number, rows: number): StyledLine[] | null {
  const room = Math.max(1, rows - 2);
  if (isListOf(value, isRollout))
    return [...rolloutTable(value, { width, rows: room }), ...restLine(value, room)];
  if (isListOf(value, isProblem))
    return [...problemTable(value, { width, rows: room }), ...restLine(value, room)];
  if (isListOf(value, isMetrics))
    return [...metricsTable(value.slice(0, room - 1), width), ...restLine(value, room - 1)];
  if (isListOf(value, isInspection)) return inspectionsView(value, { width });
  if (isListOf(value, isFigure)) return value.flatMap((each) => figureLines(each, { width }));
  if (isListOf(value, isExplanation))
    return value.flatMap((each: StepExplanation) => explainedStepLines(each, width));
  return null;
}

function linesOfOne(value: unknown, width: number): StyledLine[] {
  if (typeof value === 'string') return textLines(value, width);
  if (value instanceof Error) return errorLines(value, width);
  if (value instanceof Promise)
    return [line('a promise', span('  await it to see its value', 'dim'))];
  if (isSession(value)) return sessionLines(value);
  if (isPolicy(value)) return policyLines(value);
  if (isTensor(value)) return tensorLines(value, width);
  if (isFigure(value)) return figureLines(value, { width });
  if (isRollout(value)) return rolloutView(value, reachedTokens(value), { width });
  if (isInspection(value)) return inspectionsView([value satisfies Inspection], { width });
  if (isDifference(value)) return differenceLines(value, width);
  if (isExplanation(value)) return explainedStepLines(value, width);
  if (isEvaluation(value)) return evaluationLines(value);
  if (isQueryResult(value))
    return value.rows.length === 0 ? [line(span('no rows', 'dim'))] : queryTable(value, width);
  if (isMetrics(value)) return metricsLines(value, width);
  return inspectedLines(value, width);
}

function restLine(list: readonly unknown[], shown: number): StyledLine[] {
  const left = list.length - shown;
  if (left <= 0) return [];
  return [line(span(`… ${left} more of ${list.length}; _.slice(${shown}) shows them`, 'dim'))];
}

export { errorLines } from './error-lines.js';
export { textLines } from './inspected.js';
