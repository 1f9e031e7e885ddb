/** Views, the editor, other ways to open it, and a crash while it trains: the built workbench in a terminal. */
import { spawn } from 'node:child_process';
import { chmodSync, existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Terminal } from './terminal.js';
import { openTerminal, whyNoTerminal } from './terminal.js';

const missing = whyNoTerminal();
vi.setConfig({ testTimeout: 600_000, hookTimeout: 600_000 });

const root = fileURLToPath(new URL('../..', import.meta.url));
const small = ['run.seed=3', 'run.threads=1', 'grpo.num_generations=4', 'grpo.prompts_per_step=1'];
const settings = [...small, 'judge.workers=1'];
const editor = `#!/bin/sh
[ -e "$HOME/new.ts" ] && cp "$HOME/new.ts" "$1"
exit 0
`;

describe.skipIf(missing !== null)(`views in a terminal (${missing ?? 'tmux'})`, () => {
  let terminal: Terminal;
  const inFolder = (name: string): string => path.join(terminal.folder, name);

  beforeAll(async () => {
    const environment = { NO_COLOR: '1', EDITOR: './editor.sh' };
    terminal = openTerminal(['repl', '--session', 'first', '--set', ...settings], { environment });
    writeFileSync(inFolder('editor.sh'), editor);
    chmodSync(inFolder('editor.sh'), 0o755);
    await terminal.line('/sample 1', /not judged yet/);
    await terminal.line('/judge', /of 4 clean/);
    await terminal.line('/score', /mean reward/);
  });
  afterAll(() => terminal.close());

  it('shows no colours where NO_COLOR is set, in the views too', async () => {
    expect(terminal.styled()).not.toMatch(/\u001b\[[0-9;]*3[0-7]/);
    terminal.keys('C-t');
    const browser = await terminal.until(/(✓ clean|× [a-z]+_[a-z]+)[^]*q leave/);
    expect(browser).toMatch(/✓ clean|× \w+/);
    expect(terminal.styled()).not.toMatch(/\u001b\[[0-9;]*3[0-7]/);
    terminal.keys('q');
    await terminal.until(/○ ready/);
  });

  it('lists the problems of the session, and picks one', async () => {
    terminal.type('/problems');
    terminal.keys('Enter');
    const listed = await terminal.until(/▸ cpp[^]*q leave/);
    const [, id] = /▸ (cpp\/\S+)/.exec(listed) ?? [];
    terminal.keys('Enter');
    await terminal.until(new RegExp(`/pick ${id}`));
    await terminal.until(/^›$/m);
    await terminal.line('session.pool[0].id === session.problems[0].id', /^true$/m);
    await terminal.line('/undo', /taken back: pick/);
  });

  it('opens the editor on a reward: as it was, it changes nothing', async () => {
    await terminal.line('/reward edit mine.ts', /mine\.ts was not changed/);
  });

  it('scores by the reward that was saved, and shows the difference', async () => {
    writeFileSync(
      inFolder('new.ts'),
      'export default (rollouts) => rollouts.map((each) => each.completion.length);\n',
    );
    const scored = await terminal.line('/reward edit mine.ts', /rank correlation/);
    expect(scored).toMatch(/mean reward +[\d.]+ +[\d.]+/);
    await terminal.line('session.rewards[0].name', /mine/);
  });

  it('shows a short error in full, and of a long one a row that says that it goes on', async () => {
    await terminal.clear();
    await terminal.line('/inspect 9', /^× inspect: [^]*in hand\.$/m);
    expect(terminal.screen()).not.toContain('Ctrl-O');
    const screen = await terminal.line('/reward nope', /Ctrl-O/);
    expect(screen).toMatch(/^× createReward: .*\S( …)? {2}\(\+\d+ lines: Ctrl-O\)$/m);
    expect(screen).not.toContain('reference_similarity');
    terminal.keys('C-o');
    await terminal.until(/reference_similarity/);
  });

  it('has the steps of a training again after the engine was killed', async () => {
    await terminal.clear();
    terminal.type('/train 300');
    terminal.keys('Enter');
    await terminal.until(/step [2-9]\/300/);
    const [engine] = terminal.processes(/engine\/main\.js/);
    process.kill(engine, 'SIGKILL');
    await terminal.until(/The engine was killed \(SIGKILL\)/);
    await terminal.until(/^○ ready/m);
    await terminal.line('session.steps > 0', /^true$/m);
    await terminal.line('/plot stages', /share of the step/);
  });

  it('ends when its terminal is closed over a view, and gives the session free', async () => {
    terminal.keys('C-t');
    await terminal.until(/enter open/);
    const [screen] = terminal.processes(/rlsf\.js repl/);
    process.kill(screen, 'SIGHUP');
    await terminal.until(/\[exit \d+\]/);
    expect(terminal.processes(/rlsf|engine|viewer/)).toEqual([]);
    terminal.open(['repl', '--session', 'first']);
    await terminal.until(/○ ready · first/);
  });

  it('compares two saved sessions', async () => {
    await terminal.line('/fork second', /second/);
    await terminal.line('/set sampling.temperature 1.2');
    await terminal.line('/undo', /taken back: set/);
    const compared = await terminal.line('/compare first second', /first/);
    expect(compared).toMatch(/second/);
    terminal.keys('C-d');
    await terminal.until(/\[exit 0\]/);
  });

  it('opens the editor from the command line too', async () => {
    writeFileSync(
      inFolder('new.ts'),
      'export default (rollouts) => rollouts.map((each) => -each.completion.length);\n',
    );
    terminal.open(['reward', 'edit', 'mine.ts', '--session', 'first']);
    const ended = await terminal.until(/\[exit \d+\]/);
    expect(ended).toContain('[exit 0]');
    expect(ended).toMatch(/rank correlation/);
  });

  it('speaks in lines for a screen reader', async () => {
    terminal.open(['repl', '--screen-reader', '--session', 'first']);
    await terminal.until(/^rlsf>/m);
    terminal.type('/inspect 1');
    await terminal.until(/rlsf> \/inspect 1/);
    terminal.keys('Enter');
    await terminal.until(/sample 1/);
    await terminal.until(/^rlsf>$/m);
    expect(terminal.screen()).not.toMatch(/○|●|q leave/);
    terminal.keys('C-d');
    await terminal.until(/\[exit 0\]/);
  });

  it('follows a run that trains, and only looks at it', async () => {
    const set = [...small, 'grpo.max_steps=400', `run.output_dir=${terminal.folder}/runs`];
    const training = spawn(
      process.execPath,
      [
        ...[path.join(root, 'bin/rlsf.js'), 'train', 'grpo', '--config', 'configs/tour.yaml'],
        ...['run.name=live', ...set].flatMap((each) => ['--set', each]),
      ],
      { cwd: root, stdio: 'ignore' },
    );
    try {
      const log = inFolder('runs/live/rollouts.jsonl');
      while (!existsSync(log)) {
        expect(training.exitCode).toBeNull();
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      terminal.open(['repl', '--run', 'runs/live']);
      expect(await terminal.until(/○ ready/)).toContain('(read-only)');
      await terminal.line('/step', /expected a session of its own/);
      terminal.keys('C-t');
      const count = (text: string): number =>
        Number(/of ([\d,]+)/.exec(text)?.[1].replace(',', ''));
      const first = count(await terminal.until(/of [\d,]+ .*following/));
      const grown = new RegExp(`of (?!${first}\\b)[\\d,]+ .*following`);
      expect(count(await terminal.until(grown))).toBeGreaterThan(first);
      terminal.keys('q');
      await terminal.until(/^›$/m);
      terminal.keys('C-d');
      await terminal.until(/\[exit 0\]/);
    } finally {
      training.kill('SIGKILL');
    }
  });
});
