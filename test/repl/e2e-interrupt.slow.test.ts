/** Ctrl-C in the built workbench, in a real terminal, during each of the long acts. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Terminal } from './terminal.js';
import { openTerminal, whyNoTerminal } from './terminal.js';

const missing = whyNoTerminal();
vi.setConfig({ testTimeout: 600_000, hookTimeout: 600_000 });

const settings = [
  'run.seed=3',
  'run.threads=1',
  'grpo.num_generations=4',
  'grpo.prompts_per_step=1',
  'judge.workers=1',
];
const lengths = 'export default (rollouts) => rollouts.map((each) => each.completionIds.length);\n';

describe.skipIf(missing !== null)(`Ctrl-C in a terminal (${missing ?? 'tmux'})`, () => {
  let terminal: Terminal;

  beforeAll(async () => {
    terminal = openTerminal(['repl', '--set', ...settings], { columns: 100, rows: 30 });
    writeFileSync(path.join(terminal.folder, 'lengths.ts'), lengths);
    await terminal.line('/sample 1 --num-generations 16', /16 completions, not judged yet/);
    await terminal.line('/reward lengths.ts');
  });
  afterAll(() => terminal.close());

  /** What is undone next and how much was done, as the history says. */
  const historyOf = async (): Promise<string[]> => {
    await terminal.clear();
    const screen = await terminal.line('/history', /▸ /);
    return screen.split('\n').filter((row) => /\d{4}-\d\d-\d\d \d\d:/.test(row));
  };

  /** Sends a line whose work would go on for long, and stops it once it shows that it is at work. */
  const stopped = async (line: string, atWork: RegExp): Promise<void> => {
    await terminal.clear();
    terminal.type(line);
    terminal.keys('Enter');
    await terminal.until(atWork, `${line} at work`);
    terminal.keys('C-c');
    await terminal.until(/^× stopped/m);
    await terminal.until(/^○ ready/m);
  };

  it.each([
    ['sample', '/sample 400', /sampled \d+\//],
    ['judge', '/judge', /judged \d+\//],
    ['evaluate', '/evaluate --n 400', /sampled \d+\//],
  ])('during %s leaves the session as it was', async (_, line, atWork) => {
    const before = await historyOf();
    expect(before.length).toBeGreaterThan(0);
    await stopped(line, atWork);
    expect(await historyOf()).toEqual(before);
    await terminal.line('session.rollouts.filter((each) => !each.verdict).length', /^16$/m);
  });

  it('during an update takes half of it back', async () => {
    await terminal.line('/score', /mean reward/);
    await terminal.line('/set grpo.num_iterations 2000');
    const before = await historyOf();
    await stopped('/step', /● \/step/);
    expect(await historyOf()).toEqual(before);
    expect(terminal.screen()).toContain('grpo step 0');
    await terminal.line('/set grpo.num_iterations 1');
  });

  it('during a training keeps the steps that were made', async () => {
    await stopped('/train 500', /step 1\/500/);
    const made = Number(/grpo step (\d+)/.exec(terminal.screen())?.[1]);
    expect(made).toBeGreaterThanOrEqual(1);
    const history = await historyOf();
    expect(history.filter((row) => row.includes('train'))).toHaveLength(made);
    await terminal.line('/undo', /taken back: train/);
    expect(terminal.screen()).toContain(`grpo step ${made - 1}`);
  });

  it('on a line without an await stops it, and its variables stay', async () => {
    await terminal.line('const kept = 6');
    const engines = terminal.processes(/engine\/main\.js/);
    await stopped('for (;;) {}', /● for/);
    await terminal.line('kept * 7', /^42$/m);
    expect(terminal.processes(/engine\/main\.js/)).toEqual(engines);
  });

  it('twice on no work leaves', async () => {
    terminal.keys('C-c');
    await terminal.until(/Ctrl-C again leaves/);
    terminal.keys('C-c');
    await terminal.until(/\[exit 0\]/);
  });
});
