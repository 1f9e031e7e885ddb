import { expect, it } from 'vitest';
import { nativeGenerator, type Generation } from '../../src/policy/index.js';
import { selectBackend } from '../../src/tensor/index.js';
import { tinyPolicy } from './fixtures.js';

const settings = { temperature: 1, topK: 0, topP: 1, minP: 0, maxNewTokens: 6, stop: [], seed: 0 };

it('tells each generation of a policy when it has ended, not when all have', async () => {
  await selectBackend('cpu');
  const policy = await tinyPolicy();
  const ending = new AbortController();
  const told: Generation[] = [];
  // One row at a time, and the rest is called off at the second: only what was told then is whole.
  const given = await nativeGenerator(policy, { maxRows: 1 }).generate(
    [{ prompt: 'int', n: 4, seed: 3 }],
    settings,
    {
      signal: ending.signal,
      onGeneration(generation) {
        told.push(generation);
        if (told.length === 2) ending.abort();
      },
    },
  );
  expect(given.map(({ finishReason }) => finishReason === 'cancelled')).toEqual([
    false,
    false,
    true,
    true,
  ]);
  expect(told).toEqual(given.slice(0, 2));
  policy.dispose();
});
