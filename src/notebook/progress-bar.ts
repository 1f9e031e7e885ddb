import { randomUUID } from 'node:crypto';
import { escaped } from '../plots/inspector-text.js';
import { visibleText } from '../plots/visible.js';
import { notebookKernel } from './kernel.js';

export interface ProgressBar {
  /** @param note what is at work, beside the bar */
  update(done: number, note?: string): void;
  /** Leaves one line: how many, and how long it took. */
  end(): void;
}

/** Between two pictures of a bar: a loop of thousands would else fill the notebook's channel. */
const pauseMs = 100;

/**
 * How far a long act is: in a notebook a bar in one output, in a terminal one line of standard error, in
 * a log one line at its end.
 */
export function progressBar(options: {
  readonly label: string;
  readonly total: number;
}): ProgressBar {
  const { label, total } = options;
  const id = randomUUID();
  const begun = Date.now();
  let state = { done: 0, note: '' };
  let drawnAt = -Infinity;
  let isSent = false;
  let hasEnded = false;

  function draw(): void {
    drawnAt = Date.now();
    const seconds = (Date.now() - begun) / 1000;
    const text = barText({ label, total, ...state, seconds, hasEnded });
    const kernel = notebookKernel();
    if (kernel) {
      const html = barHtml({ label, total, ...state, text });
      kernel.display({ data: { 'text/html': html, 'text/plain': text }, metadata: {} }, id, isSent);
      isSent = true;
    } else if (process.stderr.isTTY)
      process.stderr.write(`\r\u001b[K${text}${hasEnded ? '\n' : ''}`);
    else if (hasEnded) process.stderr.write(`${text}\n`);
  }

  return {
    update(done, note = '') {
      if (hasEnded) return;
      state = { done, note };
      if (Date.now() - drawnAt >= pauseMs || done >= total) draw();
    },
    end() {
      if (hasEnded) return;
      hasEnded = true;
      draw();
    },
  };
}

interface BarState {
  label: string;
  total: number;
  done: number;
  note: string;
}

function barText({
  label,
  total,
  done,
  note,
  seconds,
  hasEnded,
}: BarState & { seconds: number; hasEnded: boolean }): string {
  const parts = [
    `${label}: ${done}/${total}`,
    `${seconds.toFixed(1)} s`,
    ...(note === '' || hasEnded ? [] : [note]),
  ];
  return visibleText(parts.join(', ')).replaceAll('\n', ' ');
}

function barHtml({ label, total, done, text }: BarState & { text: string }): string {
  return `<div style="font:14px system-ui,sans-serif"><progress aria-label="${escaped(label)}" max="${Math.max(1, total)}" value="${Math.min(done, total)}" style="width:20em;vertical-align:middle"></progress> ${escaped(text)}</div>`;
}
