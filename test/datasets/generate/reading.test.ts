import { describe, expect, it } from 'vitest';
import { itWithData } from '../../data.js';
import { readAgainst } from '../../../src/datasets/generate/against.js';
import { topics } from '../../../src/datasets/generate/topics.js';
import { readDraft, responseFormat } from '../../../src/datasets/generate/draft.js';
import { createDuplicateIndex, fingerprint } from '../../../src/datasets/generate/duplicates.js';
import { extractJson } from '../../../src/datasets/generate/extract.js';
import { multiplERow, problemOf } from '../../../src/datasets/generate/problem.js';
import { promptsHash, requestHash, slotOf } from '../../../src/datasets/generate/prompts.js';
import { contentOf, recordedAnswer } from './answers.js';

const good = recordedAnswer('good-calm-stretch').answer!;

describe('extractJson', () => {
  it.each([
    ['alone', '{"a": 1}'],
    ['in a fence', 'Sure:\n```json\n{"a": 1}\n```\nDone.'],
    ['in a fence without a name', '```\n{"a": 1}\n```'],
    ['in a sentence', 'The object is {"a": 1}, as asked.'],
    ['behind thoughts', '<think>{"a": 2}</think>{"a": 1}'],
  ])('finds an object %s', (_, text) => {
    expect(extractJson(text)).toEqual({ value: { a: 1 } });
  });

  it('does not count braces and quotes inside of texts', () => {
    const value = { code: 'if (x) { s = "}"; }', tail: '\\' };
    expect(extractJson(`See: ${JSON.stringify(value)} and {more}`)).toEqual({ value });
  });

  it('tells an object that was cut off from one that is broken and from none at all', () => {
    const reasonOf = (text: string): unknown => Reflect.get(extractJson(text), 'reason');
    expect(reasonOf('```json\n{"a": "b')).toBe('truncated_json');
    expect(reasonOf('{"a": 1,}')).toBe('invalid_json');
    expect(reasonOf('[1, 2]')).toBe('no_json');
    expect(reasonOf('')).toBe('no_json');
  });
});

describe('readDraft', () => {
  const detailOf = (change: Record<string, unknown>): string => {
    const read = readDraft({ ...good, ...change });
    return 'detail' in read ? `${read.reason}: ${read.detail}` : 'taken';
  };

  it('takes a body, a body in its braces, a fenced one and the whole function for the same', () => {
    const body = good['chosen'] as string;
    const head = good['signature'] as string;
    const texts = [body, `{\n${body}\n}`, `\`\`\`cpp\n${body}\n\`\`\``, `${head} {\n${body}\n}`];
    const read = texts.map((chosen) => readDraft({ ...good, chosen }));
    for (const one of read) expect(one).toEqual(read[0]);
    expect(read[0]).toHaveProperty('draft.chosen', `${body}\n`);
  });

  it('moves a body away from the margin, where a brace would end the sampling', () => {
    const chosen = 'if (limit > 0) {\n    return 1;\n}\nreturn 0;';
    expect(readDraft({ ...good, chosen })).toHaveProperty(
      'draft.chosen',
      '    if (limit > 0) {\n        return 1;\n    }\n    return 0;\n',
    );
  });

  it('keeps a body that is a block and more as it is', () => {
    const chosen = '    { int a = 1; limit = a; }\n    { return limit; }';
    expect(readDraft({ ...good, chosen })).toHaveProperty('draft.chosen', `${chosen}\n`);
  });

  it('names each thing that is wrong', () => {
    expect(detailOf({})).toBe('taken');
    expect(detailOf({ name: 'Longest Stretch' })).toMatch(/contents: name: expected lower snake/);
    expect(detailOf({ signature: 'int other(int a)' })).toMatch(
      /signature: expected a head of lon/,
    );
    expect(detailOf({ signature: `${String(good['signature'])} { return 0; }` })).toMatch(/alone/);
    expect(detailOf({ tests: [] })).toMatch(/tests: expected 3 to 40, got 0/);
    expect(detailOf({ tests: ['assert(true);', 'f();', 'g();'] })).toMatch(
      /tests.0: it does not c/,
    );
    expect(detailOf({ chosen: '#define int long\nreturn 0;' })).toMatch(/preprocessor/);
    expect(detailOf({ chosen: ' ' })).toMatch(/chosen: it is empty/);
    expect(detailOf({ statement: 'Short one.' })).toMatch(/expected six to 600 words, got 2/);
    expect(detailOf({ statement: 7, tests: 'x' })).toMatch(/^schema: .*statement: .*tests: /);
  });

  it('asks servers for closed objects with every key required, as strict output wants it', () => {
    const format = responseFormat() as { json_schema: { schema: Record<string, unknown> } };
    const { schema } = format.json_schema;
    expect(schema['additionalProperties']).toBe(false);
    expect(schema['required']).toEqual(Object.keys(good));
  });
});

describe('problemOf', () => {
  const draftOf = (change: Record<string, unknown>): Parameters<typeof problemOf>[0] => {
    const read = readDraft({ ...good, ...change });
    if ('reason' in read) throw new Error(read.detail);
    return read.draft;
  };

  it('writes the prompt that the judge puts in front of a completion', () => {
    const { prompt, tests } = problemOf(draftOf({}), 'x', {});
    expect(prompt).toBe(tests.includes + tests.prefix);
    expect(prompt).toMatch(/\/\/ A weather station [\s\S]*\nint longest_calm_stretch\(.*\) \{\n$/);
    expect(tests.suffix).toBe('}\n');
  });

  it('lets no backslash at the end of a line swallow the next one', () => {
    const statement = `${String(good['statement'])}\\\nA second line \\ \\\\`;
    const { prompt } = problemOf(draftOf({ statement }), 'x', {});
    expect(prompt).not.toMatch(/\\\n/);
  });

  it('writes the row of MultiPL-E whose tests are the rest of the program', () => {
    const row = multiplERow(problemOf(draftOf({}), 'x', {})) as Record<string, string>;
    expect(row['tests']).toMatch(/^\}\nint main\(\) \{\n {4}\{\n {8}assert\([\s\S]*\}\n\}\n$/);
    expect(row['tests'].match(/assert\(/g)).toHaveLength(6);
  });
});

const print = (
  id: string,
  change: Record<string, unknown> = {},
): ReturnType<typeof fingerprint> => {
  const read = readDraft({ ...good, ...change });
  if ('reason' in read) throw new Error(read.detail);
  return fingerprint(problemOf(read.draft, id, {}));
};

describe('duplicates', () => {
  const other = { chosen: '    return static_cast<int>(speeds.size()) + limit;' };

  it('finds a problem in other words of the function’s and its parameters’ names', () => {
    const index = createDuplicateIndex(0.6);
    index.add(print('first'));
    const renamed = {
      ...other,
      name: 'calm',
      signature: 'int calm(const std::vector<int>& v, int top)',
      tests: [
        'assert(calm({}, 1) == 0);',
        'assert(calm({}, 1) == 0);',
        'assert(calm({}, 1) == 0);',
      ],
    };
    expect(index.find(print('second', renamed))).toEqual({
      id: 'first',
      similarity: 1,
      by: 'statement',
    });
  });

  it('finds the same program under another statement, and nothing in another problem', () => {
    const index = createDuplicateIndex(0.6);
    index.add(print('first'));
    const statement = 'Something that is told in quite another way than it was told before.';
    expect(index.find(print('second', { statement }))).toMatchObject({ by: 'program' });
    expect(index.find(print('third', { statement, ...other }))).toBeNull();
  });

  it('counts likeness as the share of common runs of three words', () => {
    const text = (id: string, prompt: string): ReturnType<typeof fingerprint> =>
      fingerprint({ id, prompt, language: 'text' });
    const index = createDuplicateIndex(0.2);
    index.add(text('a', 'one two three four'));
    // {one two three, two three four} and {two three four, three four five}: 1 of 3.
    expect(index.find(text('b', 'two three four five'))?.similarity).toBeCloseTo(1 / 3, 12);
    expect(createDuplicateIndex(0.5).find(text('b', 'two three four five'))).toBeNull();
  });
});

itWithData(
  'a problem of MultiPL-E in other words is a duplicate of it',
  ['multipl-e', 'humaneval-cpp.jsonl'],
  async (file) => {
    const prints = await readAgainst(file);
    expect(prints.length).toBeGreaterThan(100);
    const index = createDuplicateIndex(0.6);
    for (const one of prints) index.add(one);
    const statement =
      'Check if in a given vector of numbers, are any two numbers closer to each other than the given threshold.';
    const copy = print('copy', {
      statement: `${statement} >>> close_pair((std::vector<float>({(float)1.0f, (float)2.0f, (float)3.0f})), (0.5f)) (false) >>> close_pair((std::vector<float>({(float)1.0f, (float)2.8f, (float)3.0f, (float)4.0f, (float)5.0f, (float)2.0f})), (0.3f)) (true)`,
      name: 'close_pair',
      signature: 'bool close_pair(std::vector<float> values, float limit)',
      tests: ['a', 'b', 'c'].map(() => 'assert(close_pair({}, 1));'),
    });
    expect(index.find(copy)?.id).toMatch(/HumanEval_0_has_close_elements/);
    expect(index.find(print('other'))).toBeNull();
  },
);

describe('slotOf', () => {
  it('asks the same for the same seed, and something else in each slot and for each seed', () => {
    const words = (slot: number, seed: number): string =>
      slotOf(slot, seed, topics).messages[1].content;
    expect(words(3, 1)).toBe(words(3, 1));
    const texts = Array.from({ length: 60 }, (_, slot) => words(slot, 0));
    expect(new Set(texts.map((text) => text.replace(/number \d+/, ''))).size).toBe(60);
    expect(words(3, 2)).not.toBe(words(3, 1));
  });

  it('takes every topic before one comes again', () => {
    const first = topics.map((_, slot) => slotOf(slot, 5, topics).topic);
    expect([...first].sort()).toEqual([...topics].sort());
  });

  it('gives a request another hash where words or sampling differ', () => {
    const asked = { model: 'm', temperature: 1, maxTokens: 100 };
    const hash = requestHash(slotOf(0, 0, topics), asked);
    expect(requestHash(slotOf(0, 0, topics), { ...asked })).toBe(hash);
    expect(requestHash(slotOf(0, 0, topics), { ...asked, temperature: 0.5 })).not.toBe(hash);
    expect(requestHash(slotOf(1, 0, topics), asked)).not.toBe(hash);
    expect(promptsHash()).toMatch(/^[0-9a-f]{64}$/);
  });
});

it('the recorded answers are as malformed as their files say', () => {
  const reasonOf = (file: string): unknown =>
    Reflect.get(extractJson(contentOf(recordedAnswer(file))), 'reason');
  expect(reasonOf('truncated')).toBe('truncated_json');
  expect(reasonOf('no-json')).toBe('no_json');
  expect(reasonOf('good-merge-bookings')).toBeUndefined();
});
