import { describe, expect, it } from 'vitest';
import { cppCompletions, differingCpp } from './recorded-cpp.js';

describe.skipIf(cppCompletions === null)('MultiPL-E in C++, which has no references', () => {
  it('gives a model’s answers their recorded verdicts, every fourth', async () => {
    expect(await differingCpp(4)).toEqual({ judged: 41, differing: [] });
  });
});
