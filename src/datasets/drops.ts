/** How many were left out, by why. */
export type Drops = Record<string, number>;

export function countDrop(drops: Drops, reason: string, count: number = 1): void {
  if (count > 0) drops[reason] = (drops[reason] ?? 0) + count;
}
