import type { Outcome } from '../../records.js';
import type { Tone } from '../styled.js';

/** What an outcome's colour means, also without colour. */
export function outcomeSign(outcome: Outcome): string {
  if (outcome === 'clean') return '✓';
  if (outcome === 'warning') return '!';
  return outcome === 'sandbox_error' ? '?' : '×';
}

export function outcomeTone(outcome: Outcome): Tone {
  if (outcome === 'clean') return 'good';
  return outcome === 'warning' || outcome === 'sandbox_error' ? 'warn' : 'bad';
}
