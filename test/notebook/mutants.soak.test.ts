/** Every chapter with its central function broken. */
import { describe, expect, it } from 'vitest';
import { expectNoticed } from './mutants.js';
import { mutants } from './mutants/table.js';
import { namedNotebooks } from './notebook-scripts.js';

describe('a chapter whose central function is broken (needs the build)', () => {
  it.each(mutants)(
    'chapter $chapter notices $module: «$assertion»',
    (mutant) => expectNoticed(mutant),
    1_200_000,
  );

  it('is tried for every chapter', () => {
    const tried = new Set(mutants.map(({ chapter }) => chapter));
    expect(namedNotebooks([]).filter((name) => !tried.has(name.slice(0, 2)))).toEqual([]);
  });
});
