import { describe, expect, it } from 'vitest';
import { existsSync, readdirSync } from 'node:fs';
import {
  advantages,
  closeSession,
  configure,
  fork,
  history,
  judge,
  openSavedSession,
  pick,
  redo,
  rescore,
  sample,
  saveSession,
  score,
  sessionSummary,
  setReward,
  stateHash,
  step,
  train,
  undo,
  usePolicy,
  useTask,
} from '../../src/session/index.js';
import type { Session } from '../../src/session/index.js';
import { tf } from '../../src/tensor/index.js';
import { lowBytes, tinySessions } from './tiny-session.js';

const { at, open } = tinySessions();

/** Everything that changes a session, in an order in which each can be done. */
const acts: [string, (session: Session) => Promise<unknown>][] = [
  ['pick', (session) => pick(session, { n: 2 })],
  ['sample', (session) => sample(session)],
  ['judge', (session) => judge(session)],
  ['score', (session) => score(session)],
  ['advantages', (session) => advantages(session)],
  ['step', (session) => step(session)],
  ['step', (session) => step(session, { method: 'ppo' })],
  ['reward', (session) => setReward(session, ['tests_passed'])],
  ['rescore', (session) => rescore(session, { rewards: [lowBytes] })],
  ['set', (session) => configure(session, { 'grpo.beta': 0, 'sampling.temperature': 0.9 })],
  ['train', (session) => train(session, { steps: 1, method: 'grpo' })],
  ['task', (session) => useTask(session, { split: 'held_out' })],
  ['policy', (session) => usePolicy(session, { policy: at('model') })],
  ['set', (session) => configure(session, { 'policy.lora_r': 3 })],
];

describe.skipIf(!existsSync('/usr/bin/g++'))('the history of a session', () => {
  it('takes back every act and does it again to the bit, in this process and after it', async () => {
    const { numTensors } = tf.memory();
    const session = await open();
    const hashes = [await stateHash(session)];
    for (const [name, act] of acts) {
      await act(session);
      hashes.push(await stateHash(session));
      expect([name, history(session).entries.at(-1)?.act]).toEqual([name, name]);
      expect(await undo(session)).toBe(name);
      expect([name, await stateHash(session)]).toEqual([name, hashes.at(-2)]);
      expect(await redo(session)).toBe(name);
      expect([name, await stateHash(session)]).toEqual([name, hashes.at(-1)]);
    }
    // An act that changed nothing would make this test empty.
    expect(new Set(hashes).size).toBe(acts.length + 1);

    const folder = at('saved');
    await saveSession(session, folder);
    await closeSession(session);
    expect(tf.memory().numTensors).toBe(numTensors);

    const notes: string[] = [];
    const again = await openSavedSession(folder, { note: (text) => notes.push(text) });
    expect(notes.join()).toContain('low_bytes');
    expect(history(again).entries.map(({ act }) => act)).toEqual([
      'open',
      ...acts.map(([name]) => name),
    ]);
    expect(await stateHash(again)).toBe(hashes.at(-1));
    for (const before of hashes.slice(0, -1).reverse()) {
      await undo(again);
      expect(await stateHash(again)).toBe(before);
    }
    for (const after of hashes.slice(1)) {
      await redo(again);
      expect(await stateHash(again)).toBe(after);
    }
    // Another act drops what was undone, and the next save its parts.
    const parts = readdirSync(`${folder}/objects`).length;
    for (let n = 0; n < 12; n++) await undo(again);
    await sample(again);
    await saveSession(again);
    expect(readdirSync(`${folder}/objects`).length).toBeLessThan(parts);
    expect(sessionSummary(again)).toMatchObject({ undo: 'sample', redo: null, folder });
    await closeSession(again);
    expect(tf.memory().numTensors).toBe(numTensors);
  });

  it('forks into a session that goes on by itself, and alike where the same is done', async () => {
    const session = await open();
    await sample(session);
    await score(session);
    await step(session);
    const other = await fork(session, { name: 'other' });
    const hash = await stateHash(session);
    expect(await stateHash(other)).toBe(hash);
    await step(other);
    expect(await stateHash(session)).toBe(hash);
    expect(await stateHash(other)).not.toBe(hash);
    await step(session);
    expect(await stateHash(session)).toBe(await stateHash(other));
    await closeSession(session);
    expect(await undo(other)).toBe('step');
    expect(await stateHash(other)).toBe(hash);
    await closeSession(other);
  });
});
