import { beforeAll, describe, expect, it } from 'vitest';
import { preferencePairs, sftSequences, unpairedExamples } from '../../src/datasets/index.js';
import type { PreferenceRow } from '../../src/datasets/index.js';
import { tokenizerFromFiles, type PolicyTokenizer } from '../../src/policy/index.js';
import { byteTokenizer } from '../training/tiny-policy.js';

let tokenizer: PolicyTokenizer;
/** The same bytes, and a template that opens turns with `<` and ends them with the end token. */
let chat: PolicyTokenizer;
beforeAll(async () => {
  tokenizer = await byteTokenizer();
  const config: unknown = JSON.parse(tokenizer.files.tokenizerConfig);
  chat = await tokenizerFromFiles({
    ...tokenizer.files,
    tokenizerConfig: JSON.stringify({
      ...(config as object),
      chat_template:
        "{% for m in messages %}{{ '<' + m.role + '>' + m.content + eos_token }}{% endfor %}{% if add_generation_prompt %}{{ '<assistant>' }}{% endif %}",
    }),
  });
});

const ids = (text: string): number[] => tokenizer.encode(text);
const ended = (text: string): number[] => [...ids(text), tokenizer.eosTokenId];
const row = (changes: Partial<PreferenceRow> = {}): PreferenceRow => ({
  prompt: 'p:',
  chosen: 'good',
  rejected: 'bad; x',
  ...changes,
});

describe('preferencePairs', () => {
  it('encodes prompt and sides apart, each side closed by the end token', () => {
    const { pairs, recorded, truncated } = preferencePairs([row({ id: 'one' })], tokenizer);
    expect(pairs).toEqual([
      { id: 'one', promptIds: ids('p:'), chosenIds: ended('good'), rejectedIds: ended('bad; x') },
    ]);
    expect([recorded, truncated]).toEqual([0, 0]);
    expect(preferencePairs([row({ prompt: '' })], tokenizer).pairs[0].promptIds).toEqual([
      tokenizer.eosTokenId,
    ]);
  });

  it('weights the tokens of the rejected side that an error reaches, and all where none is located', () => {
    const spans = [{ start: 3, end: 4, kind: 'syntax' }];
    const weighted = (changes: Partial<PreferenceRow>, cleanWeight?: number) =>
      preferencePairs([row(changes)], tokenizer, { tokenWeights: 'errors', cleanWeight }).pairs[0];
    expect(weighted({ rejected_spans: spans })).toMatchObject({
      chosenWeights: [1, 1, 1, 1, 1],
      rejectedWeights: [0, 0, 0, 1, 0, 0, 0],
    });
    expect(weighted({ rejected_spans: spans }, 0.25).rejectedWeights).toEqual([
      0.25, 0.25, 0.25, 1, 0.25, 0.25, 0.25,
    ]);
    expect(weighted({ rejected_spans: [] }).rejectedWeights).toEqual(new Array(7).fill(1));
    expect(weighted({}).rejectedWeights).toEqual(new Array(7).fill(1));
    const uniform = preferencePairs([row({ rejected_spans: spans })], tokenizer).pairs[0];
    expect(uniform.rejectedWeights).toBeUndefined();
  });

  it('counts spans in bytes, not in characters', () => {
    const { pairs } = preferencePairs(
      [row({ rejected: 'é;', rejected_spans: [{ start: 2, end: 3, kind: 'syntax' }] })],
      tokenizer,
      { tokenWeights: 'errors' },
    );
    expect(pairs[0].rejectedWeights).toEqual([0, 0, 1, 0]);
  });

  it('takes recorded ids as they are where the tokenizer is the same, and encodes the text where not', () => {
    const sampled = ids('bad; x');
    const recorded = {
      prompt_ids: ids('p:'),
      chosen_ids: ended('good'),
      // Cut off: no end token.
      rejected_ids: sampled,
      rejected_finish_reason: 'length',
    };
    const same = preferencePairs([row(recorded)], tokenizer);
    expect(same.recorded).toBe(1);
    expect(same.pairs[0].rejectedIds).toEqual(sampled);
    for (const changes of [
      { prompt_ids: [1, 2] },
      { rejected_ids: ids('else') },
      { rejected_ids: [9999] },
    ]) {
      const { pairs } = preferencePairs([row({ ...recorded, ...changes })], tokenizer);
      expect(pairs[0].rejectedIds).toEqual(sampled);
    }
    const other = preferencePairs([row({ ...recorded, prompt_ids: [1] })], tokenizer);
    expect(other.recorded).toBe(0);
  });

  it('keeps the tokens of a stop string, which the text does not show', () => {
    const chosenIds = ids('good STOP');
    const { pairs } = preferencePairs(
      [row({ prompt_ids: ids('p:'), chosen_ids: chosenIds })],
      tokenizer,
    );
    expect(pairs[0].chosenIds).toEqual(chosenIds);
  });

  it('cuts off behind maxLength, and leaves out and counts what then teaches nothing', () => {
    const rows = [
      row({ prompt: 'a long prompt' }),
      row({ chosen: 'same start A', rejected: 'same start B' }),
      row({ rejected_spans: [{ start: 5, end: 6, kind: 'syntax' }] }),
      row({ rejected_spans: [{ start: 0, end: 1, kind: 'syntax' }] }),
      row({ chosen: 'same', rejected: 'same' }),
    ];
    const { pairs, dropped, truncated } = preferencePairs(rows, tokenizer, {
      maxLength: 6,
      tokenWeights: 'errors',
    });
    expect(dropped).toEqual({
      'prompt fills maxLength': 1,
      'sides alike within maxLength': 1,
      'errors behind maxLength': 1,
      'sides alike': 1,
    });
    expect(pairs).toEqual([
      {
        id: undefined,
        promptIds: ids('p:'),
        chosenIds: ids('good'),
        rejectedIds: ids('bad;'),
        chosenWeights: [1, 1, 1, 1],
        rejectedWeights: [1, 0, 0, 0],
      },
    ]);
    expect(truncated).toBe(2);
    expect(() => preferencePairs(rows.slice(0, 1), tokenizer, { maxLength: 6 })).toThrow(
      /got none \(left out: 1 prompt fills maxLength\)/,
    );
  });

  it('puts conversations through the chat template, which ends the turns', () => {
    const { pairs } = preferencePairs(
      [
        {
          prompt: [{ role: 'user', content: 'q' }],
          chosen: [{ role: 'assistant', content: 'yes' }],
          rejected: [{ role: 'assistant', content: 'no' }],
        },
      ],
      chat,
    );
    expect(pairs[0]).toMatchObject({
      promptIds: [...ids('<user>q'), chat.eosTokenId, ...ids('<assistant>')],
      chosenIds: ended('yes'),
      rejectedIds: ended('no'),
    });
  });

  it('names a row with columns that are none', () => {
    const options = { tokenWeights: 'errors' } as const;
    expect(() =>
      preferencePairs([row({ id: 7, rejected_spans: [{ start: 3 }] })], tokenizer, options),
    ).toThrow(/Row 7: expected rejected_spans to be a list/);
    expect(() => preferencePairs([row({ prompt_ids: 'x' })], tokenizer)).toThrow(/prompt_ids/);
    expect(() => preferencePairs([row()], tokenizer, { maxLength: 1 })).toThrow(/at least 2/);
    expect(() => preferencePairs([row()], tokenizer, { cleanWeight: 2 })).toThrow(/\[0, 1\]/);
  });
});

describe('unpairedExamples', () => {
  it('weights the errors of what is not wanted, and nothing of what is', () => {
    const spans = [{ start: 0, end: 1, kind: 'syntax' }];
    const rows = [true, false].map((label) => ({ prompt: 'p:', completion: 'ab', label, spans }));
    const { examples } = unpairedExamples(rows, tokenizer, { tokenWeights: 'errors' });
    expect(examples).toMatchObject([
      { promptIds: ids('p:'), completionIds: ended('ab'), label: true, weights: [1, 1, 1] },
      { label: false, weights: [1, 0, 0] },
    ]);
  });

  it('takes recorded ids, cuts off and counts', () => {
    const rows = [
      {
        prompt: 'p:',
        completion: 'abcdef',
        label: true,
        prompt_ids: ids('p:'),
        completion_ids: ended('abcdef'),
      },
      { prompt: 'p:', completion: 'ab', label: false, finish_reason: 'length' },
      { prompt: 'a long prompt', completion: 'ab', label: false },
    ];
    const { examples, recorded, truncated, dropped } = unpairedExamples(rows, tokenizer, {
      maxLength: 6,
    });
    expect(examples.map(({ completionIds }) => completionIds)).toEqual([ids('abcd'), ids('ab')]);
    expect([recorded, truncated, dropped]).toEqual([1, 1, { 'prompt fills maxLength': 1 }]);
  });
});

describe('sftSequences', () => {
  const turns = [
    { role: 'user', content: 'a' },
    { role: 'assistant', content: 'b' },
    { role: 'user', content: 'c' },
    { role: 'assistant', content: 'd' },
  ] as const;
  const messages = turns.map((turn) => ({ ...turn }));
  const whole = (text: string): number[] =>
    text.split('$').flatMap((part, i) => (i === 0 ? ids(part) : [chat.eosTokenId, ...ids(part)]));

  it('learns a text or a conversation as a whole, from its second token on', () => {
    expect(sftSequences([{ text: 'abc' }], tokenizer).sequences).toEqual([
      { promptIds: ids('a'), completionIds: ended('bc') },
    ]);
    const [{ promptIds, completionIds }] = sftSequences([{ messages }], chat).sequences;
    expect([...promptIds, ...completionIds]).toEqual(
      whole('<user>a$<assistant>b$<user>c$<assistant>d$'),
    );
    expect(promptIds).toHaveLength(1);
  });

  it('learns the assistant’s turns alone where asked to, each after all that came before', () => {
    const { sequences } = sftSequences([{ messages }], chat, { assistantOnlyLoss: true });
    expect(sequences).toEqual([
      { promptIds: whole('<user>a$<assistant>'), completionIds: whole('b$') },
      { promptIds: whole('<user>a$<assistant>b$<user>c$<assistant>'), completionIds: whole('d$') },
    ]);
    const completion = [{ role: 'assistant' as const, content: 'd' }];
    expect(
      sftSequences([{ prompt: messages.slice(0, 3), completion }], chat, {
        assistantOnlyLoss: true,
      }).sequences,
    ).toEqual(sequences.slice(1));
    expect(() => sftSequences([{ text: 'a' }], chat, { assistantOnlyLoss: true })).toThrow(
      /expected conversations/,
    );
  });

  it('learns the completion of a conversation, recorded ids of a sample, and no end of a cut one', () => {
    const completion = [{ role: 'assistant' as const, content: 'd' }];
    expect(sftSequences([{ prompt: messages.slice(0, 1), completion }], chat).sequences).toEqual([
      { promptIds: whole('<user>a$<assistant>'), completionIds: whole('d$') },
    ]);
    const cut = { prompt: 'p', completion: 'abc', finish_reason: 'length' };
    expect(sftSequences([cut], tokenizer).sequences[0].completionIds).toEqual(ids('abc'));
  });

  it('cuts off behind maxLength where asked to, and reads no more than datasetSize', () => {
    const rows = [
      { prompt: 'ab', completion: 'cdef' },
      { prompt: 'abcdef', completion: 'g' },
      { text: 'abcdefgh' },
      { prompt: 'x', completion: 'y' },
    ];
    const options = { maxLength: 5, truncationMode: 'keep_start' } as const;
    expect(sftSequences(rows, tokenizer, options)).toEqual({
      sequences: [
        { promptIds: ids('ab'), completionIds: ids('cde') },
        { promptIds: ids('a'), completionIds: ids('bcde') },
        { promptIds: ids('x'), completionIds: ended('y') },
      ],
      dropped: 1,
      truncated: 2,
    });
    expect(sftSequences(rows, tokenizer, { maxLength: 5 }).dropped).toBe(3);
    expect(sftSequences(rows, tokenizer, { datasetSize: 1 }).sequences).toHaveLength(1);
  });
});
