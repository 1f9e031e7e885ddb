import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { startCompletionServer } from '../../../src/serving/completions/index.js';
import { programs } from '../../policy/fixtures.js';
import { servedPolicy } from './served-policy.js';

const served = servedPolicy();

describe('many clients at once', () => {
  it('gets the same text for a seed whatever sixteen others ask for at the same time', async () => {
    const asked = Array.from({ length: 16 }, (_, i) => ({
      model: i % 3 === 0 ? 'first' : 'tiny',
      prompt: [programs[i % 3].slice(0, 10 + 7 * i), 'int'][i % 2],
      n: 1 + (i % 3),
      seed: i % 5,
      max_tokens: 5 + 3 * i,
      temperature: [1, 0.7, 0][i % 3],
      top_p: i % 4 === 0 ? 0.9 : 1,
    }));
    const alone: string[][] = [];
    for (const each of asked)
      alone.push((await served.client.completions.create(each)).choices.map(({ text }) => text));
    const together = await Promise.all(
      asked.map(async (each) =>
        (await served.client.completions.create(each)).choices.map(({ text }) => text),
      ),
    );
    expect(together).toEqual(alone);
    const [a, b] = await Promise.all(
      [0, 1].map(() =>
        served.client.completions.create({ model: 'tiny', prompt: 'int', max_tokens: 30 }),
      ),
    );
    expect(a.choices[0].text).not.toBe(b.choices[0].text); // no seed: never the same
  });

  it('frees the rows of a client that goes', async () => {
    const stream = await served.client.completions.create({
      model: 'tiny',
      prompt: 'int',
      n: 40,
      max_tokens: 100,
      stream: true,
    });
    for await (const _ of stream) break;
    const gone = new AbortController();
    const waiting = served.client.completions.create(
      { model: 'tiny', prompt: 'int', n: 40, max_tokens: 100 },
      { signal: gone.signal },
    );
    setTimeout(() => gone.abort(), 30);
    await expect(waiting).rejects.toThrow();
    await served.client.completions.create({ model: 'tiny', prompt: 'int', max_tokens: 2 });
    expect(served.server.engine.load).toMatchObject({ running: 0, waiting: 0 });
  });
});

it('a stop finishes what runs and takes nothing more; an engine that dies is told', async () => {
  const own = await startCompletionServer({ policy: served.folders.policy });
  const its = new OpenAI({ baseURL: `${own.url}/v1`, apiKey: 'none', maxRetries: 0 });
  const running = its.completions.create({ model: 'tiny', prompt: 'int', n: 8, max_tokens: 100 });
  while (own.engine.load.running === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  const stopped = own.stop();
  expect((await running).choices).toHaveLength(8);
  await stopped;
  await expect(its.models.list()).rejects.toThrow();

  const dying = await startCompletionServer({ policy: served.folders.policy });
  const broken = new OpenAI({ baseURL: `${dying.url}/v1`, apiKey: 'none', maxRetries: 0 });
  const lost = broken.completions.create({ model: 'tiny', prompt: 'int', n: 50, max_tokens: 120 });
  while (dying.engine.load.running === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  process.kill(dying.engine.pid!, 'SIGKILL');
  await expect(lost).rejects.toMatchObject({ status: 503 });
  expect(await dying.engine.died).toContain('SIGKILL');
  expect((await fetch(`${dying.url}/ready`)).status).toBe(503);
  await dying.stop();
}, 120_000);
