import type { TestCase } from '../records.js';

/** The launcher takes 512 inputs, and an argument each. */
const most = 256;

/** The cases that are inputs, by their place among `cases`: those with the same arguments run under one supervisor. */
export function byArguments(cases: readonly TestCase[]): { args: string[]; indices: number[] }[] {
  const groups = new Map<string, { args: string[]; indices: number[] }>();
  for (const [i, one] of cases.entries()) {
    if (!('stdin' in one)) continue;
    const { args = [] } = one;
    const key = JSON.stringify(args);
    const group = groups.get(key) ?? { args, indices: [] };
    group.indices.push(i);
    groups.set(key, group);
  }
  return [...groups.values()].flatMap(({ args, indices }) =>
    Array.from({ length: Math.ceil(indices.length / most) }, (_, part) => ({
      args,
      indices: indices.slice(part * most, (part + 1) * most),
    })),
  );
}
