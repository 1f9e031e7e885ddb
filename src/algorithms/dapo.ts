import { inputError } from '../errors.js';
import { allEqual, membersByGroup, scorable } from './reward-groups.js';

/**
 * DAPO's dynamic sampling (Yu et al., arXiv 2503.14476, equation 11): the groups that teach something,
 * those with two scorable rewards that differ. The others have advantage 0 everywhere; a run draws new
 * groups in their place.
 * @param rewards one per completion, `null` where it could not be scored
 * @param groups  the group of each completion
 * @returns the labels to keep, in order of first appearance
 */
export function informativeGroups(
  rewards: readonly (number | null)[],
  groups: readonly number[],
): number[] {
  const members = membersByGroup('informativeGroups', rewards, groups);
  return [...members]
    .filter(([, indices]) => !allEqual(scorable(indices.map((index) => rewards[index]))))
    .map(([group]) => group);
}

/**
 * DAPO's soft overlong punishment (equation 13), a reward to add to others: 0 up to
 * maxLength - cache tokens, then falling in a line to -1 at maxLength, and -1 beyond.
 * @param length    tokens of the completion
 * @param maxLength the longest it may be
 * @param cache     tokens before maxLength in which the punishment grows
 */
export function softOverlongPunishment(length: number, maxLength: number, cache: number): number {
  if (!(length >= 0 && cache > 0 && cache <= maxLength)) {
    throw inputError(
      `softOverlongPunishment: expected a length of at least 0 and a cache above 0 and at most maxLength, got length ${length}, maxLength ${maxLength} and cache ${cache}.`,
    );
  }
  const start = maxLength - cache;
  if (length <= start) return 0;
  return length <= maxLength ? (start - length) / cache : -1;
}
