/**
 * Every command of the table: those that change a session, each at the prompt and as
 * `rlsf <command> --session`, undone, done again and forked to the bit; those that only look, both ways.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { namesWithLines } from '../../../src/repl/session-commands/lines.js';
import { sessionCommands } from '../../../src/session/commands/index.js';
import { call } from '../../cli/call.js';
import type { Stage } from './saved-stages.js';
import { needsCompiler, openPrompt, savedStages } from './saved-stages.js';

const { inPlace, copied, hashOf } = savedStages();

/** What is typed for each command that changes something, from the session of which stage on. */
const changes: Record<string, { from: Stage; typed: string[] }> = {
  policy: { from: 'scored', typed: ['policy', inPlace('other')] },
  task: { from: 'scored', typed: ['task', '--split', 'held_out'] },
  set: { from: 'scored', typed: ['set', 'grpo.beta', '0.04', 'sampling.temperature=0.5'] },
  pick: { from: 'scored', typed: ['pick', '2'] },
  sample: { from: 'scored', typed: ['sample', '--num-generations', '3', '--temperature', '0.7'] },
  judge: { from: 'sampled', typed: ['judge'] },
  score: { from: 'judged', typed: ['score'] },
  reward: { from: 'scored', typed: ['reward', inPlace('first-id.ts'), 'tests_passed:0.5'] },
  rescore: { from: 'scored', typed: ['rescore', inPlace('first-id.ts')] },
  advantages: { from: 'scored', typed: ['advantages'] },
  step: { from: 'scored', typed: ['step'] },
  train: { from: 'scored', typed: ['train', '1'] },
};

/** What is typed for each command that only looks. */
const looks: Record<string, string[][]> = {
  policy: [['policy']],
  task: [['task']],
  set: [['set']],
  reward: [['reward']],
  bench: [['bench', '1']],
  browse: [['browse']],
  inspect: [['inspect', '2', '--heat', 'logprob']],
  diff: [['diff', '1', '2']],
  explain: [['explain'], ['explain', 'step']],
  problems: [['problems', '--n', '3']],
  evaluate: [['evaluate', '--n', '1']],
  plot: [['plot'], ['plot', 'rewards']],
  compare: [['compare', inPlace('judged'), inPlace('scored')]],
  query: [['query', 'select outcome, count(*) n from rollouts group by all']],
  history: [['history']],
  save: [['save', inPlace('out.ipynb')]],
  export: [
    ['export', 'rollouts', inPlace('out.jsonl'), '--force'],
    ['export', 'adapter', inPlace('adapter'), '--force'],
    ['export', 'config', inPlace('out.yaml'), '--force'],
    ['export', 'dataset', inPlace('sets'), '--force'],
  ],
  help: [['help'], ['help', 'sample']],
};

/** Run after each command that changes something; `open` gives one session for another. */
const around = ['undo', 'redo', 'fork', 'open'];

const names = sessionCommands.map(({ name }) => name);
const changing = sessionCommands.filter((command) => command.changes).map(({ name }) => name);

it('has a case for every command of the table, and lines for each', () => {
  expect(Object.keys(changes).sort()).toEqual([...changing].sort());
  expect([...new Set([...Object.keys(changes), ...Object.keys(looks), ...around])].sort()).toEqual(
    [...names].sort(),
  );
  expect([...namesWithLines].sort()).toEqual([...names].sort());
});

describe.skipIf(needsCompiler)('a command that changes a session (needs g++)', () => {
  it.each(changing)(
    '%s does the same at the prompt and on the command line; undo, redo and fork are exact to the bit',
    async (name) => {
      const { from, typed } = changes[name];
      // A verdict tells how long its stages took: only one from the cache is the same to the bit.
      if (['judge', 'train'].includes(name)) {
        const first = await openPrompt(copied(from, 'first'));
        await first.line(typed.join(' '));
        await first.close();
      }
      const folder = copied(from, `${name}-prompt`);
      const prompt = await openPrompt(folder);
      const before = await prompt.hash();
      expect(await prompt.line(typed.join(' '))).not.toMatch(/^$|undefined|NaN|\[object/);
      const after = await prompt.hash();
      expect(after).not.toBe(before);
      await prompt.line('undo');
      expect(await prompt.hash(), 'undone').toBe(before);
      await prompt.line('redo');
      expect(await prompt.hash(), 'done again').toBe(after);
      const fork = inPlace(`${name}-prompt-fork`);
      await prompt.line(`fork ${fork}`);
      expect(await prompt.hash(), 'forked').toBe(after);
      await prompt.line(`open ${fork}`);
      expect(await prompt.hash(), 'the fork').toBe(after);
      await prompt.line('undo');
      expect(await prompt.hash(), 'the fork, undone').toBe(before);
      await prompt.close();
      expect(await hashOf(folder), 'what was forked').toBe(after);

      const place = copied(from, `${name}-line`);
      const called = async (...words: string[]): Promise<string> => {
        const { code, out, err } = await call(...words, '--session', place);
        expect(code, err).toBe(0);
        expect(out).not.toBe('');
        return hashOf(place);
      };
      expect(await called(...typed), 'on the command line').toBe(after);
      expect(await called('undo'), 'undone there').toBe(before);
      expect(await called('redo'), 'done again there').toBe(after);
      const lineFork = inPlace(`${name}-line-fork`);
      expect(await called('fork', lineFork), 'forked there').toBe(after);
      expect(await hashOf(lineFork), 'the fork made there').toBe(after);
    },
    60_000,
  );

  it('makes a session on first use, from a config and settings, but none for a command that fails', async () => {
    const folder = inPlace('made');
    const wanted = ['--session', folder, '--set', `policy.model_name_or_path=${inPlace('model')}`];
    const failed = await call('set', 'grpo.betta', '1', ...wanted);
    expect(failed).toMatchObject({ code: 1, err: expect.stringContaining('grpo.beta') });
    expect(existsSync(folder)).toBe(false);
    const made = await call('set', 'grpo.beta', '0.5', ...wanted, '--json');
    expect(JSON.parse(made.out)).toMatchObject([{ key: 'grpo.beta', value: 0.5 }]);
    expect(made.err).toContain('New session made');
    const again = await call('history', ...wanted);
    expect(again).toMatchObject({ code: 2, err: expect.stringContaining('of a new session') });
    expect((await call('history', '--session', folder)).out).toMatch(/open.*\n▸ \w+/);
  });
});

describe.skipIf(needsCompiler)('a command that only looks (needs g++)', () => {
  const lines = Object.values(looks).flat();

  it.each(
    lines.map((words): [string, string[]] => [
      words.map((each) => path.basename(each)).join(' '),
      words,
    ]),
  )(
    '%s leaves the session as it is, at the prompt and on the command line',
    async (_, words) => {
      const folder = copied('scored', 'looked');
      const before = await hashOf(folder);
      const prompt = await openPrompt(folder);
      const text = await prompt.line(words.join(' '));
      // The programs that a bench tells of are named after their faults.
      expect(text).not.toMatch(words[0] === 'bench' ? /^$|\[object/ : /^$|undefined|NaN|\[object/);
      expect(await prompt.hash()).toBe(before);
      await prompt.close();
      const { code, out, err } = await call(...words, '--session', folder);
      // A reward of token ids is a bad one: that its bench fails is what bench says.
      expect(code, err).toBe(words[0] === 'bench' ? 1 : 0);
      expect(out).not.toBe('');
      expect(await hashOf(folder)).toBe(before);
    },
    60_000,
  );
});
