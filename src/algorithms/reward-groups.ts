import { inputError } from '../errors.js';

/** The indices of each group's completions, groups in order of first appearance. */
export function membersByGroup(
  where: string,
  rewards: readonly (number | null)[],
  groups: readonly number[],
): Map<number, number[]> {
  if (rewards.length !== groups.length) {
    throw inputError(
      `${where}: expected one group per reward, got ${rewards.length} rewards and ${groups.length} groups. Pass the group of each completion.`,
    );
  }
  const members = new Map<number, number[]>();
  groups.forEach((group, index) => {
    const reward = rewards[index];
    if (reward !== null && !Number.isFinite(reward)) {
      throw inputError(
        `${where}: expected finite rewards or null, got ${reward} at index ${index}. Give null for a completion that cannot be scored.`,
      );
    }
    const indices = members.get(group);
    if (indices) indices.push(index);
    else members.set(group, [index]);
  });
  return members;
}

export function scorable(rewards: readonly (number | null)[]): number[] {
  return rewards.filter((reward): reward is number => reward !== null);
}

export function allEqual(values: readonly number[]): boolean {
  return values.every((value) => value === values[0]);
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** n - 1 in the denominator; 0 for fewer than two values. */
export function sampleStd(values: readonly number[]): number {
  if (values.length < 2) return 0;
  const centre = mean(values);
  const squares = values.reduce((sum, value) => sum + (value - centre) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1));
}
