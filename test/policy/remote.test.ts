import { describe, expect, it } from 'vitest';
import { openRemoteGenerator, type Generation } from '../../src/policy/index.js';
import type { ChatMessage } from '../../src/records.js';
import { answerOf, logprobOf, startServer, tokenizer } from './remote-server.js';
import { plainSettings } from './fixtures.js';

const settings = plainSettings(40);
const chat: ChatMessage[] = [{ role: 'user', content: 'Add two numbers.' }];
const quick = { retryDelayMs: 5 };

function expectWhole(generation: Generation, ids: number[]): void {
  expect(generation.completionIds).toEqual(ids);
  expect(generation.completion).toBe(tokenizer.decode(ids));
  expect(generation.plainLogprobs).toEqual(ids.map(logprobOf));
  expect(generation.byteOffsets).toEqual(tokenizer.byteOffsets(ids));
}

describe('a remote generator on a server like vLLM', () => {
  it('gives ids, log-probabilities and offsets of n completions from one request', async () => {
    const server = await startServer('vllm');
    const remote = await openRemoteGenerator({ endpoint: server.url, tokenizer });
    expect(remote).toMatchObject({ kind: 'remote', name: 'tiny', revision: null, canTrain: false });
    const told: Generation[] = [];
    const progress: string[] = [];
    const given = await remote.generate(
      [
        { prompt: 'int', n: 3, seed: 7 },
        { prompt: 'long', n: 2, seed: 'eight' },
      ],
      settings,
      {
        onGeneration: (generation) => told.push(generation),
        onProgress: (done, total) => progress.push(`${done}/${total}`),
      },
    );
    expect(given.map(({ request, sample }) => [request, sample])).toEqual([
      [0, 0], [0, 1], [0, 2], [1, 0], [1, 1],
    ]); // prettier-ignore
    expect(server.asked).toHaveLength(2);
    const first = server.asked.find(({ body }) => body.prompt === 'int')!;
    expect(first).toMatchObject({
      path: '/v1/completions',
      body: { n: 3, seed: 7, max_tokens: 40 },
    });
    for (const index of [0, 1, 2]) expectWhole(given[index], answerOf(first.body, index));
    expect(given[0].promptIds).toEqual(tokenizer.encode('int'));
    expect(given[0].finishReason).toBe('stop');
    // At temperature 1, with nothing cut off, the model's distribution is the sampled one.
    expect(given[0].logprobs).toEqual(given[0].plainLogprobs);
    expect(told).toHaveLength(5);
    expect(progress.at(-1)).toBe('5/5');
    await remote.close();
  });

  it('is given up by its signal while the server keeps silent about its models', async () => {
    const server = await startServer('vllm', { delayMs: 60_000 });
    const ending = new AbortController();
    const opening = openRemoteGenerator({ endpoint: server.url, signal: ending.signal });
    setTimeout(() => ending.abort(), 50);
    await expect(opening).rejects.toMatchObject({ name: 'AbortError' });
  }, 10_000);

  it('is found by the address of its completions as by its root', async () => {
    const { url } = await startServer('vllm');
    for (const path of ['/v1/completions', '/v1/chat/completions/']) {
      const remote = await openRemoteGenerator({ endpoint: `${url}${path}` });
      expect(await remote.generate([{ prompt: 'x', n: 1, seed: 1 }], settings)).toHaveLength(1);
    }
  });

  it('is said to speak http where https was asked for, at the first try', async () => {
    const { url } = await startServer('vllm');
    await expect(openRemoteGenerator({ endpoint: url.replace('http:', 'https:') })).rejects.toThrow(
      /\/models failed: ERR_SSL_\w+\. The server speaks http, not https: write http:/,
    );
  });

  it('sends what is off as off, because servers have defaults of their own', async () => {
    const server = await startServer('vllm');
    const remote = await openRemoteGenerator({ endpoint: `${server.url}/v1/`, model: 'tiny' });
    await remote.generate([{ prompt: 'x', n: 1, seed: 1 }], settings);
    expect(server.asked[0].body).toMatchObject({
      temperature: 1, top_p: 1, top_k: -1, min_p: 0, repetition_penalty: 1, stop_token_ids: [],
    }); // prettier-ignore
    const on = { temperature: 0.5, topK: 9, topP: 0.8, minP: 0.1, repetitionPenalty: 1.2 };
    const changed = { ...settings, ...on, stop: ['}'], stopTokenIds: [5] };
    const [given] = await remote.generate([{ prompt: 'x', n: 1, seed: 1 }], changed);
    expect(server.asked[1].body).toMatchObject({
      temperature: 0.5, top_p: 0.8, top_k: 9, min_p: 0.1, repetition_penalty: 1.2,
      stop: ['}'], stop_token_ids: [5],
    }); // prettier-ignore
    // The server's values are of the model itself; those of the sampling nobody has told.
    expect(given.plainLogprobs).not.toBeNull();
    expect(given.logprobs).toBeNull();
    // No tokenizer: ids are the server's, offsets nobody has told.
    expect(given.completionIds).not.toBeNull();
    expect(given.byteOffsets).toBeNull();
    const greedy = { ...settings, temperature: 0 };
    const [likeliest] = await remote.generate([{ prompt: 'x', n: 1, seed: 1 }], greedy);
    expect(new Set(likeliest.logprobs)).toEqual(new Set([0]));
  });

  it('takes messages to the chat endpoint', async () => {
    const server = await startServer('vllm');
    const remote = await openRemoteGenerator({ endpoint: server.url, tokenizer });
    const given = await remote.generate([{ prompt: chat, n: 2, seed: 3 }], settings);
    const [{ path, body }] = server.asked;
    expect(path).toBe('/v1/chat/completions');
    expect(body).toMatchObject({ messages: chat, logprobs: true });
    expectWhole(given[1], answerOf(body, 1));
    expect(given[0].promptIds).toEqual(tokenizer.encode(JSON.stringify(chat)));
  });

  it('reads ids that are spelt as tokens where token_ids are missing', async () => {
    const server = await startServer('vllm', {
      fault: ({ body }) => {
        delete body.return_token_ids; // an older version
        return null;
      },
    });
    const remote = await openRemoteGenerator({ endpoint: server.url, tokenizer });
    for (const prompt of ['int', chat]) {
      const [given] = await remote.generate([{ prompt, n: 1, seed: 3 }], settings);
      expectWhole(given, answerOf(server.asked.at(-1)!.body, 0));
    }
  });

  it('leaves out log-probabilities when told to, and names processed ones for what they are', async () => {
    const server = await startServer('vllm');
    const without = await openRemoteGenerator({ endpoint: server.url, logprobs: false });
    const [bare] = await without.generate([{ prompt: 'x', n: 1, seed: 1 }], settings);
    expect(bare).toMatchObject({ logprobs: null, plainLogprobs: null });
    expect(bare.completionIds).not.toBeNull();
    const processed = await openRemoteGenerator({
      endpoint: server.url,
      logprobsMode: 'processed',
    });
    const warm = { ...settings, temperature: 0.5 };
    const [given] = await processed.generate([{ prompt: 'x', n: 1, seed: 1 }], warm);
    expect(given.logprobs).toEqual(given.completionIds!.map(logprobOf));
    expect(given.plainLogprobs).toBeNull();
  });

  it('cuts offsets at the stop string that the server cut the text at', async () => {
    const server = await startServer('vllm', {
      fault: ({ body }) => {
        const ids = answerOf(body, 0);
        const [text] = tokenizer.decode(ids).split(' = ');
        return [200, { choices: [{ text, finish_reason: 'stop', token_ids: ids }] }];
      },
    });
    const remote = await openRemoteGenerator({ endpoint: server.url, tokenizer });
    const cut = { ...settings, stop: [' = '] };
    const [given] = await remote.generate([{ prompt: 'x', n: 1, seed: 1 }], cut);
    expect(given.completion).toBe('int größe');
    expect(given.byteOffsets).toHaveLength(given.completionIds!.length + 1);
    expect(given.byteOffsets!.at(-1)).toBe(Buffer.byteLength('int größe'));
  });
});

describe('a remote generator on other servers', () => {
  it('asks llama.cpp one by one after it refused n, in its own words and our order', async () => {
    const server = await startServer('llama.cpp');
    const remote = await openRemoteGenerator({ endpoint: server.url, ...quick });
    const penalised = { ...settings, repetitionPenalty: 1.5, topK: 4 };
    const ask = (): Promise<Generation[]> =>
      remote.generate([{ prompt: 'int', n: 3, seed: 7 }], penalised);
    const given = await ask();
    const bodies = server.asked.map(({ body }) => body);
    expect(bodies.map(({ n }) => n)).toEqual([3, 1, 1, 1]);
    expect(new Set(bodies.slice(1).map(({ seed }) => seed)).size).toBe(3);
    expect(bodies[1]).toMatchObject({ seed: 7, repeat_penalty: 1.5, top_k: 4, min_p: 0 });
    expect(bodies[1].samplers).toEqual(['penalties', 'temperature', 'top_k', 'top_p', 'min_p']);
    // Ids, log-probabilities and bytes come with every token, so offsets need no tokenizer.
    given.forEach((generation, i) =>
      expectWhole(generation, answerOf(bodies[i + 1], 0).slice(0, -1)),
    );
    expect(given[0]).toMatchObject({ finishReason: 'length', promptIds: null });
    expect(await ask()).toEqual(given);
    expect(server.asked).toHaveLength(7);
    await expect(
      remote.generate([{ prompt: 'x', n: 1, seed: 1 }], { ...settings, stopTokenIds: [3] }),
    ).rejects.toThrow(/llama\.cpp's API has no stopTokenIds and would ignore it/);
  });

  it('takes from Ollama the texts, and refuses settings that it would ignore', async () => {
    const server = await startServer('ollama');
    await expect(openRemoteGenerator({ endpoint: server.url })).rejects.toThrow(
      /has 2 models: tiny:latest, other:7b\. Name one/,
    );
    const remote = await openRemoteGenerator({
      endpoint: server.url,
      model: 'tiny:latest',
      tokenizer,
    });
    const given = await remote.generate([{ prompt: chat, n: 2, seed: 7 }], settings);
    expect(server.asked).toHaveLength(2);
    expect(new Set(given.map(({ completion }) => completion)).size).toBe(2);
    expect(given[0].completion).toContain('größe');
    // A tokenizer is at hand, but ids are not made from text.
    expect(given[0]).toMatchObject({
      completionIds: null, promptIds: null, logprobs: null, plainLogprobs: null, byteOffsets: null,
    }); // prettier-ignore
    await expect(
      remote.generate([{ prompt: 'x', n: 1, seed: 1 }], { ...settings, topK: 5, minP: 0.1 }),
    ).rejects.toThrow(/ollama's API has no topK, minP and would ignore them/);
  });

  it('finds out what a server without a list of models refuses or ignores', async () => {
    const server = await startServer('strict');
    await expect(openRemoteGenerator({ endpoint: server.url })).rejects.toThrow(
      /does not list its models\. Name one/,
    );
    const remote = await openRemoteGenerator({ endpoint: server.url, model: 'm' });
    const given = await remote.generate([{ prompt: 'x', n: 3, seed: 7 }], settings);
    expect(new Set(given.map(({ completion }) => completion)).size).toBe(3);
    // Twice for the two optional fields, then n = 3 gave one, then the other two.
    expect(server.asked.map(({ body }) => body.n)).toEqual([3, 3, 3, 1, 1]);
    await expect(
      remote.generate([{ prompt: 'x', n: 1, seed: 1 }], { ...settings, topK: 5 }),
    ).rejects.toThrow(/answered 422.*top_k.*Extra inputs are not permitted/);
  });

  it('keeps to the number of requests at once, and to the order of the requests', async () => {
    const server = await startServer('vllm', { delayMs: 10 });
    const remote = await openRemoteGenerator({ endpoint: server.url, concurrency: 3 });
    const requests = Array.from({ length: 14 }, (_, seed) => ({ prompt: `p${seed}`, n: 1, seed }));
    const given = await remote.generate(requests, settings);
    expect(given.map(({ request }) => request)).toEqual(requests.map((_, index) => index));
    given.forEach(({ completion }, seed) => expect(completion).toContain(`= ${seed} +`));
    expect(server.mostOpen).toBe(3);
  });
});
