import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Rollout } from '../../src/records.js';
import { inspectCommand } from '../../src/repl/commands/inspect.js';
import type { CommandContext, CommandResult } from '../../src/repl/commands/command.js';
import { plainText } from '../../src/repl/styled.js';
import type { Inspection } from '../../src/rollouts/index.js';
import { overflow, rolloutWith } from './sample-events.js';

let folder = '';
const notes: string[] = [];

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'rlsf-inspect-'));
  const stored: Rollout[] = [
    rolloutWith({ id: 'my/run/1/0/0', diagnostics: [overflow] }),
    rolloutWith({ id: 'my/run/1/0/1', sample: 1 }),
    rolloutWith({ id: 'my/run/1/1/0', group: 1 }),
  ];
  const text = stored.map((each) => `${JSON.stringify(each)}\n`).join('');
  await writeFile(path.join(folder, 'rollouts.jsonl'), text);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function inspect(
  id: string,
  options: Record<string, string> = {},
  changes: Partial<CommandContext> = {},
): Promise<CommandResult> {
  const context: CommandContext = {
    width: 100,
    interactive: false,
    json: false,
    signal: new AbortController().signal,
    write: () => {},
    note: (text) => notes.push(text),
    showRun: () => Promise.reject(new Error('no run here')),
    choose: () => Promise.resolve(null),
    ...changes,
  };
  return inspectCommand.run({ arguments: { rollouts: `${folder}${id}` }, options }, context);
}

const text = (result: CommandResult): string => result.lines.map(plainText).join('\n');

describe('rlsf inspect', () => {
  it('shows a rollout by step/group/sample or by its whole id', async () => {
    for (const id of ['#1/0/0', '#my/run/1/0/0', '/rollouts.jsonl#1/0/0']) {
      const result = await inspect(id);
      expect((result.value as Inspection).id).toBe('my/run/1/0/0');
      expect(text(result)).toContain('╰× asan heap-buffer-overflow');
    }
  });

  it('shows a group by step/group, also a group of one, as a list', async () => {
    const group = await inspect('#1/0');
    expect((group.value as Inspection[]).map(({ sample }) => sample)).toEqual([0, 1]);
    expect(text(group)).toMatch(/^my\/run\/1\/0 {2}array-sum/);
    expect((await inspect('#1/1')).value).toHaveLength(1);
  });

  it('colours what --heat says', async () => {
    const { value } = await inspect('#1/0/0', { heat: 'logprob' });
    expect((value as Inspection).heat?.of).toBe('logprob');
  });

  it('writes the page of --html whole and says where, beside JSON as a note', async () => {
    const file = path.join(folder, 'pages', 'one.html');
    expect(text(await inspect('#1/0/0', { html: file }))).toContain(`written ${file}`);
    expect(await readFile(file, 'utf8')).toMatch(/^<!doctype html>[^]*<\/html>\n$/);
    expect(await readdir(path.dirname(file))).toEqual(['one.html']);
    await inspect('#1/0', { html: file }, { json: true });
    expect(notes).toEqual([`written ${file}`]);
    expect(await readFile(file, 'utf8')).toContain('group my/run/1/0');
  });

  it.each([
    ['#1/0/7', {}, /no rollout '1\/0\/7' among its 3\. Did you mean '1\/0\/\d'\? An id is step/],
    ['', {}, /expected # and an id behind it, such as #1\/0\/0 for a rollout or #1\/0/],
    ['/none#1/0', {}, /expected a run folder or a rollouts\.jsonl, there is no such file/],
    ['#1/0', { heat: 'advantages' }, /--heat expects advantage, .*Did you mean 'advantage'\?/],
    ['#1/0', { heat: 'reward' }, /a rollout with reward spans .*There is: advantage, findings/],
    ['#1/0', { html: 'page.txt' }, /--html expects a name ending in \.html, got 'page\.txt'/],
    ['#1/0', { html: '/dev/null/x.html' }, /the page cannot be written there \(E[A-Z]+\)/],
  ])('says what is wrong with %s %o', async (id, options, message) => {
    await expect(inspect(id, options)).rejects.toThrow(message);
  });
});
