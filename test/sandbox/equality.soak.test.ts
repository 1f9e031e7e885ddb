import { describe, it } from 'vitest';
import { createRandom } from '../../src/algorithms/random.js';
import type { JudgeJob } from '../../src/sandbox/index.js';
import { createStyle, renderWithFaults } from '../../src/tasks/cpp/family.js';
import { includes } from '../../src/tasks/cpp/includes.js';
import { completionOf, promptOf } from '../../src/tasks/cpp/problems.js';
import { applySlips } from '../../src/tasks/cpp/slips.js';
import { settingsOf } from '../../src/tasks/cpp/split.js';
import { expectEqual } from './expect-equal.js';
import { job, testsOf } from './programs.js';

/** Groups of 8 of the shipped task, with more faults than any policy makes. */
export function taskPrograms(groups: number, seed: number): JudgeJob[] {
  const random = createRandom(`equality/${seed}`);
  const settings = settingsOf('train');
  return Array.from({ length: groups }, (_, i) => {
    const { family, setting } = random.pick(settings);
    const draft = family.draft(setting, createStyle(random.fork(i)));
    const tests = { ...testsOf(promptOf(draft)), includes, cases: draft.cases };
    return Array.from({ length: 8 }, () => {
      const { body } = renderWithFaults(draft, random, 0.25);
      return job(tests, applySlips(completionOf(body), random, 0.35).completion);
    });
  }).flat();
}

describe('judging in batches, at length', () => {
  it('gives 2,000 programs of the shipped task the verdicts that they get alone', async () => {
    await expectEqual(taskPrograms(250, 1));
  });
});
