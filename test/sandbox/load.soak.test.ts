import { describe, it } from 'vitest';
import { expectCleanUnderLoad } from './expect-clean.js';

describe('the judge on a busy machine, at length', () => {
  it('calls 1,000 clean programs clean', async () => {
    const started = performance.now();
    const verdicts = await expectCleanUnderLoad(1000, 1_500_000);
    const retried = verdicts.filter((verdict) => verdict.retried).length;
    const seconds = ((performance.now() - started) / 1000).toFixed(0);
    console.log(`1,000 clean programs in ${seconds} s, ${retried} of them judged a second time`);
  });
});
