import { expect, it } from 'vitest';
import { createRandom } from '../../../src/algorithms/random.js';
import { messages, servedPolicy } from './served-policy.js';

const served = servedPolicy();

it('never brings the server down, whatever it is made of', async () => {
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
        const { status, body: reply } = await served.post(route, body);
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
        expect([200, 400, 403, 404], `${route} ${body.slice(0, 300)}`).toContain(status);
        if (status !== 200) expect(reply.error.message.length, body).toBeGreaterThan(5);
      }),
    );
  }
  expect(statuses.get(200)).toBeGreaterThan(5);
  expect(statuses.get(400)).toBeGreaterThan(50);
  const busy = served.client.completions.create({
    model: 'tiny',
    prompt: 'int',
    n: 8,
    max_tokens: 60,
  });
  const health = await fetch(`${served.server.url}/health`);
  expect(health.status).toBe(200);
  await busy;
});
