import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import type { Generation } from '../../src/policy/index.js';
import { call } from '../cli/call.js';
import { answerOf, startServer, tokenizer } from '../policy/remote-server.js';

const folder = fileURLToPath(new URL('../fixtures/onnx-tiny', import.meta.url));

it('samples a prompt from a server, each completion as it comes, or as JSON', async () => {
  const server = await startServer('vllm');
  const shared = ['sample', '--endpoint', server.url, '--prompt', 'int', '-n', '2', '--seed', '7'];
  const shown = await call(...shared, '--model', 'tiny');
  expect(shown).toMatchObject({ code: 0, err: '' });
  const [text, other] = [0, 1].map((index) =>
    tokenizer.decode(answerOf(server.asked[0].body, index)),
  );
  expect(text).toContain('= 7 + 0; 🙂');
  expect(shown.out).toMatch(/── 1 of 2 · \d+ tokens · stop/);
  expect(shown.out).toContain(`\n${text}\n`);
  expect(shown.out).toContain(`\n${other}\n`);
  expect(shown.out).toContain('2 completions of tiny (remote): stop 2');

  const json = await call(...shared, '--tokenizer', folder, '--chat', '--json');
  const value = JSON.parse(json.out) as (Generation & { generator: unknown })[];
  expect(value.map(({ completion }) => completion)).toEqual([text, other]);
  expect(value[0].generator).toEqual({ kind: 'remote', name: 'tiny' });
  expect(value[0].byteOffsets!.at(-1)).toBe(Buffer.byteLength(text));
  expect(server.asked[1]).toMatchObject({
    path: '/v1/chat/completions',
    body: { messages: [{ role: 'user', content: 'int' }] },
  });
});

it('takes a Hub id or a folder for the tokenizer, and says so where it is neither', async () => {
  const { code, err } = await call(
    'sample', '--endpoint', 'http://127.0.0.1:1', '--prompt', 'x', '--tokenizer', './nowhere',
  ); // prettier-ignore
  expect(code).toBe(1);
  expect(err).toMatch(/no folder \.\/nowhere, and it is no Hub id/);
});

it('samples a prompt from an exported ONNX model', async () => {
  const { code, out } = await call(
    'sample', '--onnx', folder, '--prompt', 'int', '--max-new-tokens', '5', '--json',
  ); // prettier-ignore
  expect(code).toBe(0);
  const [generation] = JSON.parse(out) as Generation[];
  expect(generation.completionIds!.length).toBeLessThanOrEqual(5);
  expect(generation.logprobs).toHaveLength(generation.completionIds!.length);
});

it('refuses options that do not go together, and says which', async () => {
  const refused = async (...options: string[]): Promise<string> => {
    const { code, err } = await call('sample', ...options);
    expect(code).toBe(2);
    return err;
  };
  const prompt = ['--prompt', 'x'];
  const both = await refused('--onnx', folder, '--endpoint', 'http://localhost', ...prompt);
  expect(both).toMatch(/--onnx and --endpoint both say what to sample/);
  const policy = await refused('--endpoint', 'http://localhost', '--policy', 'x', ...prompt);
  expect(policy).toMatch(/--endpoint and --policy both/);
  expect(await refused('--model', 'x', ...prompt)).toMatch(/--model belongs to a server/);
  expect(await refused('--onnx', folder)).toMatch(/--onnx needs a prompt/);
});
