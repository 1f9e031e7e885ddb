import { render } from 'ink-testing-library';
import { createElement } from 'react';
import { afterEach, describe, expect, it } from 'vitest';
import type { Answer, QuestionInput } from '../../../src/repl/engine/client.js';
import { plainText, textWidth } from '../../../src/repl/styled.js';
import { App } from '../../../src/repl/workbench/App.js';
import { liveLines } from '../../../src/repl/workbench/layout.js';
import type { Workbench } from '../../../src/repl/workbench/workbench.js';
import { createWorkbench } from '../../../src/repl/workbench/workbench.js';
import { tourEvents } from '../sample-events.js';
import type { EngineDouble } from './engine-double.js';
import { engineDouble, summaryOf } from './engine-double.js';

const settle = (ms = 30): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

interface Opened {
  workbench: Workbench;
  engine: EngineDouble;
  remembered: string[];
  left: boolean[];
  type(keys: string): Promise<void>;
  text(): string;
}

const open: { unmount(): void }[] = [];
afterEach(() => open.splice(0).forEach((app) => app.unmount()));

const candidates = [
  { text: 'sample', summary: 'draw rollouts' },
  { text: 'save', summary: 'write the session' },
  { text: 'step', summary: 'one update' },
];

function answers(question: QuestionInput): Answer {
  if (question.type === 'whole') return { whole: !question.text.endsWith('{'), indent: 2 };
  if (question.type === 'complete') return { start: 1, end: 1, candidates };
  return null;
}

async function opened(columns = 80, rows = 24, ready = true): Promise<Opened> {
  const doubles: EngineDouble[] = [];
  const remembered: string[] = [];
  const left: boolean[] = [];
  const workbench = createWorkbench({
    columns,
    rows,
    history: ['/sample 4'],
    startEngine: (hooks) => {
      doubles.push(engineDouble(hooks, answers));
      return doubles[doubles.length - 1];
    },
    remember: (text) => remembered.push(text),
    onShow: () => {},
    onRedraw: () => {},
    onLeave: (now) => left.push(now),
  });
  const app = render(createElement(App, { workbench, colour: false, spoken: false }));
  open.push(app, { unmount: () => void workbench.close() });
  await settle();
  workbench.start();
  if (ready) doubles[0].tell({ type: 'ready', state: summaryOf() });
  await settle();
  return {
    workbench,
    engine: doubles[0],
    remembered,
    left,
    async type(keys) {
      app.stdin.write(keys);
      await settle();
    },
    text: () => app.lastFrame() ?? '',
  };
}

describe('the workbench in a terminal', () => {
  it('sends a command, shows what comes of it, and remembers the line', async () => {
    const app = await opened();
    await app.type('/judge\r');
    expect(app.engine.works.map(({ text }) => text)).toEqual(['/judge']);
    expect(app.text()).toContain('● /judge');
    app.engine.end(['8 judged, 3 clean']);
    await settle();
    expect(app.text()).toMatch(/› \/judge\n8 judged, 3 clean\n/);
    expect(app.text()).toContain('○ ready · monday · cpp-tiny · cpp/train');
    expect(app.remembered).toEqual(['/judge']);
  });

  it('asks the engine whether a line is whole, and keeps the keys typed meanwhile', async () => {
    const app = await opened();
    await app.type('if (1) {\rx}\r');
    await settle();
    expect(app.engine.works.map(({ text }) => text)).toEqual(['if (1) {\n  x}']);
  });

  it('queues what is sent while it is busy, and runs it next', async () => {
    const app = await opened();
    await app.type('/judge\r');
    await app.type('/step\r');
    expect(app.text()).toContain('queued 1  /step');
    app.engine.end([]);
    await settle();
    expect(app.engine.works.map(({ text }) => text)).toEqual(['/judge', '/step']);
  });

  it('keeps what is sent before the engine is there', async () => {
    const app = await opened(80, 24, false);
    await app.type('/judge\r');
    expect(app.engine.works).toEqual([]);
    app.engine.tell({ type: 'ready', state: summaryOf() });
    await settle();
    expect(app.engine.works.map(({ text }) => text)).toEqual(['/judge']);
  });

  it('completes names of commands while the engine is busy', async () => {
    const app = await opened();
    await app.type('/judge\r');
    await app.type('/s\t');
    expect(app.text()).toMatch(/▸ sample +draw rollouts/);
    await app.type('\t\r');
    expect(app.text()).toContain('› /save');
  });

  it('shows a short error in full, and of a long one a line and the rest on Ctrl-O', async () => {
    const app = await opened();
    await app.type('/step\r');
    app.engine.end(['no rollouts in hand.', 'sample makes some,', 'judge judges them.'], 'failed');
    await settle();
    expect(app.text()).toContain('judge judges them.');
    expect(app.text()).not.toContain('Ctrl-O');
    await app.type('/train\r');
    const long = ['it went wrong.', '  at a', '  at b', '  at step', '  at run'];
    app.engine.end(long, 'failed');
    await settle();
    expect(app.text()).toContain('it went wrong.  (+4 lines: Ctrl-O)');
    expect(app.text()).not.toContain('at run');
    await app.type('\u000f');
    expect(app.text()).toContain('at run');
  });

  it('stops the work at the first Ctrl-C and leaves at the second', async () => {
    const app = await opened();
    await app.type('/train 5\r');
    await app.type('\u0003');
    expect(app.engine.interrupts).toBe(1);
    expect(app.left).toEqual([]);
    await app.type('\u0003');
    expect(app.left).toEqual([false]);
  });

  it('does not leave when work lies between two presses of Ctrl-C', async () => {
    const app = await opened();
    await app.type('x\u0003');
    await app.type('y\u0003');
    expect(app.left).toEqual([]);
    expect(app.text()).toContain('Ctrl-C again leaves');
  });

  it('tells of a crash, and goes on with the engine that follows', async () => {
    const app = await opened();
    await app.type('/train 5\r');
    app.engine.crash('The engine crashed in native code (SIGSEGV).', true);
    app.engine.tell({ type: 'ready', state: summaryOf() });
    await settle();
    expect(app.text()).toMatch(
      /× The engine crashed in native code \(SIGSEGV\)\. {2}in: \/train 5\n +last words\n/,
    );
    await app.type('/judge\r');
    expect(app.engine.works.map(({ text }) => text)).toEqual(['/train 5', '/judge']);
  });

  it('shows the key map on ?, and closes it with any key', async () => {
    const app = await opened();
    await app.type('?');
    expect(app.text()).toMatch(/Ctrl-R +search the history/);
    await app.type('x');
    expect(app.text()).not.toContain('search the history');
    expect(app.workbench.state().editor.text).toBe('');
  });

  it('does not remember a line that begins with a space', async () => {
    const app = await opened();
    await app.type(' process.env.KEY = "secret"\r');
    expect(app.engine.works).toHaveLength(1);
    expect(app.remembered).toEqual([]);
  });
});

describe('the live part', () => {
  it.each([
    [80, 24],
    [120, 40],
    [40, 10],
    [80, 6],
  ])('is never as high or wide as a terminal of %i × %i', async (columns, rows) => {
    const app = await opened(columns, rows);
    await app.type('/train 5\r');
    const { id } = app.engine.works[0];
    for (const event of tourEvents()) app.engine.tell({ type: 'progress', id, event });
    await app.type('const 変数 = `a\nb\nc\nd\ne\nf\ng`');
    for (const keys of ['', '\u0012', '\u001b', '?']) {
      await app.type(keys);
      const { lines, cursor } = liveLines(app.workbench.state());
      expect(lines.length).toBeLessThanOrEqual(rows - 1);
      expect(Math.max(...lines.map((each) => textWidth(plainText(each))))).toBeLessThan(columns);
      expect(cursor?.y).toBeLessThan(lines.length);
    }
  });

  it('draws the curves of a training, and how each problem was answered', async () => {
    const app = await opened(100, 30);
    await app.type('/train 3\r');
    const { id } = app.engine.works[0];
    for (const event of tourEvents().slice(0, 10)) {
      const prompts = [
        {
          problemId: 'array-sum/3/1',
          correct: event.type === 'step' ? event.step - 1 : 0,
          total: 2,
        },
      ];
      const told = event.type === 'step' ? { ...event, prompts } : event;
      app.engine.tell({ type: 'progress', id, event: told });
    }
    await settle(120);
    expect(app.text()).toMatch(/clean +▁▅█ +40\.0 % → 60\.0 %/);
    expect(app.text()).toMatch(/array-sum\/3\/1 .*○◑● 100 %/);
    expect(app.text()).toContain('step 3/3');
  });

  it('puts the cursor behind wide characters', async () => {
    const app = await opened();
    await app.type('漢字');
    expect(liveLines(app.workbench.state()).cursor).toEqual({ x: 6, y: 0 });
  });

  it('follows the size of the terminal', async () => {
    const app = await opened();
    app.workbench.resize(60, 12);
    const widths = liveLines(app.workbench.state()).lines.map((each) => textWidth(plainText(each)));
    expect(Math.max(...widths)).toBeLessThan(60);
  });
});
