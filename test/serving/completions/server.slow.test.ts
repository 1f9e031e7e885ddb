import OpenAI from 'openai';
import path from 'node:path';
import { symlink, mkdir } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  completionLogprobs,
  loadAdapter,
  openRemoteGenerator,
  nativeGenerator,
  samplePolicy,
  setActiveAdapter,
  type Policy,
  type Sample,
} from '../../../src/policy/index.js';
import type { SamplingSettings } from '../../../src/records.js';
import {
  startCompletionServer,
  type CompletionServer,
} from '../../../src/serving/completions/index.js';
import { selectBackend, tf } from '../../../src/tensor/index.js';
import { plainSettings, programs } from '../../policy/fixtures.js';
import { chattyPolicy, servedFolders, type ServedFolders } from './fixtures.js';

let policy: Policy;
let folders: ServedFolders;
let server: CompletionServer;
let client: OpenAI;
const key = 'a-key-of-this-test-only';

beforeAll(async () => {
  await selectBackend();
  policy = await chattyPolicy();
  folders = await servedFolders(policy);
  server = await startCompletionServer({
    policy: folders.policy,
    adapters: [{ name: 'first', folder: path.join(folders.adapters, 'one') }],
    adapterRoot: folders.adapters,
    keys: [{ tenant: 'test', key }],
    maxBatch: 8,
  });
  client = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: key, maxRetries: 0 });
}, 120_000);
afterAll(async () => {
  await server.stop();
  policy.dispose();
});

function own(
  prompt: string,
  n: number,
  seed: number,
  changes: Partial<SamplingSettings> = {},
): Promise<Sample[]> {
  return samplePolicy(policy, [{ prompt, n, seed }], { ...plainSettings(20), ...changes });
}

/** A request beside OpenAI's types: vLLM's fields, and wrong ones. */
async function post(
  route: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<{ status: number; body: ErrorReply }> {
  const reply = await fetch(`${server.url}${route}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}`, ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  const text = await reply.text();
  const json = reply.headers.get('content-type')?.includes('json');
  return { status: reply.status, body: (json ? JSON.parse(text) : { text }) as ErrorReply };
}

interface ErrorReply {
  error: { message: string; type: string; param: string | null; code: string | null };
  text?: string;
}

const messages = [{ role: 'user' as const, content: 'for (int i' }];

describe('the openai client', () => {
  it('gets completions that are the library’s own samples of that seed', async () => {
    const reply = await client.completions.create({
      model: 'tiny',
      prompt: programs[0],
      n: 3,
      max_tokens: 20,
      seed: 5,
      logprobs: 0,
    });
    const samples = await own(programs[0], 3, 5);
    expect(reply.choices.map(({ text }) => text)).toEqual(
      samples.map(({ completion }) => completion),
    );
    expect(reply.choices.map(({ logprobs }) => logprobs?.token_logprobs)).toEqual(
      samples.map(({ plainLogprobs }) => plainLogprobs),
    );
    expect(reply.choices.map(({ finish_reason }) => finish_reason)).toEqual(
      samples.map(({ finishReason }) => finishReason),
    );
    const drawn = samples.reduce((sum, { completionIds }) => sum + completionIds.length, 0);
    expect(reply.usage).toEqual({
      prompt_tokens: samples[0].promptIds.length,
      completion_tokens: drawn,
      total_tokens: samples[0].promptIds.length + drawn,
    });
  });

  it('gets log-probabilities that a forward pass gives again, echoed prompt included', async () => {
    const reply = await client.completions.create({
      model: 'tiny',
      prompt: programs[1],
      max_tokens: 12,
      seed: 2,
      logprobs: 4,
      echo: true,
    });
    const [{ text, logprobs }] = reply.choices;
    const [{ promptIds, completionIds, completion }] = await own(programs[1], 1, 2, {
      maxNewTokens: 12,
    });
    expect(text).toBe(programs[1] + completion);
    const ids = [...promptIds, ...completionIds];
    const again = completionLogprobs(policy, [
      { promptIds: ids.slice(0, 1), completionIds: ids.slice(1) },
    ]);
    const values = [...again.logprobs.dataSync()];
    tf.dispose([again.logprobs, again.entropy, again.mask]);
    expect(logprobs?.token_logprobs?.[0]).toBeNull();
    const given = logprobs?.token_logprobs?.slice(1) as number[];
    expect(given).toHaveLength(values.length);
    given.forEach((value, i) => expect(value).toBeCloseTo(values[i], 4));
    for (const [i, top] of (logprobs?.top_logprobs ?? []).entries()) {
      if (i === 0) continue;
      const likely = Object.values(top);
      expect(likely.length).toBeGreaterThanOrEqual(4);
      expect(likely.reduce((sum, each) => sum + Math.exp(each), 0)).toBeLessThan(1.0001);
      expect(Math.max(...likely)).toBeGreaterThanOrEqual(given[i - 1]);
    }
    // Where the text is whole characters, the offsets cut it into the tokens.
    const tokens = logprobs?.tokens ?? [];
    const characters = [...text];
    tokens.forEach((token, i) => {
      const [from, to] = [
        logprobs!.text_offset![i],
        logprobs!.text_offset![i + 1] ?? characters.length,
      ];
      if (!/^(bytes|token_id):/.test(token) && token !== '<|endoftext|>')
        expect(characters.slice(from, to).join('')).toBe(token);
    });
  });

  it('chats by the template, alternatives beside each token', async () => {
    const reply = await client.chat.completions.create({
      model: 'tiny',
      messages,
      max_completion_tokens: 9,
      seed: 4,
      n: 2,
      logprobs: true,
      top_logprobs: 3,
    });
    const prompt = policy.tokenizer.renderChat(messages);
    const samples = await own(prompt, 2, 4, { maxNewTokens: 9 });
    expect(reply.choices.map(({ message }) => message.content)).toEqual(
      samples.map(({ completion }) => completion),
    );
    for (const [i, { logprobs }] of reply.choices.entries()) {
      const content = logprobs?.content ?? [];
      expect(content.map(({ logprob }) => logprob)).toEqual(samples[i].plainLogprobs);
      for (const { top_logprobs: top, bytes, token } of content) {
        expect(top).toHaveLength(3);
        expect(top.map(({ logprob }) => logprob)).toEqual(
          [...top.map(({ logprob }) => logprob)].sort((a, b) => b - a),
        );
        if (bytes!.length > 0 && !token.startsWith('bytes:'))
          expect(Buffer.from(bytes!).toString('utf8')).toBe(token);
      }
    }
    expect((await own(prompt, 1, 9, { maxNewTokens: 30 }))[0].completion).toBe(
      (
        await client.chat.completions.create({
          model: 'tiny',
          messages: [
            {
              role: 'user',
              content: [
                { type: 'text', text: 'for (int' },
                { type: 'text', text: ' i' },
              ],
            },
          ],
          max_tokens: 30,
          seed: 9,
        })
      ).choices[0].message.content,
    );
  });

  it('streams what it gives whole: text, reasons, log-probabilities, usage', async () => {
    const body = {
      model: 'tiny',
      prompt: ['x = ', programs[2]],
      n: 2,
      max_tokens: 30,
      seed: 8,
      logprobs: 2,
      stop: ['int', ')'],
      echo: true,
    };
    const whole = await client.completions.create(body);
    const stream = await client.completions.create({
      ...body,
      stream: true,
      stream_options: { include_usage: true },
    });
    const parts = whole.choices.map(() => ({
      text: '',
      reason: null as string | null,
      values: [] as (number | null)[],
      offsets: [] as number[],
    }));
    let usage: unknown = null;
    for await (const chunk of stream) {
      usage = chunk.usage ?? usage;
      for (const { index, text, finish_reason: reason, logprobs } of chunk.choices) {
        parts[index].text += text;
        parts[index].reason = reason;
        parts[index].values.push(...(logprobs?.token_logprobs ?? []));
        parts[index].offsets.push(...(logprobs?.text_offset ?? []));
      }
    }
    expect(usage).toEqual(whole.usage);
    expect(parts).toEqual(
      whole.choices.map(({ text, finish_reason, logprobs }) => ({
        text,
        reason: finish_reason,
        values: logprobs?.token_logprobs,
        offsets: logprobs?.text_offset,
      })),
    );
    const chat = { model: 'tiny', messages, max_tokens: 30, seed: 3, temperature: 1.5 };
    const said = await client.chat.completions.create(chat);
    let streamed = '';
    for await (const chunk of await client.chat.completions.create({ ...chat, stream: true })) {
      // No character is cut: a half one would be U+FFFD here, or break the JSON.
      streamed += chunk.choices[0]?.delta.content ?? '';
    }
    expect(streamed).toBe(said.choices[0].message.content);
  });

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
      alone.push((await client.completions.create(each)).choices.map(({ text }) => text));
    const together = await Promise.all(
      asked.map(async (each) =>
        (await client.completions.create(each)).choices.map(({ text }) => text),
      ),
    );
    expect(together).toEqual(alone);
    const [a, b] = await Promise.all(
      [0, 1].map(() => client.completions.create({ model: 'tiny', prompt: 'int', max_tokens: 30 })),
    );
    expect(a.choices[0].text).not.toBe(b.choices[0].text); // no seed: never the same
  });

  it('frees the rows of a client that goes', async () => {
    const stream = await client.completions.create({
      model: 'tiny',
      prompt: 'int',
      n: 40,
      max_tokens: 100,
      stream: true,
    });
    for await (const _ of stream) break;
    const gone = new AbortController();
    const waiting = client.completions.create(
      { model: 'tiny', prompt: 'int', n: 40, max_tokens: 100 },
      { signal: gone.signal },
    );
    setTimeout(() => gone.abort(), 30);
    await expect(waiting).rejects.toThrow();
    await client.completions.create({ model: 'tiny', prompt: 'int', max_tokens: 2 });
    expect(server.engine.load).toMatchObject({ running: 0, waiting: 0 });
  });

  it('serves adapters by name, loads them from below the root alone, and unloads them', async () => {
    const ask = async (model: string): Promise<string> =>
      (await client.completions.create({ model, prompt: programs[0], max_tokens: 20, seed: 1 }))
        .choices[0].text;
    const load = (
      lora_name: string,
      lora_path: string,
      more = {},
    ): Promise<{ status: number; body: ErrorReply }> =>
      post('/v1/load_lora_adapter', { lora_name, lora_path, ...more });
    await loadAdapter(policy, path.join(folders.adapters, 'one'), { name: 'one' });
    const [{ completion: one }] = await own(programs[0], 1, 1);
    await loadAdapter(policy, path.join(folders.adapters, 'two'), { name: 'two' });
    const [{ completion: two }] = await own(programs[0], 1, 1);
    setActiveAdapter(policy, null);
    expect(await ask('first')).toBe(one);
    expect((await load('second', 'two')).body.text).toBe(
      "Success: LoRA adapter 'second' added successfully.",
    );
    expect(await ask('second')).toBe(two);
    expect((await load('second', 'one')).body.error.message).toContain('already been loaded');
    expect(
      (await load('second', path.join(folders.adapters, 'one'), { load_inplace: true })).status,
    ).toBe(200);
    expect(await ask('second')).toBe(one);
    const list = await client.models.list();
    expect(list.data.map(({ id }) => id)).toEqual(['tiny', 'first', 'second']);
    expect((await post('/v1/unload_lora_adapter', { lora_name: 'second' })).status).toBe(200);
    await expect(ask('second')).rejects.toMatchObject({ status: 404, code: 'model_not_found' });
    await symlink(folders.policy, path.join(folders.adapters, 'way-out'));
    await mkdir(path.join(folders.adapters, 'empty'));
    for (const outside of ['..', '../tiny', '/etc', 'way-out', 'nowhere', 'a\0b', folders.policy]) {
      const { status, body } = await load('x', outside);
      expect([status, body.error.param], outside).toEqual([400, 'lora_path']);
    }
    expect((await load('x', 'empty')).body.error.message).toContain('adapter_config.json');
    expect((await load('a/b', 'one')).status).toBe(400);
  });

  it('is a remote generator’s server: ids, log-probabilities and texts as sampled here', async () => {
    const remote = await openRemoteGenerator({
      endpoint: server.url,
      apiKey: key,
      model: 'tiny',
      tokenizer: policy.tokenizer,
    });
    const requests = [
      { prompt: programs[0], n: 3, seed: 11 },
      { prompt: messages, n: 2, seed: 12 },
    ];
    const settings = { ...plainSettings(15), stop: [';'] };
    const [far, here] = await Promise.all(
      [remote, nativeGenerator(policy)].map((each) => each.generate(requests, settings)),
    );
    // The values come from one kernel; that temperature 1 is the model itself rounds differently in it.
    const loose = (all: typeof far): unknown[] =>
      all.map(({ request, sample, completion, promptIds, completionIds, ...more }) => {
        const { plainLogprobs, finishReason, byteOffsets } = more;
        const texts = { request, sample, completion, promptIds, completionIds };
        return { ...texts, plainLogprobs, finishReason, byteOffsets };
      });
    expect(loose(far)).toEqual(loose(here));
    far.forEach(({ logprobs }, i) =>
      logprobs!.forEach((value, t) => expect(value).toBeCloseTo(here[i].logprobs![t], 5)),
    );
    await remote.close();
  });

  it('tokenizes as the policy does', async () => {
    const { body } = await post('/tokenize', { prompt: 'größer 🙂', return_token_strs: true });
    const ids = policy.tokenizer.encode('größer 🙂');
    expect(body).toMatchObject({ tokens: ids, count: ids.length, max_model_len: 128 });
    expect((await post('/detokenize', { tokens: ids })).body).toEqual({ prompt: 'größer 🙂' });
    expect((await post('/tokenize', { messages })).body).toMatchObject({
      tokens: policy.tokenizer.encode(policy.tokenizer.renderChat(messages)),
    });
  });

  it('takes a prompt as ids, one or many, and gives ids back', async () => {
    const ids = policy.tokenizer.encode(programs[0]);
    const [sample] = await own(programs[0], 1, 3, { maxNewTokens: 6 });
    for (const prompt of [ids, [ids], [programs[0]]]) {
      const { body } = await post('/v1/completions', {
        prompt,
        max_tokens: 6,
        seed: 3,
        return_token_ids: true,
      });
      expect(body).toMatchObject({
        choices: [
          { text: sample.completion, token_ids: sample.completionIds, prompt_token_ids: ids },
        ],
      });
    }
  });
});

describe('a request that cannot be served', () => {
  const wrong: [string, Record<string, unknown>, Partial<ErrorReply['error']>][] = [
    ['best_of', { best_of: 4 }, { param: 'best_of' }],
    ['logit_bias', { logit_bias: { 5: 1 } }, { param: 'logit_bias' }],
    [
      'a slip of the hand',
      { temprature: 1 },
      {
        param: 'temprature',
        message: 'Unrecognized request argument supplied: temprature. Did you mean "temperature"?',
      },
    ],
    ['another model', { model: 'gpt' }, { param: 'model', code: 'model_not_found' }],
    ['too long', { max_tokens: 1000 }, { param: 'prompt', code: 'context_length_exceeded' }],
    ['a long text', { prompt: 'a'.repeat(100_000) }, { code: 'context_length_exceeded' }],
    ['an id that is none', { prompt: [1, 5000] }, { param: 'prompt' }],
    ['too many', { n: 2048, prompt: ['a', 'b'] }, { param: 'n' }],
    ['an empty stop', { stop: [''] }, {}],
    ['a temperature below 0', { temperature: -1 }, { param: 'temperature' }],
    ['no tokens', { max_tokens: 0 }, { param: 'max_tokens' }],
    ['a text for a number', { top_p: '1' }, { param: 'top_p' }],
    ['penalties', { frequency_penalty: 0.5 }, { param: 'frequency_penalty' }],
  ];
  it.each(wrong)('is told why: %s', async (_, changes, expected) => {
    const { status, body } = await post('/v1/completions', { prompt: 'int', ...changes });
    expect(status).toBe(expected.code === 'model_not_found' ? 404 : 400);
    expect(body.error).toMatchObject({ type: 'invalid_request_error', ...expected });
  });

  it('is told why by chat: tools, images, no messages', async () => {
    for (const [changes, param] of [
      [{ tools: [{ type: 'function' }] }, 'tools'],
      [{ messages: [] }, 'messages'],
      [
        { messages: [{ role: 'user', content: [{ type: 'image_url', image_url: {} }] }] },
        'messages[0].content[0].type',
      ],
      [{ response_format: { type: 'json_object' } }, 'response_format'],
      [{ top_logprobs: 3 }, 'top_logprobs'],
    ] as const) {
      const { status, body } = await post('/v1/chat/completions', { messages, ...changes });
      expect([status, body.error.param]).toEqual([400, param]);
    }
  });

  it('needs the key', async () => {
    const stranger = new OpenAI({
      baseURL: `${server.url}/v1`,
      apiKey: 'not-the-key-of-this-server',
      maxRetries: 0,
    });
    await expect(stranger.models.list()).rejects.toMatchObject({
      status: 401,
      code: 'invalid_api_key',
    });
  });

  it('never brings the server down, whatever it is made of', async () => {
    const { createRandom } = await import('../../../src/algorithms/random.js');
    const random = createRandom('hostile');
    const values: unknown[] = [
      null,
      true,
      -1,
      0,
      1,
      1e308,
      2 ** 53,
      0.5,
      '',
      'int',
      'x'.repeat(5000),
      '\ud800',
      [],
      [[]],
      [1, 'a'],
      ['a', [1]],
      {},
      { __proto__: { a: 1 } },
      [null],
      ['int', ';'],
      { include_usage: true },
    ];
    const names = [
      'model',
      'prompt',
      'messages',
      'n',
      'stream',
      'stream_options',
      'temperature',
      'top_p',
      'top_k',
      'min_p',
      'seed',
      'stop',
      'stop_token_ids',
      'logprobs',
      'top_logprobs',
      'echo',
      'max_tokens',
      'max_completion_tokens',
      'best_of',
      'logit_bias',
      '__proto__',
      'constructor',
      'repetition_penalty',
      'return_token_ids',
    ];
    const routes = [
      '/v1/completions',
      '/v1/chat/completions',
      '/tokenize',
      '/detokenize',
      '/v1/load_lora_adapter',
      '/v1/unload_lora_adapter',
    ];
    const asked = Array.from({ length: 300 }, () => {
      const base = random.pick([
        { prompt: 'int', max_tokens: 3 },
        { messages, max_tokens: 3 },
        {},
      ]) as object;
      const changes = Array.from(
        { length: random.int(4) },
        () => [random.pick(names), random.pick(values)] as const,
      );
      const entries = [...Object.entries(base), ...changes].map(
        ([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`,
      );
      const text = `{${entries.join(',')}}`;
      return [
        random.pick(routes),
        random.int(10) === 0 ? text.slice(0, random.int(text.length)) : text,
      ] as const;
    });
    const statuses = new Map<number, number>();
    for (let from = 0; from < asked.length; from += 25) {
      await Promise.all(
        asked.slice(from, from + 25).map(async ([route, body]) => {
          const { status, body: reply } = await post(route, body);
          statuses.set(status, (statuses.get(status) ?? 0) + 1);
          expect([200, 400, 403, 404], `${route} ${body.slice(0, 300)}`).toContain(status);
          if (status !== 200) expect(reply.error.message.length, body).toBeGreaterThan(5);
        }),
      );
    }
    expect(statuses.get(200)).toBeGreaterThan(5);
    expect(statuses.get(400)).toBeGreaterThan(50);
    const started = performance.now();
    const busy = client.completions.create({
      model: 'tiny',
      prompt: 'int',
      n: 8,
      max_tokens: 60,
    });
    const health = await fetch(`${server.url}/health`);
    expect([health.status, performance.now() - started < 2000]).toEqual([200, true]);
    await busy;
  });
});

it('a stop finishes what runs and takes nothing more; an engine that dies is told', async () => {
  const own = await startCompletionServer({ policy: folders.policy });
  const its = new OpenAI({ baseURL: `${own.url}/v1`, apiKey: 'none', maxRetries: 0 });
  const running = its.completions.create({ model: 'tiny', prompt: 'int', n: 8, max_tokens: 100 });
  while (own.engine.load.running === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  const stopped = own.stop();
  expect((await running).choices).toHaveLength(8);
  await stopped;
  await expect(its.models.list()).rejects.toThrow();

  const dying = await startCompletionServer({ policy: folders.policy });
  const broken = new OpenAI({ baseURL: `${dying.url}/v1`, apiKey: 'none', maxRetries: 0 });
  const lost = broken.completions.create({ model: 'tiny', prompt: 'int', n: 50, max_tokens: 120 });
  while (dying.engine.load.running === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  process.kill(dying.engine.pid!, 'SIGKILL');
  await expect(lost).rejects.toMatchObject({ status: 503 });
  expect(await dying.engine.died).toContain('SIGKILL');
  expect((await fetch(`${dying.url}/ready`)).status).toBe(503);
  await dying.stop();
}, 120_000);
