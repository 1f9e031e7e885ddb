/** The built workbench in a real terminal, from its first prompt to its end. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Terminal } from './terminal.js';
import { openTerminal, whyNoTerminal } from './terminal.js';

const missing = whyNoTerminal();
vi.setConfig({ testTimeout: 600_000 });
const settings = [
  'run.seed=3',
  'run.threads=1',
  'grpo.num_generations=4',
  'grpo.prompts_per_step=1',
  'judge.workers=2',
];

describe.skipIf(missing !== null)(`the workbench in a terminal (${missing ?? 'tmux'})`, () => {
  let terminal: Terminal;
  const line = (text: string, says?: RegExp): Promise<string> => terminal.line(text, says);

  beforeAll(() => {
    terminal = openTerminal(['repl', '--set', ...settings]);
  });
  afterAll(() => terminal.close());

  it('samples, judges and looks into a rollout', async () => {
    await line('/sample 1', /4 completions, not judged yet/);
    await line('/judge', /4 completions, \d of 4 clean/);
    terminal.type('/inspect 2');
    terminal.keys('Enter');
    const inspector = await terminal.until(/token \d+\/\d+/);
    expect(inspector).toMatch(/^\s*1 │ +int /m);
    const [, at] = /token (\d+)\//.exec(inspector) ?? [];
    terminal.keys('l');
    await terminal.until(new RegExp(`token ${Number(at) + 1}/`));
    terminal.keys('q');
    await terminal.until(/1\/0\/1 .*compile_error/);
    terminal.keys('q');
    expect(await terminal.until(/○ ready/)).toContain('› /inspect 2');
  });

  it('changes the reward, scores again, updates, and takes it back', async () => {
    await line('/score', /mean reward \d/);
    await line('/reward tests_passed', /tests_passed/);
    const rescored = await line('/rescore sanitizer_curriculum', /flipped/);
    expect(rescored).toMatch(/mean reward +[\d.]+ +[\d.]+/);
    await line('/step', /grad_norm/);
    expect(terminal.screen()).toContain('grpo step 1');
    await line('/undo', /taken back: step/);
    expect(terminal.screen()).toContain('grpo step 0');
  });

  it('draws a figure', async () => {
    const figure = await line('/plot rewards', /Rewards of 4 completions/);
    expect(figure).toMatch(/┤ /);
    expect(figure).toMatch(/└─/);
  });

  it('runs TypeScript with the session at hand', async () => {
    await line('session.rollouts.filter((each) => each.verdict).length * 11', /^44$/m);
    await line('_ + 1', /^45$/m);
  });

  it.each([
    [120, 40],
    [60, 16],
    [40, 10],
    [33, 12],
    [80, 24],
  ])('is drawn anew in a terminal of %i × %i', async (columns, rows) => {
    terminal.resize(columns, rows, '/he');
    // Nothing of the old size stays: there is one status line, the prompt above it, and what was
    // finished above that.
    const one = /^(?![^]*○ ready[^]*○ ready)[^]*^45\n› \/he\n[^]*^○ ready/m;
    await terminal.until(one, 'one status line');
    terminal.keys('C-u');
    await terminal.until(/^45\n›\n[^]*^○ ready/m);
  });

  it('tells of an engine that is killed, and has the session again', async () => {
    const [engine] = terminal.processes(/engine\/main\.js/);
    process.kill(engine, 'SIGKILL');
    await terminal.until(/The engine was killed \(SIGKILL\)/);
    await terminal.until(/○ ready/);
    expect(terminal.processes(/engine\/main\.js/)).not.toContain(engine);
    await line('session.rollouts.length', /^4$/m);
    expect(await line('/history', /▸ /)).toContain('rescore');
  });

  it('ends and keeps the session', async () => {
    terminal.type('/quit');
    terminal.keys('Enter');
    await terminal.until(/\[exit 0\]/);
    expect(terminal.screen()).toContain('Session session is kept');
    expect(existsSync(path.join(terminal.folder, 'sessions/session/session.json'))).toBe(true);
    expect(terminal.processes(/rlsf|engine|viewer/)).toEqual([]);
  });
});
