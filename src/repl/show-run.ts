import type { Emit, TourEvent } from '../experiments/run/events.js';
import type { StyledLine } from './styled.js';
import { ansiText, plainText } from './styled.js';
import { progressLine } from './views/live-view.js';
import { eventLines, stepLine } from './views/tour-lines.js';

export type StartRun<T> = (hooks: { signal: AbortSignal; emit: Emit }) => Promise<T>;

export interface ShowRunOptions {
  mode: 'live' | 'plain' | 'json';
  width: number;
  colour: boolean;
  write: (text: string) => void;
  interrupts: Interrupts;
}

/** Ctrl-C and its kin, wherever they come from: the first aborts `signal`, the next one leaves. */
export interface Interrupts {
  signal: AbortSignal;
  interrupt: () => void;
}

/** Runs something that emits events and draws them: Ink in a terminal, lines in a pipe, JSON lines for machines. */
export async function showRun<T>(start: StartRun<T>, options: ShowRunOptions): Promise<T> {
  if (options.mode === 'live') return showLive(start, options);
  const receive = options.mode === 'json' ? jsonWriter(options) : plainWriter(options);
  return start({ signal: options.interrupts.signal, emit: receive });
}

async function showLive<T>(start: StartRun<T>, options: ShowRunOptions): Promise<T> {
  const [{ render }, { createElement }, { TourApp }] = await Promise.all([
    import('ink'),
    import('react'),
    import('./TourApp.js'),
  ]);
  let receive: (event: TourEvent | null) => void = () => {};
  const connected = new Promise<void>((resolve) => {
    const app = createElement(TourApp, {
      connect: (to: (event: TourEvent | null) => void) => {
        receive = to;
        resolve();
      },
      onInterrupt: options.interrupts.interrupt,
    });
    instance = render(app, { exitOnCtrlC: false, patchConsole: false, maxFps: 10 });
  });
  await connected;
  try {
    return await start({ signal: options.interrupts.signal, emit: (event) => receive(event) });
  } finally {
    receive(null);
    // The last frame is drawn by a throttled render: let it come before the screen is left.
    await new Promise((resolve) => setTimeout(resolve, 150));
    instance?.unmount();
    await instance?.waitUntilExit();
  }
}

let instance: { unmount: () => void; waitUntilExit: () => Promise<unknown> } | null = null;

/** Gives the terminal back at once (raw mode, cursor): the second Ctrl-C. */
export function leaveScreen(): void {
  instance?.unmount();
}

function jsonWriter({ write }: ShowRunOptions): Emit {
  return (event) => write(`${JSON.stringify(event)}\n`);
}

/** Progress is thinned to a line every five seconds of its own clock, so that a log stays readable. */
function plainWriter({ write, width, colour }: ShowRunOptions): Emit {
  const print = (styled: StyledLine): void =>
    write(`${colour ? ansiText(styled) : plainText(styled)}\n`);
  let stage = '';
  let printedAt = 0;
  return (event) => {
    if (event.type === 'step') print(stepLine(event));
    else if (event.type === 'progress') {
      if (event.stage !== stage || event.elapsedMs < printedAt) {
        stage = event.stage;
        printedAt = 0;
      }
      // In training the steps themselves tell how far it is.
      if (event.stage !== 'train' && event.elapsedMs - printedAt >= 5000) {
        printedAt = event.elapsedMs;
        print([{ text: '  ', tone: 'plain' }, ...progressLine(event, width)]);
      }
    } else for (const each of eventLines(event, width)) print(each);
  };
}
