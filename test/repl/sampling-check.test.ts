import { expect, it } from 'vitest';
import { call } from '../cli/call.js';

it.each([
  ['--temperature', '-1', 'rlsf sample: expected a --temperature of 0 (greedy) or more, got -1.'],
  ['--top-p', '2', 'rlsf sample: expected --top-p above 0 and at most 1 (off), got 2.'],
  ['--repetition-penalty', '0', 'rlsf sample: expected a --repetition-penalty above 0, 1 for'],
])('names %s %s by its flag, once, and exits 2', async (flag, value, message) => {
  for (const prompt of [[], ['--prompt', 'x']]) {
    const { code, err } = await call('sample', flag, value, ...prompt);
    expect(code).toBe(2);
    expect(err.startsWith(message)).toBe(true);
  }
});
