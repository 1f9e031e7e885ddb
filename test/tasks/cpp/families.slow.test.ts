/** A sample by the real judge; `families.soak.test.ts` goes through everything. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRandom } from '../../../src/algorithms/random.js';
import { createJudgePool } from '../../../src/sandbox/index.js';
import type { JudgePool } from '../../../src/sandbox/index.js';
import { families } from '../../../src/tasks/cpp/families/index.js';
import { renderReference, singleFaults } from '../../../src/tasks/cpp/family.js';
import { draftOf } from '../../../src/tasks/cpp/problems.js';
import { faultyBodies, misjudged, rightBodies } from './judged.js';

describe('every family', () => {
  it('has at least ten settings, and two fault sites in each', () => {
    for (const family of families) {
      expect(family.settings.length, family.name).toBeGreaterThanOrEqual(10);
      expect(new Set(family.settings.map((setting) => JSON.stringify(setting))).size).toBe(
        family.settings.length,
      );
      family.settings.forEach((_, setting) => {
        const sites = draftOf(family, setting, 0).body.filter(
          (piece) => typeof piece !== 'string' && piece.wrong.length > 0,
        );
        expect(sites.length, `${family.name}/${setting}`).toBeGreaterThanOrEqual(2);
      });
    }
  });

  it('lays its bodies out by the same rules, and makes every fault a change of the text', () => {
    for (const family of families) {
      family.settings.forEach((_, setting) => {
        const draft = draftOf(family, setting, 1);
        const reference = renderReference(draft);
        expect(reference, `${family.name}/${setting}`).toMatch(/^(?:(?: {4})+\S[^\n]*\n)+$/);
        for (const { body } of singleFaults(draft)) expect(body).not.toBe(reference);
      });
    }
  });
});

describe('the judge on a sample', () => {
  let judge: JudgePool;
  beforeAll(async () => {
    judge = await createJudgePool();
  });
  afterAll(() => judge.close());
  const random = createRandom('families/sample');
  const sample = families.map((family) => {
    const setting = random.int(family.settings.length);
    return { label: `${family.name}/${setting}`, draft: draftOf(family, setting, random.int(8)) };
  });

  it('finds a reference of every family clean', async () => {
    const references = sample.flatMap(({ label, draft }) => rightBodies(label, draft).slice(0, 1));
    expect(await misjudged(judge, references)).toEqual([]);
  });

  it('catches every single fault of a few of them', async () => {
    const faults = random
      .shuffle(sample)
      .slice(0, 8)
      .flatMap(({ label, draft }) => faultyBodies(label, draft));
    expect(faults.length).toBeGreaterThan(30);
    expect(await misjudged(judge, faults)).toEqual([]);
  });
});
