/** The completion scripts, each run by its own shell where that is here. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commands } from '../../src/repl/commands/index.js';
import { fieldsOf } from '../../src/session/commands/fields.js';
import { sessionCommands } from '../../src/session/commands/index.js';
import { call } from './call.js';

const has = (shell: string): boolean => spawnSync(shell, ['--version']).status === 0;
const script = async (shell: string): Promise<string> => (await call('completion', shell)).out;

let place = '';
beforeAll(() => {
  place = mkdtempSync(path.join(os.tmpdir(), 'rlsf-completion-'));
  for (const folder of ['runs/tour', 'sessions/mine', 'data'])
    mkdirSync(path.join(place, folder), { recursive: true });
  writeFileSync(path.join(place, 'my config.yaml'), '');
});
afterAll(() => rmSync(place, { recursive: true, force: true }));

describe.skipIf(!has('bash'))('in bash', () => {
  let file = '';
  beforeAll(async () => {
    file = path.join(place, 'rlsf.bash');
    writeFileSync(file, await script('bash'));
  });

  /** What the Tab key offers behind these words; the last one is being typed. */
  const offered = (...words: string[]): string[] => {
    const { stdout, stderr } = spawnSync(
      'bash',
      [
        '--norc',
        '-c',
        `source "$1"; shift; COMP_WORDS=(rlsf "$@"); COMP_CWORD=$#; _rlsf; printf '%s\\n' "\${COMPREPLY[@]}"`,
        'bash',
        file,
        ...words,
      ],
      { cwd: place, encoding: 'utf8' },
    );
    expect(stderr).toBe('');
    return stdout.split('\n').filter((row) => row !== '');
  };

  it('offers the commands, those of a session among them', () => {
    expect(offered('sa')).toEqual(['sample', 'save']);
    expect(offered('')).toEqual(expect.arrayContaining(['tour', 'undo', 'completion', '--help']));
  });

  it('offers second words and their flags', () => {
    expect(offered('runs', 'r')).toEqual(['rm']);
    expect(offered('train', '')).toEqual(expect.arrayContaining(['grpo', 'sft', 'discriminator']));
    expect(offered('train', 'grpo', '--con')).toEqual(['--config']);
  });

  it('offers the flags of the form on a session where one is named', () => {
    expect(offered('sample', '--num')).toEqual([]);
    expect(offered('sample', '--session', 'mine', '--num')).toEqual(['--num-generations']);
    expect(offered('step', '--session', 'mine', 'd')).toEqual(['dpo']);
    expect(offered('inspect', '--session', 'mine', '--heat', 'l')).toEqual(['logprob']);
  });

  it('offers sessions, run folders, folders and files with blanks where they fit', () => {
    expect(offered('sample', '--session', '')).toEqual(['mine']);
    expect(offered('explain', 't')).toEqual(['runs/tour']);
    expect(offered('sample', '--adapter', 'd')).toEqual(['data']);
    expect(offered('tour', '--config', 'my')).toEqual(['my config.yaml']);
  });

  it('knows every flag of every command', async () => {
    const text = await script('bash');
    for (const { name, options = [] } of commands)
      for (const { flags } of options)
        for (const flag of flags.match(/--[\w-]+/g) ?? [])
          expect(text, `${name} ${flag}`).toContain(flag);
    for (const command of sessionCommands)
      for (const { flag } of fieldsOf(command)) expect(text).toContain(flag);
  });
});

describe('in other shells', () => {
  it.skipIf(!has('zsh'))('zsh accepts the script (needs zsh)', async () => {
    const { status, stderr } = spawnSync('zsh', ['-n'], {
      input: await script('zsh'),
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
    expect(status).toBe(0);
  });

  it.skipIf(!has('fish'))('fish accepts the script (needs fish)', async () => {
    const { status, stderr } = spawnSync('fish', ['--no-execute'], {
      input: await script('fish'),
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
    expect(status).toBe(0);
  });

  it('each has the summaries, quoted for its shell', async () => {
    const [zsh, fish] = [await script('zsh'), await script('fish')];
    for (const { name, summary } of commands.filter((command) => !command.name.includes(' '))) {
      expect(fish).toContain(`-a ${name} -d`);
      expect(zsh).toContain(`'${name}:`);
      if (!/['\\:]/.test(summary)) for (const text of [zsh, fish]) expect(text).toContain(summary);
    }
  });

  it('a shell that is not known is a usage error with the nearest', async () => {
    const { code, err } = await call('completion', 'fishh');
    expect(code).toBe(2);
    expect(err).toContain('Did you mean "fish"?');
  });
});
