/** Two of the chapters with their central function broken; all of them: mutants.soak.test.ts. */
import { describe, it } from 'vitest';
import { expectNoticed } from './mutants.js';
import { mutants } from './mutants/table.js';

const quickest = mutants.filter(({ chapter }) => ['04', '07'].includes(chapter));

describe('a chapter whose central function is broken (needs the build)', () => {
  it.each(quickest)(
    'chapter $chapter notices $module: «$assertion»',
    (mutant) => expectNoticed(mutant),
    600_000,
  );
});
