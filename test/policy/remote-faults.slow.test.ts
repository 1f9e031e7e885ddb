import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import {
  openRemoteGenerator,
  type Generation,
  type RemoteOptions,
} from '../../src/policy/index.js';
import { startServer, type Fault, type TestServer } from './remote-server.js';
import { plainSettings } from './fixtures.js';

const settings = plainSettings(40);
const key = 'sk-very-secret-0123456789';

async function generateWith(
  fault: Fault,
  options: Partial<RemoteOptions> = {},
): Promise<{ server: TestServer; generate: () => Promise<Generation[]> }> {
  const server = await startServer('vllm', { fault });
  const endpoint = server.url;
  const remote = await openRemoteGenerator({ endpoint, retryDelayMs: 5, retries: 3, ...options });
  const requests = [{ prompt: 'x', n: 1, seed: 1 }];
  return { server, generate: () => remote.generate(requests, settings) };
}

describe('a remote generator under faults', () => {
  it('waits as long as Retry-After says', async () => {
    const { server, generate } = await generateWith((_, count) =>
      count === 1 ? [429, { error: { message: 'slow down' } }, { 'retry-after': '0.3' }] : null,
    );
    const start = performance.now();
    expect(await generate()).toHaveLength(1);
    expect(performance.now() - start).toBeGreaterThan(295);
    expect(server.asked).toHaveLength(2);
  });

  it('gives up where Retry-After asks for too much, or the tries are used up', async () => {
    const patient = await generateWith(() => [429, {}, { 'retry-after': '3600' }]);
    await expect(patient.generate()).rejects.toThrow(/429 and asks to wait 3600 s/);
    const busy = await generateWith(() => [429, { error: { message: 'slow down' } }]);
    await expect(busy.generate()).rejects.toThrow(
      /POST http:\/\/127\.0\.0\.1:\d+\/v1\/completions \(model "tiny"\) answered 429 after 4 tries: "slow down"\. Lower the concurrency/,
    );
    expect(busy.server.asked).toHaveLength(4);
  });

  it('tries again after errors of the server', async () => {
    const { server, generate } = await generateWith((_, count) =>
      count < 3 ? [500, 'Internal Server Error'] : null,
    );
    expect((await generate())[0].completion).not.toBe('');
    expect(server.asked).toHaveLength(3);
  });

  it('tries again after a dropped connection and a reply that is cut off', async () => {
    const { server, generate } = await generateWith((_, count, response) => {
      if (count === 1) response.destroy();
      else if (count === 2) {
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': '999' });
        response.write('{"choices": [');
        setTimeout(() => response.destroy(), 10);
      } else return null;
      return 'answered';
    });
    expect((await generate())[0].completion).not.toBe('');
    expect(server.asked).toHaveLength(3);
  });

  it('says so when replies are not JSON, or have no completions', async () => {
    const html = await generateWith(() => [200, '<html>Welcome</html>']);
    await expect(html.generate()).rejects.toThrow(
      /answered 200 with something that is not JSON after 4 tries: "<html>Welcome<\/html>".*\/v1/,
    );
    const empty = await generateWith(() => [200, { choices: [] }]);
    await expect(empty.generate()).rejects.toThrow(/gave a reply without completions/);
    expect(empty.server.asked).toHaveLength(1);
  });

  it('gives up a server that hangs, before or within its reply', async () => {
    const silent = await generateWith(() => 'answered', { timeoutMs: 80 });
    await expect(silent.generate()).rejects.toThrow(/no whole answer within 0\.08 s after 2 tries/);
    const stuck = await generateWith(
      (_asked, _count, response) => {
        response.writeHead(200, { 'content-type': 'application/json' });
        response.write('{"choices": [');
        return 'answered';
      },
      { timeoutMs: 80 },
    );
    await expect(stuck.generate()).rejects.toThrow(/no whole answer within 0\.08 s/);
  });

  it('gives up a reply without end', async () => {
    let closed = false;
    const { server, generate } = await generateWith(
      (_asked, _count, response) => {
        response.writeHead(200, { 'content-type': 'application/json' });
        response.write('{"choices": [{"text": "');
        const timer = setInterval(() => response.write('x'.repeat(4096)), 1);
        response.on('close', () => {
          clearInterval(timer);
          closed = true;
        });
        return 'answered';
      },
      { maxReplyBytes: 50_000 },
    );
    await expect(generate()).rejects.toThrow(/sent more than 50000 bytes.*raise maxReplyBytes/);
    expect(server.asked).toHaveLength(1);
    await expect.poll(() => closed).toBe(true);
  });

  it('takes a reply without log-probabilities for what it is', async () => {
    const { generate } = await generateWith(() => [
      200,
      { choices: [{ text: 'done', finish_reason: 'abort', logprobs: null }] },
    ]);
    expect(await generate()).toEqual([
      expect.objectContaining({ completion: 'done', finishReason: 'cancelled', logprobs: null }),
    ]);
  });

  it('sends the key and never says it', async () => {
    const server = await startServer('vllm', { key });
    const open = (apiKey?: string): Promise<unknown> =>
      openRemoteGenerator({ endpoint: server.url, ...(apiKey === undefined ? {} : { apiKey }) });
    await expect(open(key)).resolves.toMatchObject({ name: 'tiny' });
    const wrong = `${key}-wrong`;
    const error = await open(wrong).then(
      () => null,
      (thrown: unknown) => thrown as Error,
    );
    // The server repeats the key in its message.
    expect(error!.message).toMatch(/answered 401: "Unauthorized: Bearer \(key\)".*OPENAI_API_KEY/);
    expect(`${error!.stack} ${JSON.stringify(error)} ${String(error!.cause)}`).not.toContain(key);
    const before = process.env.OPENAI_API_KEY;
    try {
      process.env.OPENAI_API_KEY = key;
      await expect(open()).resolves.toMatchObject({ name: 'tiny' });
      delete process.env.OPENAI_API_KEY;
      await expect(open()).rejects.toThrow(/Unauthorized: nothing/);
    } finally {
      if (before === undefined) delete process.env.OPENAI_API_KEY;
      else process.env.OPENAI_API_KEY = before;
    }
  });

  it('lists the models when one is not known', async () => {
    const server = await startServer('vllm');
    const remote = await openRemoteGenerator({ endpoint: server.url, model: 'large' });
    await expect(remote.generate([{ prompt: 'x', n: 2, seed: 1 }], settings)).rejects.toThrow(
      /\(model "large"\) answered 404: "The model large does not exist\."\. The server's models: tiny\./,
    );
  });

  it('needs no list of models where the model is named', async () => {
    const server = await startServer('vllm', { models: [500, 'Internal Server Error'] });
    const options = { endpoint: server.url, retryDelayMs: 1 };
    const remote = await openRemoteGenerator({ ...options, model: 'tiny' });
    expect(await remote.generate([{ prompt: 'x', n: 1, seed: 1 }], settings)).toHaveLength(1);
    await expect(openRemoteGenerator(options)).rejects.toThrow(/does not list its models/);
  });

  it('says what to do where nothing listens', async () => {
    const free = createServer();
    const port = await new Promise<number>((resolve) =>
      free.listen(0, '127.0.0.1', () => resolve((free.address() as { port: number }).port)),
    );
    await new Promise((resolve) => free.close(resolve));
    await expect(
      openRemoteGenerator({ endpoint: `http://127.0.0.1:${port}`, retryDelayMs: 1 }),
    ).rejects.toThrow(
      /failed: ECONNREFUSED after 3 tries\. Nothing listens there: start the server/,
    );
  });

  it('refuses endpoints and settings that cannot work', async () => {
    const open = (options: RemoteOptions): Promise<unknown> => openRemoteGenerator(options);
    await expect(open({ endpoint: 'localhost:8000' })).rejects.toThrow(/http:\/\/ or https:\/\//);
    await expect(open({ endpoint: 'nonsense' })).rejects.toThrow(/to be a URL/);
    const withPassword = open({ endpoint: 'http://me:pass-word@localhost:1' });
    await expect(withPassword).rejects.toThrow(/holds a name or password/);
    await expect(withPassword).rejects.not.toThrow(/pass-word/);
    await expect(open({ endpoint: 'http://localhost:1', concurrency: 0 })).rejects.toThrow(
      /concurrency from 1/,
    );
    const remote = await openRemoteGenerator({ endpoint: (await startServer('vllm')).url });
    const half = [{ prompt: 'x', n: 1.5, seed: 1 }];
    await expect(remote.generate(half, settings)).rejects.toThrow(/n of request 0 from 0/);
    const wild = { ...settings, topP: 2 };
    await expect(remote.generate([], wild)).rejects.toThrow(/Remote: expected topP above 0/);
    const { generate } = await generateWith(() => [400, { message: 'prompt is too long' }]);
    await expect(generate()).rejects.toThrow(/answered 400: "prompt is too long"/);
  });

  it('ends with the signal, also in the midst of waiting, and keeps what it has', async () => {
    const server = await startServer('vllm', {
      fault: ({ body }) => {
        if (body.prompt === 'hangs') return 'answered';
        return body.prompt === 'waits' ? [503, {}, { 'retry-after': '60' }] : null;
      },
    });
    const remote = await openRemoteGenerator({ endpoint: server.url });
    const controller = new AbortController();
    const start = performance.now();
    const given = await remote.generate(
      ['fine', 'hangs', 'waits'].map((prompt) => ({ prompt, n: 2, seed: 1 })),
      settings,
      {
        signal: controller.signal,
        onProgress: (done) => done === 2 && setTimeout(() => controller.abort(), 50),
      },
    );
    expect(performance.now() - start).toBeLessThan(5000);
    expect(given.map(({ finishReason }) => finishReason)).toEqual([
      'stop', 'stop', 'cancelled', 'cancelled', 'cancelled', 'cancelled',
    ]); // prettier-ignore
    expect(given[5]).toMatchObject({ request: 2, sample: 1, completion: '', completionIds: null });
    await remote.close();
    await expect(remote.generate([], settings)).rejects.toThrow(/is closed/);
  });

  it('ends the other requests when one fails for good', async () => {
    const server = await startServer('vllm', {
      fault: ({ body }) => (body.prompt === 'bad' ? [400, { detail: 'no' }] : 'answered'),
    });
    const remote = await openRemoteGenerator({ endpoint: server.url });
    const requests = ['hangs', 'bad', 'hangs too'].map((prompt) => ({ prompt, n: 1, seed: 1 }));
    await expect(remote.generate(requests, settings)).rejects.toThrow(/answered 400: "no"/);
  });
});
