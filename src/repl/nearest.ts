import { closest } from 'fastest-levenshtein';

export { nearMiss } from '../tasks/closest.js';

/** The known name that the user most likely meant. */
export function nearest(name: string, known: readonly string[]): string {
  return closest(name, [...known]);
}
