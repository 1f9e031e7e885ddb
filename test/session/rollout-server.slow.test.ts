import { expect, test } from 'vitest';
import { closeSession, sample, score, step, train } from '../../src/session/index.js';
import { tinySessions } from './tiny-session.js';

const { open } = tinySessions();

test('a session, which samples by itself, refuses rollouts from a server before it changes anything', async () => {
  const session = await open({
    set: ['grpo.use_vllm=true', 'grpo.vllm_server_base_url=http://127.0.0.1:1/v1'],
  });
  try {
    const refusal = 'expected grpo.use_vllm: false';
    await expect(train(session, { steps: 1 })).rejects.toThrow(refusal);
    expect(session.rollouts).toEqual([]);
    await sample(session);
    await score(session);
    await expect(step(session)).rejects.toThrow(refusal);
    expect(session.steps).toBe(0);
  } finally {
    await closeSession(session);
  }
});
