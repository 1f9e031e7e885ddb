/** Every command that changes a session: at the prompt and as `rlsf <command> --session`, undone and done again. */
import { cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { savePolicy } from '../../../src/policy/index.js';
import { commandLines, namesWithLines } from '../../../src/repl/session-commands/lines.js';
import { plainText } from '../../../src/repl/styled.js';
import {
  openWithInputs,
  runLine,
  saveWithInputs,
  sessionCommands,
} from '../../../src/session/commands/index.js';
import type { CommandHooks } from '../../../src/session/commands/index.js';
import { closeSession, openSession, redo, stateHash, undo } from '../../../src/session/index.js';
import type { Session } from '../../../src/session/index.js';
import { selectBackend } from '../../../src/tensor/index.js';
import { call } from '../../cli/call.js';
import { tinyPolicy } from '../../training/tiny-policy.js';

type Stage = 'sampled' | 'judged' | 'scored';

const place = mkdtempSync(path.join(os.tmpdir(), 'rlsf-table-'));
const inPlace = (name: string): string => path.join(place, name);

/** What is typed for each command, from the session of which stage on. */
const cases: Record<string, { from: Stage; typed: string[] }> = {
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

const hooks: CommandHooks = {
  signal: new AbortController().signal,
  emit: () => {},
  note: () => {},
};

const rewardFile = (expression: string): string =>
  `export default (rollouts) => rollouts.map(({ completionIds }) => ${expression});\n`;

const changing = sessionCommands.filter(({ changes }) => changes).map(({ name }) => name);

it('has a case for every command that changes something, and lines for every command', () => {
  expect(Object.keys(cases).sort()).toEqual([...changing].sort());
  expect([...namesWithLines].sort()).toEqual(sessionCommands.map(({ name }) => name).sort());
});

describe.skipIf(!existsSync('/usr/bin/g++'))('a command that changes a session (needs g++)', () => {
  beforeAll(async () => {
    await selectBackend('auto', { threads: 1 });
    for (const [name, seed] of [
      ['model', 1],
      ['other', 2],
    ] as const) {
      const policy = await tinyPolicy(seed, { maxPositions: 1024 });
      await savePolicy(policy, inPlace(name));
      policy.dispose();
    }
    writeFileSync(
      inPlace('low-ids.ts'),
      rewardFile('completionIds.filter((id) => id < 128).length + 0.1 * completionIds[0]'),
    );
    writeFileSync(inPlace('first-id.ts'), rewardFile('completionIds[0]'));
    const session = await openSession({
      policy: inPlace('model'),
      seed: 5,
      numGenerations: 2,
      sampling: { maxNewTokens: 8 },
      loraR: 2,
      judge: { workers: 1, cacheFolder: inPlace('verdicts') },
    });
    const stages: [Stage, string][] = [
      ['sampled', 'sample'],
      ['judged', 'judge'],
      ['scored', 'score'],
    ];
    await runLine(session, `reward ${inPlace('low-ids.ts')}`, hooks);
    for (const [stage, line] of stages) {
      await runLine(session, line, hooks);
      await saveWithInputs(session, inPlace('session'));
      copied('session', stage);
    }
    await closeSession(session);
  }, 60_000);
  afterAll(() => rmSync(place, { recursive: true, force: true }));

  it.each(changing)(
    '%s does the same at the prompt and on the command line, and is undone to the bit',
    async (name) => {
      const { from, typed } = cases[name];
      // A verdict tells how long its stages took: only one from the cache is the same to the bit.
      if (['judge', 'train'].includes(name)) {
        const first = await openWithInputs(copied(from, 'first'));
        await runLine(first, typed.join(' '), hooks);
        await closeSession(first);
      }
      const session = await openWithInputs(copied(from, `${name}-prompt`));
      const before = await stateHash(session);
      const { value } = await runLine(session, `/${typed.join(' ')}`, hooks);
      const after = await stateHash(session);
      expect(after).not.toBe(before);
      expect(commandLines(name, value, 80).map(plainText).join('\n')).not.toMatch(
        /undefined|NaN|\[object/,
      );
      await undo(session);
      expect(await stateHash(session)).toBe(before);
      await redo(session);
      expect(await stateHash(session)).toBe(after);
      await closeSession(session);

      const folder = copied(from, `${name}-line`);
      const called = await call(...typed, '--session', folder);
      expect(called.code, called.err).toBe(0);
      expect(called.out).not.toBe('');
      expect(await hashOf(folder)).toBe(after);
    },
    30_000,
  );

  it('undo and redo on the command line go to the states before and after', async () => {
    const folder = copied('scored', 'undone');
    const before = await hashOf(folder);
    await call('set', 'grpo.beta', '0.5', '--session', folder);
    const after = await hashOf(folder);
    expect((await call('undo', '--session', folder)).out).toContain('taken back');
    expect(await hashOf(folder)).toBe(before);
    expect((await call('redo', '--session', folder)).out).toContain('done again');
    expect(await hashOf(folder)).toBe(after);
  });

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

  it.each([
    'policy',
    'task',
    'set',
    'reward',
    'browse',
    'inspect 2 --heat logprob',
    'diff 1 2',
    'explain',
    'problems --n 3',
    'plot',
    'plot rewards',
    'query select outcome, count(*) n from rollouts group by all',
    'history',
    'help',
    'help sample',
    `export rollouts ${inPlace('out.jsonl')}`,
    `export adapter ${inPlace('adapter')}`,
    `export config ${inPlace('out.yaml')}`,
    `export dataset ${inPlace('sets')}`,
    `save ${inPlace('out.ipynb')}`,
    `fork ${inPlace('fork')}`,
  ])('%s only looks: the state stays, and there are lines to read', async (line) => {
    const session = await openWithInputs(copied('scored', 'looked'));
    const before = await stateHash(session);
    const { command, value } = await runLine(session, line, hooks);
    const text = commandLines(command.name, value, 80).map(plainText).join('\n');
    expect(text).not.toMatch(/undefined|NaN|\[object/);
    expect(text).not.toBe('');
    expect(await stateHash(session)).toBe(before);
    if (command.name === 'fork') expect(await hashOf(inPlace('fork'))).toBe(before);
    await closeSession(session);
  });

  async function hashOf(folder: string): Promise<string> {
    const session: Session = await openWithInputs(folder);
    try {
      return await stateHash(session);
    } finally {
      await closeSession(session);
    }
  }
});

/** A copy of a saved session, without the lock of who has it open. */
function copied(from: string, to: string): string {
  rmSync(inPlace(to), { recursive: true, force: true });
  cpSync(inPlace(from), inPlace(to), {
    recursive: true,
    filter: (file) => !path.basename(file).startsWith('lock'),
  });
  return inPlace(to);
}
