import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { extractPrompt, readDataset, writeJsonl, writeParquet } from '../../src/datasets/index.js';
import { itWithData } from '../data.js';

let folder: string;
beforeAll(() => (folder = mkdtempSync(path.join(tmpdir(), 'rlsf-datasets-'))));
afterAll(() => rmSync(folder, { recursive: true }));

function written(name: string, lines: readonly unknown[]): string {
  const file = path.join(folder, name);
  const text = lines
    .map((line) => (typeof line === 'string' ? line : JSON.stringify(line)))
    .join('\n');
  writeFileSync(file, name.endsWith('.gz') ? gzipSync(text) : text);
  return file;
}

const user = (content: string) => ({ role: 'user', content });
const assistant = (content: string) => ({ role: 'assistant', content });

const rowsOfTypes = [
  ['language_modeling', false, { text: 'The sky is blue.' }],
  ['language_modeling', true, { messages: [user('Hi'), assistant('Yo')] }],
  ['prompt_completion', false, { prompt: 'a', completion: 'b' }],
  ['prompt_completion', true, { prompt: [user('a')], completion: [assistant('b')] }],
  ['preference', false, { prompt: 'a', chosen: 'b', rejected: 'c' }],
  [
    'preference',
    true,
    { prompt: [user('a')], chosen: [assistant('b')], rejected: [assistant('')] },
  ],
  ['unpaired_preference', false, { prompt: 'a', completion: 'b', label: false }],
  ['unpaired_preference', true, { prompt: [user('a')], completion: [assistant('b')], label: true }],
  ['prompt_only', false, { prompt: 'a' }],
  ['prompt_only', true, { prompt: [user('a')] }],
] as const;

describe('readDataset', () => {
  for (const [type, conversational, row] of rowsOfTypes)
    it(`recognises ${conversational ? 'conversational' : 'standard'} ${type} rows and keeps free columns`, async () => {
      const rows = [
        { ...row, family: 'x', n: 1 },
        { ...row, family: 'y', n: 2.5 },
      ];
      for (const file of [
        written('rows.jsonl', rows),
        written('rows.jsonl.gz', rows),
        writeParquet(path.join(folder, 'rows.parquet'), rows).file,
      ])
        expect(await readDataset(file)).toMatchObject({ file, type, conversational, rows });
    });

  it('splits off the prompt that both sides of a preference hold', async () => {
    const texts = written('implicit.jsonl', [
      { chosen: 'The sky is blue.', rejected: 'The sky is green.' },
    ]);
    expect((await readDataset(texts)).rows).toEqual([
      { prompt: 'The sky is', chosen: ' blue.', rejected: ' green.' },
    ]);
    const chats = written('implicit-chat.jsonl', [
      {
        prompt: 'What?',
        chosen: [user('What?'), assistant('This.')],
        rejected: [user('What?'), assistant('That.')],
      },
    ]);
    expect((await readDataset(chats)).rows[0].prompt).toEqual([user('What?')]);
  });

  it('takes absent columns of a shared schema as absent, and 0 and 1 as labels', async () => {
    const file = written('nulls.jsonl', [
      { prompt: 'a', completion: 'b', label: 1, chosen: null, rejected: null },
      { prompt: 'a', completion: 'c', label: 0, chosen: null, rejected: null },
    ]);
    const { type, rows } = await readDataset(file, { format: 'unpaired_preference' });
    expect(type).toBe('unpaired_preference');
    expect(rows.map(({ label }) => label)).toEqual([true, false]);
  });

  const bad = [
    ['not JSON', '{"prompt": "a", "chosen": ', /bad\.jsonl:2: .*parse/],
    ['a list', '[1, 2]', /bad\.jsonl:2: expected an object, got a list/],
    ['a missing column', '{"prompt": "a", "chosen": "b"}', /:2: column rejected of a preference row is missing; there are prompt, chosen/],
    ['a wrong kind', '{"prompt": "a", "chosen": 4, "rejected": "b"}', /:2: chosen must be a text or a list of messages, is 4/],
    ['a bad role', '{"prompt": [{"role": "robot", "content": "a"}], "chosen": "b", "rejected": "c"}', /:2: prompt\[0\]: role must be system, user or assistant, is "robot"/],
    ['messages among texts', '{"prompt": [{"role": "user", "content": "a"}], "chosen": [{"role": "assistant", "content": "b"}], "rejected": [{"role": "assistant", "content": "c"}]}', /:2: has messages, the rows before it texts/],
    ['equal sides', '{"chosen": "b", "rejected": "b"}', /:2: chosen and rejected are equal/],
  ] as const; // prettier-ignore

  for (const [what, line, message] of bad)
    it(`names a line that holds ${what}, or skips and counts it`, async () => {
      const good = { prompt: 'a', chosen: 'b', rejected: 'c' };
      const file = written('bad.jsonl', [good, line, '', good]);
      await expect(readDataset(file)).rejects.toThrow(message);
      const { rows, skipped } = await readDataset(file, { onBad: 'skip' });
      expect(rows).toHaveLength(2);
      expect(skipped.count).toBe(1);
      expect(`${skipped.examples[0].where}: ${skipped.examples[0].reason}`).toMatch(message);
    });

  it('reads CSV, whose labels are texts', async () => {
    const file = written('rows.csv', ['prompt,completion,label', 'a,"b, c",True', 'a,d,false']);
    const { rows } = await readDataset(file, { format: 'unpaired_preference' });
    expect(rows.map(({ completion, label }) => [completion, label])).toEqual([
      ['b, c', true],
      ['d', false],
    ]);
  });

  it('reads no further than its limit', async () => {
    const file = written('limit.jsonl', [{ text: 'a' }, { text: 'b' }, 'broken']);
    expect((await readDataset(file, { limit: 2 })).rows).toEqual([{ text: 'a' }, { text: 'b' }]);
  });

  it('says what columns there are when they are no format, and takes them by other names', async () => {
    const file = written('names.jsonl', [{ question: 'a', answer: 'b' }]);
    await expect(readDataset(file)).rejects.toThrow(
      /has the columns question, answer, .* columns: \{ prompt: 'question'/,
    );
    const columns = { prompt: 'question', completion: 'answer' };
    expect((await readDataset(file, { columns })).rows).toEqual([
      { question: 'a', answer: 'b', prompt: 'a', completion: 'b' },
    ]);
    await expect(readDataset(file, { columns: { prompt: 'task' } })).rejects.toThrow(
      /no column task to take as prompt; there are question, answer/,
    );
  });

  it('says what was looked for and what lies there when a file is missing, cut off or empty', async () => {
    written('one.jsonl', [{ text: 'a' }]);
    await expect(readDataset(path.join(folder, 'two.jsonl'))).rejects.toThrow(
      /two\.jsonl: expected a data set .* no such file; looked in .*one\.jsonl/,
    );
    await expect(readDataset('someone/their-set')).rejects.toThrow(
      /hf download --repo-type dataset/,
    );
    await expect(readDataset(folder)).rejects.toThrow(/got a folder \(which holds/);
    await expect(readDataset(written('empty.jsonl', []))).rejects.toThrow(/at least one row/);
    const whole = readFileSync(written('cut.jsonl.gz', [{ text: 'a'.repeat(5000) }]));
    writeFileSync(path.join(folder, 'cut.jsonl.gz'), whole.subarray(0, whole.length - 12));
    await expect(readDataset(path.join(folder, 'cut.jsonl.gz'))).rejects.toThrow(/cut short/);
    writeFileSync(path.join(folder, 'cut.parquet'), 'PAR1 and then nothing');
    await expect(readDataset(path.join(folder, 'cut.parquet'))).rejects.toThrow(/cannot be read/);
    const broken = written('broken.jsonl', ['nothing', 'at all']);
    await expect(readDataset(broken, { onBad: 'skip' })).rejects.toThrow(/all 2 were skipped/);
  });

  itWithData(
    'reads the published Parquet and JSON lines of a digit task alike',
    ['checkpoints', 'verl-digit-completion'],
    async (data) => {
      const parquet = await readDataset(path.join(data, 'train.parquet'));
      const lines = await readDataset(path.join(data, 'train.jsonl'));
      expect(parquet).toMatchObject({ type: 'prompt_only', conversational: true });
      expect(parquet.rows).toHaveLength(800);
      expect(
        parquet.rows.map(({ prompt }) => (prompt as { content: string }[])[0].content),
      ).toEqual(lines.rows.map(({ prompt }) => prompt));
    },
  );

  itWithData('reads GSM8K and CoSQA by their own columns', ['gsm8k'], async (data) => {
    const maths = await readDataset(path.join(data, 'train.jsonl.gz'), {
      columns: { prompt: 'question', completion: 'answer' },
    });
    expect(maths.rows).toHaveLength(7473);
    expect(maths.type).toBe('prompt_completion');
    const code = await readDataset(path.join(data, '../csn-like/python_cosqa_dev.jsonl.gz'), {
      columns: { prompt: 'doc', completion: 'code' },
      format: 'unpaired_preference',
    });
    expect(code.rows).toHaveLength(604);
    expect(code.rows.every(({ label }) => typeof label === 'boolean')).toBe(true);
  });
});

describe('extractPrompt', () => {
  const { extractPrompt: golden } = JSON.parse(
    readFileSync(path.join(import.meta.dirname, '../golden/datasets/golden.json'), 'utf8'),
  ) as { extractPrompt: { row: never; split: { prompt: unknown } }[] };

  it('splits as TRL does, where both sides keep something', () => {
    let compared = 0;
    for (const { row, split } of golden) {
      const { chosen, rejected } = row as { chosen: string; rejected: string };
      // TRL's loop ends one early where one side begins the other.
      if (rejected.startsWith?.(chosen)) continue;
      expect(extractPrompt(chosen, rejected)).toEqual(split);
      compared++;
    }
    expect(compared).toBe(4);
  });

  it('gives null where sides are equal or share nothing', () => {
    expect(extractPrompt('a', 'a')).toBeNull();
    expect(extractPrompt('a', 'b')).toBeNull();
  });
});

describe('writeJsonl', () => {
  it('leaves the old file where rows cannot be written, and nothing else behind', async () => {
    const file = path.join(folder, 'kept.jsonl');
    const first = writeJsonl(file, [{ text: 'a' }]);
    expect(first).toMatchObject({ file, rows: 1, bytes: 13 });
    function* failing(): Generator<object> {
      yield { text: 'b' };
      throw new Error('no more');
    }
    expect(() => writeJsonl(file, failing())).toThrow('no more');
    expect(readFileSync(file, 'utf8')).toBe('{"text":"a"}\n');
    expect(() => readFileSync(`${file}.partial`)).toThrow();
  });
});
