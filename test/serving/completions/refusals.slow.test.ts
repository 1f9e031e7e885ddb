import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { messages, servedPolicy, type ErrorReply } from './served-policy.js';

const served = servedPolicy();

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
    const { status, body } = await served.post('/v1/completions', { prompt: 'int', ...changes });
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
      const { status, body } = await served.post('/v1/chat/completions', { messages, ...changes });
      expect([status, body.error.param]).toEqual([400, param]);
    }
  });

  it('needs the key', async () => {
    const stranger = new OpenAI({
      baseURL: `${served.server.url}/v1`,
      apiKey: 'not-the-key-of-this-server',
      maxRetries: 0,
    });
    await expect(stranger.models.list()).rejects.toMatchObject({
      status: 401,
      code: 'invalid_api_key',
    });
  });
});
