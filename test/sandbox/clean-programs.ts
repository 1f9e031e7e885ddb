import { createRandom } from '../../src/algorithms/random.js';
import type { JudgeJob } from '../../src/sandbox/index.js';
import { makeProblem, variantsPerSetting } from '../../src/tasks/cpp/problems.js';
import { settingsOf, splits } from '../../src/tasks/cpp/split.js';

/** Reference completions of different problems of the shipped task, no two of them the same program. */
export function cleanPrograms(count: number): JudgeJob[] {
  const problems = splits.flatMap((split) =>
    settingsOf(split).flatMap(({ family, setting }) =>
      Array.from({ length: variantsPerSetting }, (_, variant) => ({
        family,
        setting,
        variant,
        split,
      })),
    ),
  );
  const jobs = new Map<string, JudgeJob>();
  for (const { family, setting, variant, split } of createRandom('clean').shuffle(problems)) {
    if (jobs.size === count) break;
    const { tests, reference } = makeProblem(family, setting, variant, split);
    if (tests === undefined || reference === undefined) continue;
    jobs.set(`${tests.prefix}${reference}`, { language: 'cpp', completion: reference, tests });
  }
  return [...jobs.values()];
}
