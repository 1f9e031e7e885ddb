/** Every setting's reference and every single fault, by the real judge: `npm run test:soak`. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createJudgePool } from '../../../src/sandbox/index.js';
import type { JudgePool } from '../../../src/sandbox/index.js';
import { families } from '../../../src/tasks/cpp/families/index.js';
import { draftOf } from '../../../src/tasks/cpp/problems.js';
import { faultyBodies, misjudged, rightBodies } from './judged.js';

describe('all families by the judge', () => {
  let judge: JudgePool;
  beforeAll(async () => {
    judge = await createJudgePool();
  });
  afterAll(() => judge.close());

  it.each(families.map((family) => [family.name, family] as const))(
    'finds every right body of %s clean and every single fault not clean',
    async (name, family) => {
      const candidates = family.settings.flatMap((_, setting) => {
        const label = `${name}/${setting}`;
        const draft = draftOf(family, setting, setting % 8);
        return [...rightBodies(label, draft), ...faultyBodies(label, draft)];
      });
      expect(await misjudged(judge, candidates)).toEqual([]);
    },
  );
});
