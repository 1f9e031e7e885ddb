import { beforeAll, describe, expect, it } from 'vitest';
import { nativeBuilt } from '../tensor/support.js';
import { heldInTraining, residentMiB, type Held } from './held-memory.js';

describe.skipIf(!nativeBuilt)(
  '1,000 training steps, each on a new shape of batch, on native',
  () => {
    let held: Held[] = [];
    beforeAll(() => {
      held = heldInTraining(1000, 1000);
      const table = held.filter(({ step }) => step % 100 === 0 || step === 50);
      console.log(
        table
          .map(({ step, residentMiB: mib }) => `step ${step}: ${mib.toFixed(1)} MiB resident`)
          .join('\n'),
      );
    }, 1_800_000);

    it('hold the same tensors after every step', () => {
      expect(new Set(held.map(({ tensors }) => tensors)).size).toBe(1);
    });

    it('end with resident memory as it was after the warm-up, within 2 %', () => {
      expect(residentMiB(held, 900, 1000)).toBeLessThan(1.02 * residentMiB(held, 200, 300));
    });

    it('fill no cache on the way: it never passes by a fifth what step 50 had', () => {
      const largest = Math.max(...held.map((at) => at.residentMiB));
      expect(largest).toBeLessThan(1.2 * residentMiB(held, 50, 50));
    });
  },
);
