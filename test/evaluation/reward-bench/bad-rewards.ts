import path from 'node:path';
import type { BenchCheckName } from '../../../src/evaluation/index.js';
import { openRewards } from '../../../src/experiments/workplace/rewards.js';
import type { Problem } from '../../../src/records.js';
import type { RewardFunction } from '../../../src/rewards/index.js';
import { cppTask } from '../../../src/tasks/cpp/task.js';
import { judgeFlags } from './bad/werror.js';
import { assertedProblems, printingProblems } from './problems.js';

/** A reward with a known fault, the problems on which it shows, and the check that must name it. */
export interface BadReward {
  file: string;
  fault: string;
  problems: Problem[];
  flags: string[];
  caughtBy: BenchCheckName;
}

/** Six problems of the C++ task, as `rlsf reward-bench` draws them. */
export const cppProblems = cppTask.problems({ split: 'train', n: 6, seed: 0 });

export const badRewards: BadReward[] = [
  {
    file: 'werror.ts',
    fault: '`-Werror` erases the warning tier',
    problems: cppProblems,
    flags: judgeFlags,
    caughtBy: 'tiers',
  },
  {
    file: 'clean-token-pay.ts',
    fault: '+1 for every clean token',
    problems: cppProblems,
    flags: [],
    caughtBy: 'clean_tokens',
  },
  {
    file: 'prefix-match.ts',
    fault: 'a part of the output is enough',
    problems: printingProblems,
    flags: [],
    caughtBy: 'hacks',
  },
  {
    file: 'exit-status.ts',
    fault: 'only the exit status is read',
    problems: assertedProblems,
    flags: [],
    caughtBy: 'hacks',
  },
  {
    file: 'line-below.ts',
    fault: 'a line map that is off by one',
    problems: cppProblems,
    flags: [],
    caughtBy: 'spans',
  },
];

/** As `--reward FILE` opens it. */
export function openBad({ file }: BadReward): Promise<RewardFunction[]> {
  return openRewards([path.join(import.meta.dirname, 'bad', file)]);
}
