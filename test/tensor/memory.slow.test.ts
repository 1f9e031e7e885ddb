import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { nativeBuilt } from './support.js';

const measured = nativeBuilt && process.platform === 'linux';
if (!measured) console.warn('peak memory needs Linux and the native kernels: not measured');

/** MiB that one forward and backward pass adds to the peak of a process of its own. */
function peakGrowth(operation: string, rows: number): number {
  const program = path.join(import.meta.dirname, 'peak-memory.ts');
  const argv = ['--import', 'tsx', program, operation, String(rows)];
  const output = execFileSync(process.execPath, argv, { encoding: 'utf8' });
  const growth = Number(output.trim().split('\n').at(-1));
  expect(growth).toBeGreaterThan(0);
  return growth;
}

// Libraries and JavaScript's own heap come and go by tens of megabytes: the bounds allow for that.
describe.skipIf(!measured)('peak memory on native (needs Linux)', () => {
  it('tokenLogprobs never holds the logits of all rows', () => {
    // 8,192 rows of 32,768 logits are 1,024 MiB; inputs and gradients are 10 MiB.
    expect(peakGrowth('tokenLogprobs', 8192)).toBeLessThan(96);
  });

  it('causalAttention never holds a score for each pair of tokens', () => {
    // Those scores would be 1,024 MiB a head at 16,384 tokens.
    expect(peakGrowth('causalAttention', 16_384)).toBeLessThan(192);
  });
});
