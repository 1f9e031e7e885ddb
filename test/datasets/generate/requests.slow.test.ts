import { mkdtempSync, readFileSync, rmSync, appendFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import {
  createAsker,
  type Asker,
  type EndpointOptions,
} from '../../../src/datasets/generate/ask.js';
import { createGate, spentOf, type Limits } from '../../../src/datasets/generate/budget.js';
import { openRequestLog, type RequestLog } from '../../../src/datasets/generate/log.js';
import { slotOf, type Slot } from '../../../src/datasets/generate/prompts.js';
import { recordedAnswer } from './answers.js';
import { sendJson, startChatServer, type Behaviour, type ChatServer } from './server.js';

const good = recordedAnswer('good-calm-stretch');
const { signal } = new AbortController();
const slot = (i: number): Slot => slotOf(i, 0, ['any topic']);
const open: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

async function server(behave: Behaviour, options?: object): Promise<ChatServer> {
  const started = await startChatServer(behave, options);
  open.push(() => started.close());
  return started;
}

function folder(): string {
  const made = mkdtempSync(path.join(tmpdir(), 'rlsf-generate-'));
  open.push(() => rmSync(made, { recursive: true }));
  return made;
}

function asker(
  { baseUrl }: ChatServer,
  options: Partial<EndpointOptions & Limits> = {},
  file = path.join(folder(), 'requests.jsonl'),
): { asker: Asker; log: RequestLog } {
  const log = openRequestLog(file);
  open.push(() => log.close());
  const limits = {
    maxRequests: 100,
    maxTokensTotal: Infinity,
    requestsPerMinute: 1e6,
    ...options,
  };
  const endpoint = {
    baseUrl,
    apiKey: 'secret-key',
    model: 'm',
    temperature: 1,
    maxTokens: 1000,
    timeoutMs: 5000,
    retries: 3,
    retryDelayMs: 10,
    ...options,
  };
  return { asker: createAsker(endpoint, log, createGate(log, limits, signal)), log };
}

describe('an answer', () => {
  it('is asked for with schema, seed and key, and recorded as it came', async () => {
    const chat = await server(() => good);
    const { asker: one, log } = asker(chat);
    const entry = await one.ask(slot(0), signal);
    const [{ body, headers }] = chat.asked;
    expect(body).toMatchObject({ model: 'm', temperature: 1, max_tokens: 1000 });
    expect(body['seed']).toBe(slot(0).seed);
    expect(body['response_format']).toMatchObject({ type: 'json_schema' });
    expect(headers['authorization']).toBe('Bearer secret-key');
    expect(entry).toMatchObject({ kind: 'answer', model: 'test-model-1', cost: 0.001 });
    expect(log.entries.map(({ kind }) => kind)).toEqual(['sent', 'answer']);
    expect(readFileSync(log.file, 'utf8')).not.toContain('secret-key');
  });

  it('that is in the log is not asked for again, by this run or another', async () => {
    const chat = await server(() => good);
    const { asker: one, log } = asker(chat);
    const entry = await one.ask(slot(0), signal);
    expect(await one.ask(slot(0), signal)).toEqual(entry);
    expect(await asker(chat, {}, log.file).asker.ask(slot(0), signal)).toEqual(entry);
    expect(chat.asked).toHaveLength(1);
    await expect(
      asker(chat, { temperature: 0 }, log.file).asker.ask(slot(0), signal),
    ).rejects.toThrow(/request 0 was another one/);
  });

  it('without usage is counted by its bytes', async () => {
    const chat = await server(() => good, { usage: false });
    const { asker: one, log } = asker(chat);
    expect(await one.ask(slot(0), signal)).toMatchObject({ usage: null, cost: null });
    const spent = spentOf(log.entries);
    expect(spent.estimatedTokens).toBe(spent.tokens);
    expect(spent.tokens).toBeGreaterThan(500);
    expect(spent.cost).toBeNull();
  });

  it('is asked for in plain words where the server refuses the schema, and so are those after it', async () => {
    const chat = await server(({ body }, response) => {
      if (body['response_format'] === undefined) return good;
      sendJson(response, 400, { error: { message: "Unknown parameter: 'response_format'." } });
      return 'answered';
    });
    const { asker: one, log } = asker(chat);
    expect(await one.ask(slot(0), signal)).toMatchObject({ kind: 'answer' });
    await one.ask(slot(1), signal);
    expect(chat.asked).toHaveLength(3);
    await asker(chat, {}, log.file).asker.ask(slot(2), signal);
    expect(chat.asked).toHaveLength(4);
  });

  it('is asked for without what the server names: temperature, the name of the limit', async () => {
    const chat = await server(({ body }, response) => {
      const message =
        'temperature' in body
          ? "'temperature' does not support 1 with this model."
          : 'max_tokens' in body
            ? "'max_tokens' is not supported, use 'max_completion_tokens'."
            : null;
      if (message === null) return good;
      sendJson(response, 400, { error: { message } });
      return 'answered';
    });
    expect(await asker(chat).asker.ask(slot(0), signal)).toMatchObject({
      kind: 'answer',
      without: ['temperature', 'length_field'],
    });
    expect(chat.asked.at(-1)?.body).toMatchObject({ max_completion_tokens: 1000 });
  });
});

describe('a failure', () => {
  it('429 is waited out as Retry-After says, by all requests', async () => {
    const chat = await server((_, response, times) => {
      if (chat.asked.length > 1 || times > 1) return good;
      sendJson(response, 429, { error: { message: 'Slow down.' } }, { 'retry-after': '1' });
      return 'answered';
    });
    const { asker: one, log } = asker(chat);
    const first = one.ask(slot(0), signal);
    while (log.entries.every(({ kind }) => kind !== 'refused'))
      await new Promise((r) => setTimeout(r, 5));
    const second = one.ask(slot(1), signal);
    expect(await first).toMatchObject({ kind: 'answer' });
    expect(await second).toMatchObject({ kind: 'answer' });
    const [begun, ...later] = chat.asked.map(({ atMs }) => atMs);
    expect(later).toHaveLength(2);
    for (const atMs of later) expect(atMs - begun).toBeGreaterThan(950);
    expect(spentOf(log.entries)).toMatchObject({ requests: 3, refused: 1 });
  });

  it('500, and a connection that breaks off, are tried again and counted', async () => {
    const chat = await server((_, response, times) => {
      if (times === 1) sendJson(response, 500, { error: { message: 'Oh.' } });
      else if (times === 2) response.destroy();
      else return good;
      return 'answered';
    });
    const { asker: one, log } = asker(chat);
    expect(await one.ask(slot(0), signal)).toMatchObject({ kind: 'answer' });
    const spent = spentOf(log.entries);
    expect(spent).toMatchObject({ requests: 3, refused: 2 });
    // The model may have worked for the connection that broke, not for the 500.
    expect(spent.estimatedTokens).toBeGreaterThanOrEqual(1000);
    expect(spent.estimatedTokens).toBeLessThan(2000 + 1000);
  });

  it('of an answer that is too slow ends that request, and the next is asked', async () => {
    const chat = await server(({ slot: asked }) => (asked === 0 ? 'answered' : good));
    const { asker: one } = asker(chat, { timeoutMs: 200 });
    expect(await one.ask(slot(0), signal)).toMatchObject({ kind: 'failed', reason: 'timeout' });
    expect(await one.ask(slot(1), signal)).toMatchObject({ kind: 'answer' });
    expect(await one.ask(slot(0), signal)).toMatchObject({ kind: 'failed' });
    expect(chat.asked.map(({ slot: asked }) => asked)).toEqual([0, 0, 1]);
  });

  it('of three requests in a row ends the run and says why; one good answer starts the count anew', async () => {
    let isWell = true;
    const chat = await server((_, response) => {
      if (isWell) return good;
      sendJson(response, 503, { error: { message: 'The model is being loaded.' } });
      return 'answered';
    });
    const { asker: one } = asker(chat, { retries: 0 });
    isWell = false;
    await one.ask(slot(0), signal);
    await one.ask(slot(1), signal);
    isWell = true;
    await one.ask(slot(2), signal);
    isWell = false;
    await one.ask(slot(3), signal);
    await one.ask(slot(4), signal);
    await expect(one.ask(slot(5), signal)).rejects.toThrow(
      /3 requests in a row were given up.*503 The model is being loaded/,
    );
  });

  it('of the key ends the run at once, and is not one of the slot', async () => {
    const chat = await server(({ headers }, response) => {
      if (headers['authorization'] === 'Bearer right') return good;
      sendJson(response, 401, {
        error: { message: `Wrong key: ${String(headers['authorization'])}` },
      });
      return 'answered';
    });
    const { asker: one, log } = asker(chat);
    await expect(one.ask(slot(0), signal)).rejects.toThrow(/401.*OPENAI_API_KEY/);
    expect(chat.asked).toHaveLength(1);
    expect(readFileSync(log.file, 'utf8')).not.toContain('secret-key');
    const again = asker(chat, { apiKey: 'right' }, log.file).asker;
    expect(await again.ask(slot(0), signal)).toMatchObject({ kind: 'answer' });
  });

  it('of a server that asks for more patience than there is ends the run', async () => {
    const chat = await server((_, response) => {
      sendJson(response, 429, { error: { message: 'Later.' } }, { 'retry-after': '3600' });
      return 'answered';
    });
    await expect(asker(chat).asker.ask(slot(0), signal)).rejects.toThrow(/asks to wait 3600 s/);
    expect(chat.asked).toHaveLength(1);
  });

  it('of a reply that is no chat completion is one of its request', async () => {
    const chat = await server((_, response) => {
      sendJson(response, 200, { error: { message: 'No provider.' } });
      return 'answered';
    });
    expect(await asker(chat).asker.ask(slot(0), signal)).toMatchObject({
      kind: 'failed',
      reason: 'no_answer',
      detail: expect.stringMatching(/No provider/) as string,
    });
  });

  it('of a server that is not there costs nothing of the budget', async () => {
    const chat = await server(() => good);
    await chat.close();
    const { asker: one, log } = asker(chat, { retries: 1 });
    await expect(one.ask(slot(0), signal)).rejects.toThrow(/Nothing listens there/);
    expect(spentOf(log.entries)).toMatchObject({ requests: 0, tokens: 0, refused: 2 });
  });
});

describe('limits', () => {
  it('requests are counted with their further tries, and over all runs', async () => {
    const chat = await server((_, response, times) => {
      if (times > 1) return good;
      sendJson(response, 500, { error: { message: 'Oh.' } });
      return 'answered';
    });
    const { asker: one, log } = asker(chat, { maxRequests: 3 });
    expect(await one.ask(slot(0), signal)).toMatchObject({ kind: 'answer' });
    // One try is left; the second would be one too many.
    expect(await one.ask(slot(1), signal)).toBeNull();
    expect(await asker(chat, { maxRequests: 3 }, log.file).asker.ask(slot(2), signal)).toBeNull();
    expect(chat.asked).toHaveLength(3);
    const more = asker(chat, { maxRequests: 4 }, log.file).asker;
    expect(await more.ask(slot(1), signal)).toMatchObject({ kind: 'answer' });
  });

  it('tokens are never more than allowed, whatever is under way at once', async () => {
    const chat = await server(() => good, { delayMs: 30 });
    // An answer reserves some 1900 tokens and costs some 900.
    const { asker: one, log } = asker(chat, { maxTokensTotal: 5000 });
    const entries = await Promise.all(
      Array.from({ length: 8 }, (_, i) => one.ask(slot(i), signal)),
    );
    const answered = entries.filter((entry) => entry !== null).length;
    expect(answered).toBeGreaterThanOrEqual(3);
    expect(answered).toBeLessThan(8);
    expect(spentOf(log.entries).tokens).toBeLessThanOrEqual(5000);
    expect(chat.asked).toHaveLength(answered);
  });

  it('a request whose answer was lost with its run counts at its dearest', async () => {
    const chat = await server(() => good);
    const file = path.join(folder(), 'requests.jsonl');
    const sent = { kind: 'sent', slot: 0, hash: 'h', try: 1, at: new Date(0).toISOString() };
    appendFileSync(file, `${JSON.stringify({ ...sent, reserved: 1900 })}\n{"kind":"answer","slo`);
    const { asker: one, log } = asker(chat, { maxTokensTotal: 3000 }, file);
    expect(spentOf(log.entries)).toMatchObject({ requests: 1, tokens: 1900 });
    // What the kill left half-written is gone, and there is no room for another one.
    expect(await one.ask(slot(0), signal)).toBeNull();
    expect(readFileSync(file, 'utf8').split('\n')).toHaveLength(2);
  });

  it('requests are sent as far apart as the rate says, counted on from the last of the run before', async () => {
    const chat = await server(() => good);
    const rate = { requestsPerMinute: 300 };
    const { asker: one, log } = asker(chat, rate);
    await Promise.all([0, 1, 2].map((i) => one.ask(slot(i), signal)));
    await asker(chat, rate, log.file).asker.ask(slot(3), signal);
    const { entries } = openRequestLog(log.file);
    const at = entries.flatMap((entry) => (entry.kind === 'sent' ? [Date.parse(entry.at)] : []));
    expect(at).toHaveLength(4);
    for (let i = 1; i < 4; i++) expect(at[i] - at[i - 1]).toBeGreaterThanOrEqual(199);
    const arrived = chat.asked.map(({ atMs }) => atMs);
    expect(arrived[3] - arrived[0]).toBeGreaterThan(500);
  });

  it('a damaged line of the log is named', async () => {
    const chat = await server(() => good);
    const file = path.join(folder(), 'requests.jsonl');
    appendFileSync(file, 'not json\n');
    expect(() => asker(chat, {}, file)).toThrow(/requests\.jsonl:1: expected an entry/);
  });
});
