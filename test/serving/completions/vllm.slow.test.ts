import { mkdir, symlink } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  loadAdapter,
  nativeGenerator,
  openRemoteGenerator,
  setActiveAdapter,
} from '../../../src/policy/index.js';
import { plainSettings, programs } from '../../policy/fixtures.js';
import { key, messages, servedPolicy, type Reply } from './served-policy.js';

const served = servedPolicy();

describe('what vLLM’s clients rely on', () => {
  it('serves adapters by name, loads them from below the root alone, and unloads them', async () => {
    const ask = async (model: string): Promise<string> =>
      (
        await served.client.completions.create({
          model,
          prompt: programs[0],
          max_tokens: 20,
          seed: 1,
        })
      ).choices[0].text;
    const load = (lora_name: string, lora_path: string, more = {}): Promise<Reply> =>
      served.post('/v1/load_lora_adapter', { lora_name, lora_path, ...more });
    await loadAdapter(served.policy, path.join(served.folders.adapters, 'one'), { name: 'one' });
    const [{ completion: one }] = await served.own(programs[0], 1, 1);
    await loadAdapter(served.policy, path.join(served.folders.adapters, 'two'), { name: 'two' });
    const [{ completion: two }] = await served.own(programs[0], 1, 1);
    setActiveAdapter(served.policy, null);
    expect(await ask('first')).toBe(one);
    expect((await load('second', 'two')).body.text).toBe(
      "Success: LoRA adapter 'second' added successfully.",
    );
    expect(await ask('second')).toBe(two);
    expect((await load('second', 'one')).body.error.message).toContain('already been loaded');
    expect(
      (await load('second', path.join(served.folders.adapters, 'one'), { load_inplace: true }))
        .status,
    ).toBe(200);
    expect(await ask('second')).toBe(one);
    const list = await served.client.models.list();
    expect(list.data.map(({ id }) => id)).toEqual(['tiny', 'first', 'second']);
    expect((await served.post('/v1/unload_lora_adapter', { lora_name: 'second' })).status).toBe(
      200,
    );
    await expect(ask('second')).rejects.toMatchObject({ status: 404, code: 'model_not_found' });
    await symlink(served.folders.policy, path.join(served.folders.adapters, 'way-out'));
    await mkdir(path.join(served.folders.adapters, 'empty'));
    for (const outside of [
      '..',
      '../tiny',
      '/etc',
      'way-out',
      'nowhere',
      'a\0b',
      served.folders.policy,
    ]) {
      const { status, body } = await load('x', outside);
      expect([status, body.error.param], outside).toEqual([400, 'lora_path']);
    }
    expect((await load('x', 'empty')).body.error.message).toContain('adapter_config.json');
    expect((await load('a/b', 'one')).status).toBe(400);
  });

  it('is a remote generator’s server: ids, log-probabilities and texts as sampled here', async () => {
    const remote = await openRemoteGenerator({
      endpoint: served.server.url,
      apiKey: key,
      model: 'tiny',
      tokenizer: served.policy.tokenizer,
    });
    const requests = [
      { prompt: programs[0], n: 3, seed: 11 },
      { prompt: messages, n: 2, seed: 12 },
    ];
    const settings = { ...plainSettings(15), stop: [';'] };
    const [far, here] = await Promise.all(
      [remote, nativeGenerator(served.policy)].map((each) => each.generate(requests, settings)),
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
    const { body } = await served.post('/tokenize', {
      prompt: 'größer 🙂',
      return_token_strs: true,
    });
    const ids = served.policy.tokenizer.encode('größer 🙂');
    expect(body).toMatchObject({ tokens: ids, count: ids.length, max_model_len: 128 });
    expect((await served.post('/detokenize', { tokens: ids })).body).toEqual({
      prompt: 'größer 🙂',
    });
    expect((await served.post('/tokenize', { messages })).body).toMatchObject({
      tokens: served.policy.tokenizer.encode(served.policy.tokenizer.renderChat(messages)),
    });
  });

  it('takes a prompt as ids, one or many, and gives ids back', async () => {
    const ids = served.policy.tokenizer.encode(programs[0]);
    const [sample] = await served.own(programs[0], 1, 3, { maxNewTokens: 6 });
    for (const prompt of [ids, [ids], [programs[0]]]) {
      const { body } = await served.post('/v1/completions', {
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
