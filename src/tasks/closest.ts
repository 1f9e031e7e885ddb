import { closest as nearest, distance } from 'fastest-levenshtein';

/** The candidate with the smallest edit distance to `name`, upper and lower case alike. */
export function closest(name: string, candidates: readonly string[]): string {
  return nearest(name.toLowerCase(), candidates);
}

/** The same where it is near enough to be a slip of the hand: a third of its letters; else `null`. */
export function nearMiss(name: string, known: readonly string[]): string | null {
  if (known.length === 0) return null;
  const found = nearest(name, [...known]);
  return distance(name.toLowerCase(), found.toLowerCase()) <= Math.ceil(found.length / 3)
    ? found
    : null;
}

/** `known` as a list for a message, with the one that was probably meant. */
export function didYouMean(name: string, known: readonly string[]): string {
  const meant = nearMiss(name, known);
  return meant === null ? '' : ` Did you mean "${meant}"?`;
}
