import { mkdtempSync, rmSync, mkdirSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commands } from '../../src/repl/commands/index.js';
import { sessionCall } from '../../src/repl/commands/session-form.js';
import { sessionCommands } from '../../src/session/commands/index.js';
import { call } from './call.js';

let place = '';
beforeAll(() => {
  place = mkdtempSync(path.join(os.tmpdir(), 'rlsf-session-cli-'));
});
afterAll(() => rmSync(place, { recursive: true, force: true }));

describe('rlsf <command> --session', () => {
  it('is listed by rlsf --help, with every command of the table', async () => {
    const { out, code } = await call('--help');
    expect(code).toBe(0);
    expect(out).toContain('On a session (rlsf <command> --session NAME');
    for (const { name } of sessionCommands) expect(out).toMatch(new RegExp(`^  ${name} `, 'm'));
  });

  it('shows its own form with --help, and leaves that of the one-shot command as it was', async () => {
    const onSession = await call('sample', '--session', 'x', '--help');
    expect(onSession.code).toBe(0);
    expect(onSession.out).toContain('rlsf sample [n]');
    expect(onSession.out).toContain('--session <name|folder>');
    expect(onSession.out).not.toContain('--prompt-file');
    const alone = await call('sample', '--help');
    expect(alone.out).toContain('--prompt-file');
    const onlyThere = await call('step', '--help');
    expect(onlyThere).toMatchObject({
      code: 0,
      out: expect.stringContaining('rlsf step [method]'),
    });
  });

  it('leaves a command with a --session of its own alone', async () => {
    expect(await sessionCall(['repl', '--session', 'x'], commands)).toBeNull();
    expect(await sessionCall(['help', '--session', 'x'], commands)).toBeNull();
  });

  it('says that a command of the table needs a session', async () => {
    const { code, out, err } = await call('step');
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain('rlsf step: it works on a session: name one with --session');
    expect(err).toContain('rlsf step --session mine');
  });

  it.each([
    [['tour', '--session', 'x'], 'it does not work on a session'],
    [['sample', '--session'], '--session: a value is expected, got nothing'],
    [['sample', '--sesion', 'x', '--session', 'x'], 'there is no --sesion here'],
    [['train', '0', '--session', 'x'], '<steps> expects a whole number ≥ 1'],
    [['open', 'x', '--session', 'x'], 'it is for the prompt'],
  ])('%j is a usage error', async (argv, message) => {
    const { code, err } = await call(...argv);
    expect(err).toContain(message);
    expect(code).toBe(2);
  });

  it('refuses a folder that is no session', async () => {
    const folder = path.join(place, 'other');
    mkdirSync(folder);
    const taken = await call('history', '--session', folder);
    expect(taken).toMatchObject({
      code: 2,
      err: expect.stringContaining('holds neither a session nor a run'),
    });
  });
});
