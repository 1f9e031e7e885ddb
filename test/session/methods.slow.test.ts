import { existsSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { configWith, train as trainRun } from '../../src/experiments/index.js';
import type { MetricsLogRow, StepEvent } from '../../src/experiments/index.js';
import {
  closeSession,
  configure,
  fork,
  history,
  judge,
  openRunSession,
  pick,
  sample,
  score,
  sessionSummary,
  stateHash,
  stepHistory,
  step,
  train,
  undo,
} from '../../src/session/index.js';
import { tf } from '../../src/tensor/index.js';
import { lowBytes, tinySessions } from './tiny-session.js';

const { at, open } = tinySessions();

/** The reward in a file, so that a run can have it too. */
function rewardFile(): string {
  const file = at('low.mjs');
  writeFileSync(file, `export default ${lowBytes.score.toString()};`);
  return `reward.functions=[${file}]`;
}

describe('a step by each method', () => {
  it('is the same to the bit from the same value, and takes what the rollouts give', async () => {
    const session = await open({ set: ['dataset.pairs.rank=reward'] });
    await pick(session, { n: 2 });
    await sample(session);
    await score(session);
    const before = await stateHash(session);
    const methods = ['grpo', 'ppo', 'dpo', 'kto', 'cpo', 'orpo', 'sft'] as const;
    for (const method of methods) {
      const metrics = await step(session, { method, learningRate: 1e-3 });
      expect([method, Number.isFinite(metrics['loss'])]).toEqual([method, true]);
      const after = await stateHash(session);
      expect([method, await undo(session)]).toEqual([method, 'step']);
      expect([method, await stateHash(session)]).toEqual([method, before]);
      await step(session, { method, learningRate: 1e-3 });
      expect([method, await stateHash(session)]).toEqual([method, after]);
      await undo(session);
    }
    await closeSession(session);
  });

  it('says why the rollouts give nothing to learn from, and leaves everything as it was', async () => {
    const session = await open();
    await sample(session);
    await score(session, [{ name: 'flat', score: (all) => all.map(() => 0.5) }]);
    const before = await stateHash(session);
    await expect(step(session, { method: 'dpo' })).rejects.toThrow(
      /dpo expected at least one pair of a better and a worse answer.*Sample more completions/,
    );
    await configure(session, { 'dataset.completions': 'sampled' });
    await expect(step(session, { method: 'sft' })).rejects.toThrow('Call judge(session) first');
    await undo(session);
    expect(await stateHash(session)).toBe(before);
    expect(session.method).toBe('grpo');
    await closeSession(session);
  });
});

describe('an act that fails or is stopped', () => {
  it('leaves the session as it was', async () => {
    const session = await open();
    await sample(session);
    const before = await stateHash(session);
    const broken = { name: 'broken', score: () => Promise.reject(new Error('no score today')) };
    await expect(score(session, [broken])).rejects.toThrow('no score today');
    await expect(sample(session, { signal: AbortSignal.abort() })).rejects.toThrow(/abort/i);
    await expect(configure(session, { 'grpo.betta': 1 })).rejects.toThrow('Nearest: grpo.beta');
    await expect(configure(session, { 'judge.compiler': '/no/such/g++' })).resolves.toBeDefined();
    await expect(judge(session)).rejects.toThrow('/no/such/g++');
    await undo(session);
    await expect(pick(session, { n: 0 })).rejects.toThrow('at least 1');
    expect(await stateHash(session)).toBe(before);
    // Two acts at once would tear the value.
    const scored = score(session);
    await expect(score(session)).rejects.toThrow('score is still under way');
    await scored;
    await closeSession(session);
    await expect(score(session)).rejects.toThrow('it was closed');
  });
});

/** What a step's parts took is told by `train` alone, and never twice the same. */
function withoutTimes(row: MetricsLogRow): Partial<MetricsLogRow> {
  const kept = Object.entries(row).filter(([name]) => !/^step_time(\/|$)/.test(name));
  expect(kept.length).toBeLessThan(Object.keys(row).length);
  return Object.fromEntries(kept);
}

describe.skipIf(!existsSync('/usr/bin/g++'))('train', () => {
  it('makes the steps that a person makes by hand, and that a run makes, to the bit', async () => {
    const { numTensors } = tf.memory();
    const set = ['grpo.prompts_per_step=2', rewardFile()];
    const [session, byHand] = [
      await open({ rewards: undefined, set }),
      await open({ rewards: undefined, set }),
    ];
    const events: StepEvent[] = [];
    await train(session, {
      steps: 2,
      emit: (event) => void (event.type === 'step' && events.push(event)),
    });
    for (let made = 0; made < 2; made++) {
      await pick(byHand, { n: 2 });
      await sample(byHand);
      await judge(byHand);
      await score(byHand);
      await step(byHand);
    }
    // Verdicts hold the time that a program took, so the hashes of two judgings differ.
    expect(byHand.policy.revision).toBe(session.policy.revision);
    expect(stepHistory(byHand)).toEqual(stepHistory(session).map(withoutTimes));
    expect(byHand.problems).toEqual(session.problems);
    expect(byHand.rollouts.map(({ advantages }) => advantages)).toEqual(
      session.rollouts.map(({ advantages }) => advantages),
    );
    expect(events.map(({ step: number, maxSteps }) => [number, maxSteps])).toEqual([
      [1, 2],
      [2, 2],
    ]);
    expect(history(session).entries.map(({ act }) => act)).toEqual(['open', 'train', 'train']);
    await closeSession(byHand);

    const config = configWith(
      session.config,
      { 'run.output_dir': at('runs'), 'run.name': 'same', 'grpo.max_steps': 2 },
      'test',
    );
    const { folder } = await trainRun('grpo', config);
    const run = await openRunSession(folder);
    expect(run.policy.revision).toBe(session.policy.revision);
    expect(run.rollouts.map(({ completion }) => completion)).toEqual(
      session.rollouts.map(({ completion }) => completion),
    );
    expect(stepHistory(run).map(({ reward }) => reward)).toEqual(
      stepHistory(session).map(({ reward }) => reward),
    );
    expect(sessionSummary(run)).toMatchObject({
      readOnly: true,
      steps: 2,
      source: { follows: true },
    });
    await expect(sample(run)).rejects.toThrow('Fork it');
    // What goes on from the run is what would have come of the session.
    const forked = await fork(run, { name: 'on' });
    await train(forked, { steps: 1 });
    await train(session, { steps: 1 });
    expect(forked.policy.revision).toBe(session.policy.revision);
    for (const each of [run, forked, session]) await closeSession(each);
    expect(tf.memory().numTensors).toBe(numTensors);
  });

  it('stopped in the middle of a step, keeps the steps before and no trace of this one', async () => {
    const session = await open({ rewards: undefined, set: [rewardFile()] });
    await train(session, { steps: 1 });
    const hash = await stateHash(session);
    const controller = new AbortController();
    const emit = (): void => controller.abort();
    await expect(train(session, { steps: 3, signal: controller.signal, emit })).rejects.toThrow(
      /abort/i,
    );
    expect(await stateHash(session)).toBe(hash);
    expect(session.steps).toBe(1);
    await closeSession(session);
  });
});
