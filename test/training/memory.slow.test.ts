import { beforeAll, describe, expect, it } from 'vitest';
import { nativeBuilt } from '../tensor/support.js';
import { heldInTraining, residentMiB, type Held } from './held-memory.js';

// At length, and with a new shape every step: memory.soak.test.ts.
describe.skipIf(!nativeBuilt)('150 training steps on 25 shapes of batch, on native', () => {
  let held: Held[] = [];
  beforeAll(() => {
    held = heldInTraining(150, 150);
  }, 120_000);

  it('hold the same tensors after every step', () => {
    expect(held.length).toBe(30);
    expect(new Set(held.map(({ tensors }) => tensors)).size).toBe(1);
  });

  it('find the memory for their tensors in the pool once all shapes were seen', () => {
    const [seen, last] = [held.find(({ step }) => step === 50), held.at(-1)];
    // Sampled completions go on bringing lengths of their own.
    expect(last?.poolMiB).toBeLessThan(1.05 * (seen?.poolMiB ?? 0));
  });

  it('leave resident memory flat, within 5 %', () => {
    expect(residentMiB(held, 125, 150)).toBeLessThan(1.05 * residentMiB(held, 50, 75));
  });
});
