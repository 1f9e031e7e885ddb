import type { Outcome } from '../records.js';
import { outcomeOrder } from '../records.js';
import { palette } from './figure.js';

/** An outcome looks the same in every figure; the pattern tells it apart without its colour. */
export const outcomeStyles: Readonly<Record<Outcome, { color: string; pattern: string }>> = {
  clean: { color: palette.green, pattern: '' },
  warning: { color: palette.orange, pattern: '.' },
  wrong_answer: { color: palette.sky, pattern: '/' },
  runtime_error: { color: palette.vermilion, pattern: 'x' },
  timeout: { color: palette.purple, pattern: '\\' },
  memory_limit: { color: palette.purple, pattern: '-' },
  output_limit: { color: palette.purple, pattern: '|' },
  no_answer: { color: palette.blue, pattern: '+' },
  compile_error: { color: palette.black, pattern: '' },
  sandbox_error: { color: palette.grey, pattern: '/' },
};

export function outcomeTitle(outcome: Outcome): string {
  return outcome.replaceAll('_', ' ');
}

/** Those that occur, from the best to the worst. */
export function outcomesIn(outcomes: Iterable<Outcome>): Outcome[] {
  const found = new Set(outcomes);
  return outcomeOrder.filter((outcome) => found.has(outcome));
}

/** Marker of a bar of this outcome. */
export function outcomeMarker(outcome: Outcome): Record<string, unknown> {
  const { color, pattern } = outcomeStyles[outcome];
  return { color, pattern: { shape: pattern, size: 6, solidity: 0.35 } };
}
