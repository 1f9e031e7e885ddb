import { afterAll, beforeAll, expect, test } from 'vitest';
import { createRandom } from '../../../src/algorithms/index.js';
import type { Random } from '../../../src/algorithms/index.js';
import { configFromObject } from '../../../src/experiments/index.js';
import type { HttpServer } from '../../../src/serving/http/index.js';
import { startRewardServer } from '../../../src/serving/rewards/index.js';
import { post } from '../http/server.js';
import type { Json } from '../http/server.js';

let server: HttpServer;
const notes: string[] = [];

beforeAll(async () => {
  server = await startRewardServer({
    config: configFromObject({ judge: { workers: 1 } }),
    tasks: ['maths'],
    tokenizers: ['data/policies/cpp-tiny'],
    http: { bodyMiB: 1, requestSeconds: 20 },
    note: (text) => notes.push(text),
  });
});

afterAll(() => server.stop());

const given = { language: 'text', answer: '42', id: 'p' };
const completion = '40 + 2 = 42\n#### 42';
/** A request that is served, of every address that takes one; no program, so that a thousand are quick. */
const good: Record<string, Json> = {
  '/v1/judge': { items: [{ problem: given, completion, finishReason: 'stop' }] },
  '/v1/rewards': {
    items: [
      { problem: given, completion: 'ab', byteOffsets: [0, 1, 2], completionMask: [1, 1] },
      { problem: given, completion, group: 1, columns: { a: 1 } },
    ],
    rewards: [{ name: 'repetition', weight: 0.5, options: { ngram_size: 3 } }],
    tokenScheme: { name: 'span_penalty', lambda: 0.5 },
    advantages: { estimator: 'rloo', scaleRewards: 'none' },
    verdicts: true,
  },
  '/get_reward': {
    query: [`What?${completion}<|im_end|>`],
    prompts: ['What?'],
    labels: [JSON.stringify(given)],
  },
  '/submit': {
    dataset: 'maths',
    id: 'nobody',
    completion,
    config: { language: 'cpp', run_timeout: 1, provided_data: { test: [] } },
  },
  '/get_prompts': { dataset: 'maths', config: {}, offset: 1, limit: 3 },
  '/get_prompt_by_id': { dataset: 'maths', id: 'nobody', config: {} },
  '/list_ids': { dataset: 'maths', config: {}, limit: 3 },
};

const odd: Json[] = [
  null,
  true,
  -1,
  0.5,
  1e300,
  2 ** 53,
  '',
  '\u0000',
  '\ud800',
  '__proto__',
  'x'.repeat(70_000),
  [],
  {},
  [[[[]]]],
  { length: 1e9 },
  { toString: 1 },
];

/** The value with one place of it changed, left out or added to. */
function mutated(value: Json, random: Random): Json {
  const inside = typeof value === 'object' && value !== null;
  if (!inside || random.int(6) === 0) return random.pick(odd);
  const keys = Object.keys(value);
  const copy: Json = Array.isArray(value) ? [...value] : { ...value };
  const key = keys.length > 0 ? random.pick(keys) : 'extra';
  const way = random.int(8);
  if (way === 0) delete copy[key];
  else if (way === 1 && !Array.isArray(copy)) copy[`${key}x`] = random.pick(odd);
  else if (way === 2 && Array.isArray(copy)) copy.push(...copy, random.pick(odd));
  else copy[key] = mutated(copy[key], random);
  return copy;
}

test.each(Object.keys(good))(
  '%s: what is wrong by one place is a 4xx that says where',
  async (path) => {
    const random = createRandom(path);
    const seen = new Map<number, number>();
    for (let i = 0; i < 150; i++) {
      let body = good[path];
      for (let k = 0; k <= random.int(3); k++) body = mutated(body, random);
      const text = JSON.stringify(body);
      const { status, body: reply } = await post(server.url + path, text);
      seen.set(status, (seen.get(status) ?? 0) + 1);
      expect([200, 400, 404, 413], `${text.slice(0, 500)} → ${JSON.stringify(reply)}`).toContain(
        status,
      );
      if (status === 200) continue;
      const { error } = reply;
      expect(error.message.length).toBeGreaterThan(10);
      expect(error.message.length).toBeLessThan(2000);
      expect(error.request_id).toMatch(/^[\w-]{36}$/);
    }
    expect((seen.get(400) ?? 0) + (seen.get(404) ?? 0)).toBeGreaterThan(20);
    expect(notes).toEqual([]);
    const after = await post(`${server.url}/v1/judge`, good['/v1/judge']);
    expect([after.status, after.body.verdicts[0].outcome]).toEqual([200, 'clean']);
  },
);
