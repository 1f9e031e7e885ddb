import { describe, expect, it } from 'vitest';
import { completionLogprobs } from '../../../src/policy/index.js';
import { tf } from '../../../src/tensor/index.js';
import { programs } from '../../policy/fixtures.js';
import { messages, servedPolicy } from './served-policy.js';

const served = servedPolicy();

describe('the openai client', () => {
  it('gets completions that are the library’s own samples of that seed', async () => {
    const reply = await served.client.completions.create({
      model: 'tiny',
      prompt: programs[0],
      n: 3,
      max_tokens: 20,
      seed: 5,
      logprobs: 0,
    });
    const samples = await served.own(programs[0], 3, 5);
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
    const reply = await served.client.completions.create({
      model: 'tiny',
      prompt: programs[1],
      max_tokens: 12,
      seed: 2,
      logprobs: 4,
      echo: true,
    });
    const [{ text, logprobs }] = reply.choices;
    const [{ promptIds, completionIds, completion }] = await served.own(programs[1], 1, 2, {
      maxNewTokens: 12,
    });
    expect(text).toBe(programs[1] + completion);
    const ids = [...promptIds, ...completionIds];
    const again = completionLogprobs(served.policy, [
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
    const reply = await served.client.chat.completions.create({
      model: 'tiny',
      messages,
      max_completion_tokens: 9,
      seed: 4,
      n: 2,
      logprobs: true,
      top_logprobs: 3,
    });
    const prompt = served.policy.tokenizer.renderChat(messages);
    const samples = await served.own(prompt, 2, 4, { maxNewTokens: 9 });
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
    expect((await served.own(prompt, 1, 9, { maxNewTokens: 30 }))[0].completion).toBe(
      (
        await served.client.chat.completions.create({
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
    const whole = await served.client.completions.create(body);
    const stream = await served.client.completions.create({
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
    const said = await served.client.chat.completions.create(chat);
    let streamed = '';
    for await (const chunk of await served.client.chat.completions.create({
      ...chat,
      stream: true,
    })) {
      // No character is cut: a half one would be U+FFFD here, or break the JSON.
      streamed += chunk.choices[0]?.delta.content ?? '';
    }
    expect(streamed).toBe(said.choices[0].message.content);
  });
});
