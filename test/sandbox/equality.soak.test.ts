import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/algorithms/random.js';
import type { JudgeJob } from '../../src/sandbox/index.js';
import { createStyle, renderWithFaults } from '../../src/tasks/cpp/family.js';
import { includes } from '../../src/tasks/cpp/includes.js';
import { completionOf, promptOf } from '../../src/tasks/cpp/problems.js';
import { applySlips } from '../../src/tasks/cpp/slips.js';
import { settingsOf } from '../../src/tasks/cpp/split.js';
import { modelPrograms, sampledGroups } from '../../bench/judge/programs.js';
import { julietRows } from '../../bench/locations/rows.js';
import { testData } from '../data.js';
import { expectEqual } from './expect-equal.js';
import { mutants } from './mutants.js';
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
  it('gives 2,000 distinct programs the verdicts that they get alone', async () => {
    const { sampled, compiling } = await sampledGroups(24);
    const model = modelPrograms(161);
    const data = testData();
    const juliet = data === null ? [] : julietRows(join(data, 'juliet-cpp')).map((row) => row.job);
    if (model === null || data === null)
      console.warn('RLSF_TEST_DATA is missing: equality without Juliet and model-completions');
    const jobs = [
      ...taskPrograms(180, 1),
      ...sampled.flat(),
      ...compiling.flat(),
      ...mutants(),
      ...(model?.everything ?? []),
      ...juliet,
    ];
    const distinct = [...new Map(jobs.map((one) => [JSON.stringify(one), one])).values()];
    console.log(`${distinct.length} distinct programs`);
    expect(distinct.length).toBeGreaterThanOrEqual(model === null ? 1500 : 2000);
    await expectEqual(distinct);
  });
});
