import { closest as nearest } from 'fastest-levenshtein';

/** The candidate with the smallest edit distance to `name`, upper and lower case alike. */
export function closest(name: string, candidates: readonly string[]): string {
  return nearest(name.toLowerCase(), candidates);
}
