import { render } from 'ink-testing-library';
import { createElement } from 'react';
import { describe, expect, it } from 'vitest';
import type { TourEvent } from '../../src/experiments/run/events.js';
import { Question } from '../../src/repl/Question.js';
import { showRun } from '../../src/repl/show-run.js';
import { TourApp } from '../../src/repl/TourApp.js';
import { initialTourState, reduceTour } from '../../src/repl/tour-state.js';
import { plainText, textWidth } from '../../src/repl/styled.js';
import { liveLines } from '../../src/repl/views/live-view.js';
import { tourEvents } from './sample-events.js';

const bare = (text: string): string => text.replace(/\u001b\[[0-9;]*m/g, '');
const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 120));

/** The app as it stands after these events, 80 columns wide. */
async function drawn(events: TourEvent[], onInterrupt: () => void = () => {}) {
  let receive: (event: TourEvent | null) => void = () => {};
  const app = render(
    createElement(TourApp, { width: 80, onInterrupt, connect: (to) => (receive = to) }),
  );
  await settle();
  for (const event of events) receive(event);
  await settle();
  return { ...app, receive, text: () => bare(app.lastFrame() ?? '') };
}

async function plain(events: TourEvent[], mode: 'plain' | 'json' = 'plain'): Promise<string> {
  let written = '';
  await showRun(
    async ({ emit }) => {
      for (const event of events) emit(event);
    },
    {
      mode,
      width: 80,
      colour: false,
      write: (text) => (written += text),
      interrupts: { signal: new AbortController().signal, interrupt: () => {} },
    },
  );
  return written;
}

describe('the live view of a run', () => {
  it('shows progress with the time left', async () => {
    const app = await drawn(tourEvents().slice(0, 3));
    expect(app.text()).toContain('completions sampled 50/200  left 18 s');
    app.unmount();
  });

  it('draws curves of reward, clean rate and KL while it trains', async () => {
    const app = await drawn(tourEvents().slice(0, 10));
    const text = app.text();
    expect(text).toMatch(/fully clean +▁▅█ +40\.0 % → 60\.0 %/);
    expect(text).toMatch(/KL +▁▅█ +0\.0010 → 0\.0030/);
    expect(text).toContain('step 3/3');
    app.unmount();
  });

  it('is left with the finished lines alone when the run has ended', async () => {
    const app = await drawn(tourEvents());
    app.receive(null);
    await settle();
    expect(app.text()).not.toContain('Ctrl-C');
    expect(app.text()).toContain('▲ +15.0 [+8.0, +22.0]');
    app.unmount();
  });

  it('passes Ctrl-C on and says that it is stopping', async () => {
    let interrupts = 0;
    const app = await drawn(tourEvents().slice(0, 3), () => interrupts++);
    app.stdin.write('\u0003');
    await settle();
    expect(interrupts).toBe(1);
    expect(app.text()).toContain('stopping after the work in hand');
    app.unmount();
  });

  it('fits every line into 80 columns', () => {
    const state = tourEvents().reduce(
      (before, event) => reduceTour(before, { type: 'event', event }),
      initialTourState(80),
    );
    const widths = [...state.finished, ...liveLines(state, 24)].map((styled) =>
      textWidth(plainText(styled)),
    );
    expect(Math.max(...widths)).toBeLessThanOrEqual(80);
  });
});

describe('a run in a pipe', () => {
  it('says everything that the live view leaves on the screen', async () => {
    const app = await drawn(tourEvents());
    app.receive(null);
    await settle();
    const piped = new Set((await plain(tourEvents())).split('\n').map((row) => row.trimEnd()));
    const missing = app
      .text()
      .split('\n')
      .map((row) => row.trimEnd())
      .filter((row) => row !== '' && !piped.has(row));
    expect(missing).toEqual([]);
    app.unmount();
  });

  it('has a line for each step, thinned progress and no escape codes', async () => {
    const text = await plain(tourEvents());
    expect(text).toContain('step 2/3  reward 0.600  clean 50.0 %  kl 0.0020  left 2 s');
    expect(text).toContain('completions sampled 50/200');
    expect(text).not.toContain('\u001b');
  });

  it('gives one JSON value a line when asked', async () => {
    const rows = (await plain(tourEvents(), 'json')).trim().split('\n');
    expect(rows.map((row) => (JSON.parse(row) as TourEvent).type)).toEqual(
      tourEvents().map((event) => event.type),
    );
  });
});

describe('a question', () => {
  const choices = [
    { key: 'r', label: 'resume it' },
    { key: 'n', label: 'start a new run' },
  ];
  const answered = async (...keys: string[]): Promise<string | null | undefined> => {
    let answer: string | null | undefined;
    const app = render(
      createElement(Question, { question: 'Well?', choices, onAnswer: (key) => (answer = key) }),
    );
    await settle();
    for (const key of keys) {
      app.stdin.write(key);
      await settle();
    }
    app.unmount();
    return answer;
  };

  it('takes the first choice on Enter', async () => expect(await answered('\r')).toBe('r'));
  it('takes a choice by its letter', async () => expect(await answered('n')).toBe('n'));
  it('moves with the arrows', async () => expect(await answered('\u001b[B', '\r')).toBe('n'));
  it('is left with Ctrl-C', async () => expect(await answered('\u0003')).toBeNull());
});
