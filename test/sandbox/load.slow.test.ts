import { describe, it } from 'vitest';
import { expectCleanUnderLoad } from './expect-clean.js';

describe('the judge on a busy machine', () => {
  it('calls 40 clean programs clean', async () => {
    await expectCleanUnderLoad(40, 100_000);
  });
});
