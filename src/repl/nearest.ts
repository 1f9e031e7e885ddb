import { closest, distance } from 'fastest-levenshtein';

/** The known name that the user most likely meant. */
export function nearest(name: string, known: readonly string[]): string {
  return closest(name, [...known]);
}

/** The same where it is near enough to be a slip of the hand: a third of its letters; else `null`. */
export function nearMiss(name: string, known: readonly string[]): string | null {
  if (known.length === 0) return null;
  const found = closest(name, [...known]);
  return distance(name.toLowerCase(), found.toLowerCase()) <= Math.ceil(found.length / 3)
    ? found
    : null;
}
