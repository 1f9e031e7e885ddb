import { describe, expect, it } from 'vitest';
import { cppCompletions, differingCpp } from './recorded-cpp.js';

describe.skipIf(cppCompletions === null)('MultiPL-E in C++, which has no references', () => {
  it('gives a model’s answers their recorded verdicts, all of them', async () => {
    expect(await differingCpp(1)).toEqual({ judged: 161, differing: [] });
  });
});
