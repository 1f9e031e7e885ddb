import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import path from 'node:path';
import {
  loadAdapter,
  samplePolicy,
  setActiveAdapter,
  type Policy,
} from '../../../src/policy/index.js';
import type { SamplingSettings } from '../../../src/records.js';
import {
  openPolicyEngine,
  type EngineSettings,
  type PolicyEngine,
} from '../../../src/serving/completions/engine/engine.js';
import type {
  EngineMessage,
  TokenEvent,
  Work,
} from '../../../src/serving/completions/engine/protocol.js';
import { selectBackend, tf } from '../../../src/tensor/index.js';
import { programs } from '../../policy/fixtures.js';
import { chattyPolicy, servedFolders, type ServedFolders } from './fixtures.js';

const plain: Work['settings'] = { temperature: 1, topK: 0, topP: 1, minP: 0, stop: [] };

function work(prompt: string, seed: number, changes: Partial<Work> = {}): Work {
  return {
    adapter: null,
    prompt: [{ kind: 'text', text: prompt, addSpecialTokens: true }],
    n: 1,
    seed,
    settings: plain,
    maxNewTokens: 12,
    ignoreEos: false,
    logprobs: 0,
    promptLogprobs: null,
    ...changes,
  };
}

interface Told {
  ids: number[];
  text: string;
  logprobs: number[];
  finishReason: string | null;
}

/** An engine in this process, and what it says of each request. */
function open(
  policy: Policy,
  changes: Partial<EngineSettings> = {},
): {
  engine: PolicyEngine;
  ask(work: Work): Promise<Told[]>;
  steps: number[];
  cancelAfter(tokens: number, work: Work): Promise<number>;
} {
  const listeners = new Map<number, (message: EngineMessage) => void>();
  const steps: number[] = [];
  const engine = openPolicyEngine(
    policy,
    {
      maxBatch: 4,
      maxModelLength: null,
      cacheBytes: 2 ** 20,
      maxWaiting: 1000,
      logprobsMode: 'processed',
      ...changes,
    },
    (message) => {
      if (message.type === 'tokens') {
        steps.push(message.events.length);
        for (const event of message.events)
          listeners.get(event.id)?.({ ...message, events: [event] });
      } else if ('id' in message) listeners.get(message.id)?.(message);
    },
  );
  let next = 1;
  const ask = (asked: Work): Promise<Told[]> => {
    const id = next++;
    const rows = asked.prompt.length * asked.n;
    const told = Array.from({ length: rows }, (): Told => ({
      ids: [],
      text: '',
      logprobs: [],
      finishReason: null,
    }));
    return new Promise((resolve, reject) => {
      let ended = 0;
      const take = ({ row, token, text, scored, finishReason }: TokenEvent): void => {
        const one = told[row];
        one.ids.push(token);
        one.text += text;
        one.logprobs.push(scored?.logprob ?? NaN);
        one.finishReason = finishReason;
        if (finishReason !== null && ++ended === rows) resolve(told);
      };
      listeners.set(id, (message) => {
        if (message.type === 'refused') reject(new Error(message.problem.message));
        if (message.type === 'tokens') message.events.forEach(take);
      });
      void engine.take({ type: 'complete', id, work: asked });
    });
  };
  const cancelAfter = async (tokens: number, asked: Work): Promise<number> => {
    const id = next++;
    let seen = 0;
    await new Promise<void>((resolve) => {
      listeners.set(id, (message) => {
        if (message.type === 'tokens' && ++seen === tokens) {
          void engine.take({ type: 'cancel', id });
          resolve();
        }
      });
      void engine.take({ type: 'complete', id, work: asked });
    });
    await new Promise((resolve) => setTimeout(resolve, 50));
    return seen;
  };
  return { engine, ask, steps, cancelAfter };
}

let policy: Policy;
let folders: ServedFolders;
beforeAll(async () => {
  await selectBackend();
  policy = await chattyPolicy();
  folders = await servedFolders(policy);
});
afterAll(() => policy.dispose());

async function own(asked: Work): Promise<Told[]> {
  const settings: SamplingSettings = {
    ...asked.settings,
    maxNewTokens: asked.maxNewTokens ?? 100,
    seed: 0,
  };
  const prompts = asked.prompt.map((input) => (input.kind === 'text' ? input.text : ''));
  const samples = await samplePolicy(
    policy,
    prompts.map((prompt) => ({ prompt, n: asked.n, seed: asked.seed })),
    settings,
  );
  return samples.map(({ completionIds, completion, logprobs, finishReason }) => ({
    ids: completionIds,
    text: completion,
    logprobs,
    finishReason,
  }));
}

describe('the scheduler', () => {
  it('draws what samplePolicy draws, whatever else runs, joins late or shares a prompt', async () => {
    const asked = [
      work(programs[0], 1, { n: 3 }),
      work(programs[0], 2, { n: 2 }),
      work('x', 3, { settings: { ...plain, temperature: 0.7, topK: 40, topP: 0.9, minP: 0.01 } }),
      work('for (int', 4, { n: 2, settings: { ...plain, repetitionPenalty: 1.3 } }),
      work('', 5, { settings: { ...plain, temperature: 0 } }),
      work(programs[1], 6, { settings: { ...plain, stop: ['int', 'r'] }, maxNewTokens: 40 }),
      work(programs[2], 7, {
        prompt: ['a', 'bool is'].map((text) => ({ kind: 'text', text, addSpecialTokens: true })),
        n: 2,
        logprobs: 3,
      }),
    ];
    const alone = await Promise.all(asked.map(own));
    const { engine, ask } = open(policy);
    const answers = asked.map(async (each, i) => {
      await new Promise((resolve) => setTimeout(resolve, i * 7));
      return ask(each);
    });
    expect(await Promise.all(answers)).toEqual(alone);
    await engine.close();
  });

  it('lets a later request join the running rows at the next step', async () => {
    const { engine, ask, steps } = open(policy);
    const long = ask(work('int', 1, { maxNewTokens: 60, ignoreEos: true }));
    while (steps.length < 5) await new Promise((resolve) => setImmediate(resolve));
    await ask(work('int', 2, { maxNewTokens: 4, ignoreEos: true }));
    expect(Math.max(...steps)).toBe(2);
    expect(steps.length).toBeLessThan(30);
    await long;
    await engine.close();
  });

  it('gives a slot to each request in turn, so that many rows keep out no one', async () => {
    const { engine, ask } = open(policy, { maxBatch: 2 });
    const ended: string[] = [];
    const many = ask(work('int', 1, { n: 12, ignoreEos: true })).then(() => ended.push('many'));
    const one = ask(work('int', 2, { ignoreEos: true })).then(() => ended.push('one'));
    await Promise.all([many, one]);
    expect(ended).toEqual(['one', 'many']);
    await engine.close();
  });

  it('draws under the adapter of each row', async () => {
    const { engine, ask } = open(policy);
    await engine.load({ name: 'one', folder: path.join(folders.adapters, 'one') });
    await engine.load({ name: 'two', folder: path.join(folders.adapters, 'two') });
    const names = [null, 'one', 'two'];
    const together = await Promise.all(
      names.map((adapter) => ask(work(programs[0], 3, { adapter, n: 2, logprobs: 2 }))),
    );
    await engine.close();
    for (const [i, name] of names.entries()) {
      if (name !== null) await loadAdapter(policy, path.join(folders.adapters, name), { name });
      else setActiveAdapter(policy, null);
      expect(together[i], String(name)).toEqual(await own(work(programs[0], 3, { n: 2 })));
    }
    setActiveAdapter(policy, null);
    expect(new Set(together.map((told) => told[0].text)).size).toBe(3);
  });

  it('frees the rows of a request that is cancelled, and leaves the others alone', async () => {
    const { engine, ask, cancelAfter } = open(policy, { maxBatch: 2 });
    const seen = cancelAfter(3, work('int', 1, { n: 50, maxNewTokens: 100, ignoreEos: true }));
    const other = work(programs[0], 2);
    expect(await ask(other)).toEqual(await own(other));
    expect(await seen).toBeLessThan(8);
    await engine.close();
  });

  it('makes the cache longer for a long row without changing those that run', async () => {
    const { engine, ask } = open(policy, { cacheBytes: 2 ** 16 });
    const prompt = programs.join('').slice(0, 150);
    const asked = [work('int', 1, { maxNewTokens: 40 }), work(prompt, 2), work('x', 3)];
    expect(await Promise.all(asked.map(ask))).toEqual(await Promise.all(asked.map(own)));
    await engine.close();
  });

  it('keeps no tensors', async () => {
    const { engine, ask } = open(policy);
    await ask(work('int', 1, { n: 3, logprobs: 2, promptLogprobs: 2 }));
    const before = tf.memory().numTensors;
    await ask(work('int', 1, { n: 3, logprobs: 2, promptLogprobs: 2 }));
    expect(tf.memory().numTensors).toBe(before);
    await engine.close();
  });
});
