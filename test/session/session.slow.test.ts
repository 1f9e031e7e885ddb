import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { trainableVariables } from '../../src/policy/index.js';
import type { Rollout } from '../../src/records.js';
import {
  closeSession,
  explain,
  judge,
  sample,
  score,
  step,
  undo,
} from '../../src/session/index.js';
import { reachedTokens } from '../../src/rollouts/index.js';
import type { Session } from '../../src/session/index.js';
import { tf } from '../../src/tensor/index.js';
import { lowBytes, tinySessions } from './tiny-session.js';

const { open } = tinySessions();

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

    expect(await undo(session)).toBe('step');
    expect(weightsOf(session)).toEqual(before);
    expect(session.steps).toBe(0);
    await step(session, { learningRate: 1e-2 });
    expect(weightsOf(session)).toEqual(after);

    expect([await undo(session), await undo(session), await undo(session)]).toEqual([
      'step',
      'score',
      'sample',
    ]);
    expect(session.rollouts).toEqual([]);
    await expect(undo(session)).rejects.toThrow('nothing to take back');
    await closeSession(session);
  });

  it('explains what an update would learn from the rollouts in hand', async () => {
    const session = await open();
    await sample(session);
    expect(() => explain(session)).toThrow(/without a reward/);
    await score(session, [lowBytes]);
    expect(explain(session)).toMatchObject({ taught: 1, groups: [{ taught: true }] });
    const flat = { name: 'flat', score: (all: readonly Rollout[]) => all.map(() => 0.5) };
    await score(session, [flat]);
    const [group] = explain(session).groups;
    expect(group.taught).toBe(false);
    expect(group.reasons[0].kind).toBe('zero_variance');
    await closeSession(session);
  });

  it('keeps no tensors of a step that was taken back', async () => {
    const session = await open();
    await sample(session);
    await score(session, [lowBytes]);
    await step(session);
    await undo(session);
    const { numTensors } = tf.memory();
    await step(session);
    await undo(session);
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
