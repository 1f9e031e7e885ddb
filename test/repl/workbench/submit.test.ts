import { expect, it } from 'vitest';
import { plainText } from '../../../src/repl/styled.js';
import { initialWorkbench } from '../../../src/repl/workbench/state.js';
import { run } from '../../../src/repl/workbench/submit.js';

const fresh = initialWorkbench({ columns: 80, rows: 24, at: 0 });

it('runs a line at once where the engine is free', () => {
  const { state, effects } = run({ ...fresh, engine: 'ready' }, '/sample 1', 5);
  expect(state.work).toMatchObject({ text: '/sample 1', startedAt: 5 });
  expect(effects).toContainEqual(expect.objectContaining({ type: 'work' }));
});

it('queues a line while there is work, without a word', () => {
  const { state } = run({ ...fresh, engine: 'starting' }, '/sample 1', 5);
  expect(state.queue).toEqual(['/sample 1']);
  expect(state.notice).toBeNull();
});

it('says that a line waits where there is no engine, and starts one by /restart', () => {
  const queued = run({ ...fresh, engine: 'ended' }, '/sample 1', 5).state;
  expect(queued.queue).toEqual(['/sample 1']);
  expect(plainText(queued.notice ?? [])).toBe('! queued: there is no engine; /restart starts one');
  const { state, effects } = run(queued, '/restart', 6);
  expect(state).toMatchObject({ engine: 'starting', queue: ['/sample 1'], notice: null });
  expect(effects).toEqual([{ type: 'restart', anew: true }]);
});
