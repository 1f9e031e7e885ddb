import { afterEach, describe, expect, it, vi } from 'vitest';
import { showLast } from '../../src/repl/kernel/show-last.js';
import { loadPolicy } from '../../src/policy/index.js';
import { closeSession, openSession, shipped, shippedPolicy } from '../../src/session/index.js';
import { selectBackend } from '../../src/tensor/index.js';
import { exampleRollout } from '../rollouts/example-rollout.js';

/** What a cell that ends in this value prints, and what it shows. */
async function ending(value: unknown): Promise<{ printed: string; shown: unknown[] }> {
  const shown: unknown[] = [];
  const printed: string[] = [];
  vi.spyOn(console, 'log').mockImplementation((text) => void printed.push(String(text)));
  await showLast(value, { show: async (given: unknown) => void shown.push(given) });
  return { printed: printed.join('\n'), shown };
}

afterEach(() => vi.restoreAllMocks());

describe('the value of a cell’s last expression', () => {
  it('is shown where it has a look of its own, also rollouts made by hand', async () => {
    const { sampling, ...byHand } = exampleRollout();
    expect(sampling.temperature).toBe(1);
    for (const value of [exampleRollout(), [byHand], { data: [], layout: {} }])
      expect(await ending(value)).toEqual({ printed: '', shown: [value] });
  });

  it('is short by its kind: a policy and a session by what they hold', async () => {
    await selectBackend('auto');
    const policy = await loadPolicy(shipped(shippedPolicy));
    const of = await ending(policy);
    expect(of.printed).toMatch(/^policy .*cpp-tiny\nweights +2\.8 M, qwen2: 4 layers of \d+\n/);
    expect(of.printed.split('\n')).toHaveLength(4);
    policy.dispose();

    const session = await openSession({ task: 'cpp', loraR: 0 });
    const { printed } = await ending(session);
    await closeSession(session);
    expect(printed).toContain('rollouts  none yet');
    expect(printed.length).toBeLessThan(600);
  });

  it('is cut where it is long, and says how much is left out', async () => {
    const rows = Array.from({ length: 5000 }, (_, n) => ({ n, text: `row ${n} `.repeat(20) }));
    for (const value of [rows, new Map(rows.map((row) => [row.n, row])), 'line\n'.repeat(5000)]) {
      const { printed } = await ending(value);
      expect(printed.split('\n')).toHaveLength(60);
      expect(printed).toMatch(/… \d+ more lines; console\.log\(…\) of a part shows it$/);
    }
  });

  it('is as Node writes it where it is small', async () => {
    expect((await ending(0.5)).printed).toBe('0.5');
    expect((await ending({ a: [1, 2] })).printed).toBe('{ a: [ 1, 2 ] }');
  });
});
