import OpenAI from 'openai';
import path from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { samplePolicy, type Policy, type Sample } from '../../../src/policy/index.js';
import type { SamplingSettings } from '../../../src/records.js';
import {
  startCompletionServer,
  type CompletionServer,
} from '../../../src/serving/completions/index.js';
import { selectBackend } from '../../../src/tensor/index.js';
import { plainSettings } from '../../policy/fixtures.js';
import { chattyPolicy, servedFolders, type ServedFolders } from './fixtures.js';

export interface ErrorReply {
  error: { message: string; type: string; param: string | null; code: string | null };
  text?: string;
}

export interface Reply {
  status: number;
  body: ErrorReply;
}

/** A completion server with a key, of a tiny policy `tiny` and its adapter `first`, for the tests of a file. */
export interface Served {
  policy: Policy;
  folders: ServedFolders;
  server: CompletionServer;
  client: OpenAI;
  /** What the library itself samples. */
  own(
    prompt: string,
    n: number,
    seed: number,
    changes?: Partial<SamplingSettings>,
  ): Promise<Sample[]>;
  /** A request beside OpenAI's types: vLLM's fields, and wrong ones. */
  post(route: string, body: unknown): Promise<Reply>;
}

export const key = 'a-key-of-this-test-only';

export const messages = [{ role: 'user' as const, content: 'for (int i' }];

/** Its fields are there once the tests run. */
export function servedPolicy(): Served {
  const served = { own, post } as Served;
  beforeAll(async () => {
    await selectBackend();
    served.policy = await chattyPolicy();
    served.folders = await servedFolders(served.policy);
    served.server = await startCompletionServer({
      policy: served.folders.policy,
      adapters: [{ name: 'first', folder: path.join(served.folders.adapters, 'one') }],
      adapterRoot: served.folders.adapters,
      keys: [{ tenant: 'test', key }],
      maxBatch: 8,
    });
    const baseURL = `${served.server.url}/v1`;
    served.client = new OpenAI({ baseURL, apiKey: key, maxRetries: 0 });
  }, 120_000);
  afterAll(async () => {
    await served.server.stop();
    served.policy.dispose();
  });

  function own(
    prompt: string,
    n: number,
    seed: number,
    changes: Partial<SamplingSettings> = {},
  ): Promise<Sample[]> {
    const settings = { ...plainSettings(20), ...changes };
    return samplePolicy(served.policy, [{ prompt, n, seed }], settings);
  }

  async function post(route: string, body: unknown): Promise<Reply> {
    const reply = await fetch(`${served.server.url}${route}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    const text = await reply.text();
    const json = reply.headers.get('content-type')?.includes('json');
    return { status: reply.status, body: (json ? JSON.parse(text) : { text }) as ErrorReply };
  }
  return served;
}
