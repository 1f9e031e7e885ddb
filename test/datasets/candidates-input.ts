import type { CollectCandidatesInput } from '../../src/datasets/index.js';
import type { Policy } from '../../src/policy/index.js';
import type { Problem } from '../../src/records.js';
import type { JudgePool } from '../../src/sandbox/index.js';
import { tinySampling } from '../training/tiny-policy.js';

/** Sums that a tiny policy cannot do: judged without a compiler. */
export const sums: Problem[] = Array.from({ length: 11 }, (_, k) => ({
  id: `sum-${k}`,
  task: 'tiny',
  split: 'train',
  prompt: `${k} + 1 = `,
  language: 'text',
  answer: String(k + 1),
  columns: {},
}));

export function candidatesInput(
  policy: Policy,
  judge: JudgePool,
  folder: string,
): CollectCandidatesInput {
  return {
    policy,
    judge,
    folder,
    problems: sums,
    settings: { ...tinySampling, maxNewTokens: 5 },
    numGenerations: 3,
    chunkSize: 2,
    seed: 9,
  };
}
