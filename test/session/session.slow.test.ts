import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { savePolicy, trainableVariables } from '../../src/policy/index.js';
import type { Rollout } from '../../src/records.js';
import {
  closeSession,
  judge,
  openSession,
  sample,
  score,
  step,
  undo,
} from '../../src/session/index.js';
import { reachedTokens } from '../../src/rollouts/index.js';
import type { Session } from '../../src/session/index.js';
import { selectBackend, tf } from '../../src/tensor/index.js';
import { tinyPolicy } from '../training/tiny-policy.js';

let folder = '';
let model = '';
beforeAll(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'rlsf-session-'));
  model = path.join(folder, 'model');
  await selectBackend('auto', { threads: 1 });
  const policy = await tinyPolicy(1, { maxPositions: 1024 });
  await savePolicy(policy, model);
  policy.dispose();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const open = (seed = 5): Promise<Session> =>
  openSession({
    policy: model,
    task: 'cpp',
    seed,
    numGenerations: 4,
    sampling: { maxNewTokens: 8 },
    loraR: 2,
    judge: { workers: 1 },
  });

/** A reward that needs no judge and differs within a group: how many low bytes were written. */
const lowBytes = {
  name: 'low_bytes',
  weight: 1,
  score: (rollouts: readonly Rollout[]) =>
    rollouts.map(({ completionIds }) => ({
      name: 'low_bytes',
      weight: 1,
      score: completionIds.filter((id) => id < 128).length + 0.1 * completionIds[0],
      spans: [],
      log: {},
    })),
};

const weightsOf = (session: Session): number[] =>
  trainableVariables(session.policy).flatMap(({ variable }) => [...variable.dataSync()]);

describe('a session', () => {
  it('samples the same rollouts from the same seed, and others from its next draw', async () => {
    const [first, second] = [await open(), await open()];
    const drawn = await sample(first);
    expect(drawn).toHaveLength(4);
    expect(await sample(second)).toEqual(drawn);
    const next = await sample(second);
    expect(next.map((rollout) => rollout.completionIds)).not.toEqual(
      drawn.map((rollout) => rollout.completionIds),
    );
    await closeSession(first);
    await closeSession(second);
  });

  it('steps on scored rollouts, and undo gives back weights, optimiser and rollouts to the bit', async () => {
    const session = await open();
    await sample(session);
    await score(session, [lowBytes]);
    const before = weightsOf(session);
    const metrics = await step(session, { learningRate: 1e-2 });
    const after = weightsOf(session);
    expect(metrics['reward']).toBeGreaterThan(0);
    expect(after).not.toEqual(before);
    expect(session.steps).toBe(1);

    expect(undo(session)).toBe('step');
    expect(weightsOf(session)).toEqual(before);
    expect(session.steps).toBe(0);
    await step(session, { learningRate: 1e-2 });
    expect(weightsOf(session)).toEqual(after);

    expect([undo(session), undo(session), undo(session)]).toEqual(['step', 'score', 'sample']);
    expect(session.rollouts).toEqual([]);
    expect(() => undo(session)).toThrow('nothing to take back');
    await closeSession(session);
  });

  it('keeps no tensors of a step that was taken back', async () => {
    const session = await open();
    await sample(session);
    await score(session, [lowBytes]);
    await step(session);
    undo(session);
    const { numTensors } = tf.memory();
    await step(session);
    undo(session);
    expect(tf.memory().numTensors).toBe(numTensors);
    await closeSession(session);
  });

  it('says what comes first when an act comes too early', async () => {
    const session = await open();
    await expect(judge(session)).rejects.toThrow('Call sample(session) first');
    await expect(score(session)).rejects.toThrow('Call sample(session) first');
    await sample(session);
    await expect(step(session)).rejects.toThrow('Call sample, judge and score first');
    await closeSession(session);
  });

  it('leaves no tensors behind when it is closed', async () => {
    const { numTensors } = tf.memory();
    const session = await open();
    await sample(session);
    await score(session, [lowBytes]);
    await step(session);
    await closeSession(session);
    expect(tf.memory().numTensors).toBe(numTensors);
  });

  it.skipIf(!existsSync('/usr/bin/g++'))(
    'judges, scores and re-scores without running again',
    async () => {
      const session = await open();
      const [first] = session.pool;
      await sample(session, { problems: [first] });
      const judged = await judge(session);
      const scored = await score(session);
      for (const [index, rollout] of scored.entries()) {
        expect(rollout.verdict).toBe(judged[index].verdict);
        expect(rollout.reward).toBeTypeOf('number');
        for (const { start, end } of reachedTokens(rollout)) expect(end).toBeGreaterThan(start);
      }
      await closeSession(session);
    },
  );
});
