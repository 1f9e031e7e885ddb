import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadPolicy, samplePolicy, savePolicy } from '../../src/policy/index.js';
import type { PromptSample } from '../../src/repl/commands/sample-prompt.js';
import { selectBackend } from '../../src/tensor/index.js';
import { tinyPolicy } from '../policy/fixtures.js';
import { call, root, run, type Called } from './call.js';

let folder = '';
let model = '';
beforeAll(async () => {
  await selectBackend();
  folder = await mkdtemp(path.join(os.tmpdir(), 'rlsf-sample-'));
  model = path.join(folder, 'model');
  const policy = await tinyPolicy();
  await savePolicy(policy, model);
  policy.dispose();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const sample = (...argv: string[]): Promise<Called> => call('sample', '--policy', model, ...argv);
const json = async (...argv: string[]): Promise<PromptSample[]> => {
  const { out, code, err } = await sample(...argv, '--json');
  expect([code, err]).toEqual([0, '']);
  return JSON.parse(out) as PromptSample[];
};
const short = ['--prompt', 'int sum(', '--max-new-tokens', '12'];

describe('rlsf sample --prompt', () => {
  it('prints as JSON what samplePolicy gives, with how it was made', async () => {
    const samples = await json(...short, '-n', '4', '--seed', '5');
    expect(samples).toHaveLength(4);
    const policy = await loadPolicy(model);
    const settings = samples[0].settings;
    expect(settings).toMatchObject({ temperature: 1, maxNewTokens: 12, stop: [], seed: 5 });
    const expected = await samplePolicy(policy, [{ prompt: 'int sum(', n: 4, seed: 5 }], settings);
    expect(samples).toEqual(
      expected.map(({ request: _, ...each }) => ({
        ...each,
        prompt: 'int sum(',
        seed: 5,
        settings,
        revision: policy.revision,
      })),
    );
    policy.dispose();
  });

  it('passes every option on to the settings', async () => {
    const options = '--temperature 0.5 --top-k 9 --top-p 0.9 --min-p 0.1 --repetition-penalty 1.2';
    const stops = ['--stop', ') {', '--stop', '\n', '--stop-token-id', '7'];
    const [only] = await json(...short, ...options.split(' '), ...stops);
    expect(only.settings).toEqual({
      temperature: 0.5,
      topK: 9,
      topP: 0.9,
      minP: 0.1,
      repetitionPenalty: 1.2,
      maxNewTokens: 12,
      stop: [') {', '\n'],
      stopTokenIds: [7],
      seed: 42,
    });
  });

  it('writes one completion as it grows, then what it was', async () => {
    const [{ completion, completionIds, finishReason }] = await json(...short);
    const { out, code } = await sample(...short);
    expect(code).toBe(0);
    const shown = completion.replaceAll(/(?![\n\t])\p{Cc}/gu, '').split('\n')[0];
    expect(out.replaceAll(/[\u2400-\u2421]/g, '').startsWith(shown)).toBe(true);
    expect(out).toMatch(
      new RegExp(
        `\\n1 completion of \\d+ tokens of prompt, ${completionIds.length} tokens: ${finishReason} 1\\n$`,
      ),
    );
  });

  it('writes several as they end, each under a line of its own', async () => {
    const { out } = await sample(...short, '-n', '3');
    const heads = out.match(/^── \d of 3 · \d+ tokens? · (length|stop)$/gm);
    expect(heads?.map((head) => head.slice(3, 4)).sort()).toEqual(['1', '2', '3']);
    expect(out).toMatch(/3 completions of \d+ tokens of prompt/);
  });

  it('shows control characters instead of sending them to the terminal', async () => {
    const { out } = await sample('--prompt', 'x', '-n', '20', '--temperature', '5');
    expect(out).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/);
    expect(out).toMatch(/[\u2400-\u2421]/);
  });

  it('takes the prompt from a file or from standard input, as it stands', async () => {
    const file = path.join(folder, 'prompt.txt');
    await writeFile(file, 'int sum(\n');
    const [fromFile] = await json('--prompt-file', file, '--max-new-tokens', '3');
    expect(fromFile.prompt).toBe('int sum(\n');
    const piped = await run(
      'sh',
      [
        '-c',
        `printf 'for (' | ${rlsf} sample --policy ${model} --prompt-file - --max-new-tokens 3 --json`,
      ],
      { cwd: root },
    );
    expect(JSON.parse(piped.out)).toMatchObject([{ prompt: 'for (' }]);
  });

  it('stops at Ctrl-C with what there is, and exits 130', async () => {
    const pressed = setTimeout(() => process.emit('SIGINT'), 700);
    const called = await sample('--prompt', 'int sum(', '-n', '20000', '--max-new-tokens', '100');
    clearTimeout(pressed);
    expect([called.code, called.err]).toEqual([130, '']);
    expect(called.out).toMatch(/20000 completions of .* cancelled \d+/);
  });
});

describe('rlsf sample refuses', () => {
  const refused = async (
    code: number,
    message: string | RegExp,
    ...argv: string[]
  ): Promise<void> => {
    const called = await sample(...argv);
    expect(called.err).toMatch(message);
    expect([called.code, called.out]).toEqual([code, '']);
  };

  it("a task's options beside a prompt", async () => {
    await refused(
      2,
      /only sampled, not judged: --task and --no-judge belong/,
      '--prompt',
      'x',
      '--task',
      'cpp',
      '--no-judge',
    );
    await refused(2, '--id belongs to a task', '--prompt', 'x', '--id', '1');
  });
  it("a prompt's options without one", async () => {
    await refused(2, '--system and --stop need a prompt', '--system', 'x', '--stop', 'y');
  });
  it('two prompts, a missing file, a system message without a chat', async () => {
    await refused(2, 'one of --prompt and --prompt-file', '--prompt', 'x', '--prompt-file', 'y');
    await refused(1, '/nope: expected the prompt, there is no such file', '--prompt-file', '/nope');
    await refused(2, 'give --chat as well', '--prompt', 'x', '--system', 'y');
  });
  it('a chat where the policy has no template', async () => {
    await refused(1, 'has no chat template', '--prompt', 'x', '--chat');
  });
  it('settings out of range, before the policy is read', async () => {
    await refused(
      2,
      '--top-p above 0 and at most 1',
      '--prompt',
      'x',
      '--top-p',
      '2',
      '--policy',
      '/nope',
    );
    await refused(2, '--top-k: a whole number from 0', '--prompt', 'x', '--top-k', '-1');
    await refused(
      2,
      "--stop-token-id: a token id is expected, got 'x'",
      '--prompt',
      'x',
      '--stop-token-id',
      'x',
    );
    await refused(
      1,
      "stopTokenIds from 0 to 319, the policy's tokens, got 320",
      '--prompt',
      'x',
      '--stop-token-id',
      '320',
    );
  });
});

const rlsf = `${process.execPath} --import tsx -e "import('${root}/src/cli.ts').then(async (m) => { process.exitCode = await m.main(process.argv.slice(1)); })" --`;
