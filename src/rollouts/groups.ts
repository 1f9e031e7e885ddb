import type { Rollout } from '../records.js';

/** One number per (run, step, group), so that rollouts of several steps can be looked at together. */
export function groupNumbers(
  rollouts: readonly Pick<Rollout, 'run' | 'step' | 'group'>[],
): number[] {
  const numbers = new Map<string, number>();
  return rollouts.map(({ run, step, group }) => {
    const key = `${run}/${step}/${group}`;
    const known = numbers.get(key) ?? numbers.size;
    numbers.set(key, known);
    return known;
  });
}
