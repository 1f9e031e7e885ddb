import { spawnSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '../..');

/** A folder that looks like an installed package: set-up script and version only. */
let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'rlsf-setup-'));
  await cp(path.join(root, 'setup.sh'), path.join(folder, 'setup.sh'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const bash = (argv: string[], env: Record<string, string> = {}) =>
  spawnSync('/bin/bash', argv, {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, RLSF_NO_GPU: '1', ...env },
  });

/** A PATH that holds these programs of the system and nothing else. */
async function pathOf(name: string, programs: string[]): Promise<string> {
  const bin = path.join(folder, name);
  await mkdir(bin, { recursive: true });
  for (const program of programs) {
    const real = spawnSync('/bin/bash', ['-c', `command -v ${program}`], { encoding: 'utf8' });
    await writeFile(path.join(bin, program), `#!/bin/bash\nexec ${real.stdout.trim()} "$@"\n`, {
      mode: 0o755,
    });
  }
  return bin;
}

const basics = [
  'dirname',
  'mkdir',
  'cat',
  'find',
  'sort',
  'xargs',
  'sha256sum',
  'cut',
  'id',
  'ls',
  'node',
  'uname',
];

describe('setup.sh', () => {
  it('is a script that bash can read', () => {
    const { status, stderr } = bash(['-n', 'setup.sh']);
    expect(stderr).toBe('');
    expect(status).toBe(0);
  });

  it('refuses a profile it does not know and says which there are', () => {
    const { status, stderr } = bash(['setup.sh', 'tuor']);
    expect(stderr).toContain("expected tour, test, all or --no-system, got 'tuor'");
    expect(status).toBe(2);
  });

  it('says nothing and takes under two seconds where nothing is missing', () => {
    bash(['setup.sh', 'tour', '--no-system']);
    const begun = Date.now();
    const { status, stdout } = bash(['setup.sh', 'tour', '--no-system']);
    expect(status).toBe(0);
    if (spawnSync('bwrap', ['--version']).status === 0) expect(stdout).toBe('');
    expect(Date.now() - begun).toBeLessThan(2000);
  });

  it('names the exact command for what it may not install, and goes on', async () => {
    const bin = await pathOf('bare', [...basics, 'apt-get']);
    const { status, stdout } = bash(['setup.sh', 'tour', '--no-system'], { PATH: bin });
    expect(stdout).toMatch(
      /The command: apt-get install --no-install-recommends g\+\+.* bubblewrap/,
    );
    expect(status).toBe(0);
  });

  it('adds what only the tests use to the profile test', async () => {
    const bin = await pathOf('tests', [...basics, 'apt-get']);
    const listed = (profile: string): string =>
      bash(['setup.sh', profile, '--no-system'], { PATH: bin }).stdout;
    for (const name of ['tmux', ...(process.arch === 'x64' ? ['g++-aarch64-linux-gnu'] : [])]) {
      expect(listed('test')).toContain(` ${name}`);
      expect(listed('tour')).not.toContain(` ${name}`);
    }
  });

  it('off Debian says what to install by other means, and goes on', async () => {
    const bin = await pathOf('other', basics);
    const { status, stdout } = bash(['setup.sh', 'tour'], { PATH: bin });
    expect(stdout).toContain('not a Debian-like system');
    expect(stdout).toContain('bubblewrap');
    expect(status).toBe(0);
  });

  it('without root shows the command with sudo, and goes on', async () => {
    const bin = await pathOf('user', [...basics, 'apt-get']);
    await writeFile(path.join(bin, 'id'), '#!/bin/bash\necho 1000\n', { mode: 0o755 });
    const { status, stdout } = bash(['setup.sh', 'tour'], { PATH: bin });
    expect(stdout).toMatch(/Run: {2}sudo apt-get install/);
    expect(status).toBe(0);
  });

  it('stops without Node, and says which one is needed', async () => {
    const bin = await pathOf(
      'nonode',
      basics.filter((name) => name !== 'node'),
    );
    const { status, stderr } = bash(['setup.sh', 'tour'], { PATH: bin });
    expect(stderr).toContain('Install Node 20.19 or newer');
    expect(status).toBe(1);
  });
});
