/** What Ink needs of a terminal, and all that is written to it. */
export type TerminalOutput = NodeJS.WriteStream;

export interface InkOutput {
  /** Give it to Ink as its `stdout`. */
  stdout: TerminalOutput;
  /** Give it to Ink as its `onRender`. */
  onRender(): void;
  /** Forgets the terminal: it is not listened to any more. */
  close(): void;
}

interface InkOutputOptions {
  /** What is finished and belongs above the live part, newest last, as it is to be written. */
  above(): readonly string[];
  /** Called after Ink has drawn at the new size. */
  onResize(columns: number, rows: number): void;
}

type Listener = () => void;

/**
 * The terminal as Ink sees it, for two things that Ink gets wrong by itself.
 *
 * A terminal that became narrower has broken the lines that stand, and the frames that were drawn
 * between its change and our hearing of it (tmux tells up to 250 ms late): nobody knows how many rows
 * they take. So nothing is counted: Ink is made to forget its frame, the screen is wiped, what is
 * finished is written again, and the live part is drawn below it.
 *
 * A frame as high as the terminal makes Ink clear the scrollback, which is the user's. Our frames are
 * never that high, and Ink is told of a terminal without end.
 */
export function inkOutput(terminal: TerminalOutput, options: InkOutputOptions): InkOutput {
  const listeners = new Set<Listener>();
  let { columns, rows } = terminal;
  let claimed: number | null = null;
  let isMuted = false;
  let wipeBeforeFrame = false;
  let isOurs = false;

  function wipe(): void {
    const lines = options.above().slice(-terminal.rows);
    const isFull = lines.length >= terminal.rows - 1;
    // What the shell left there goes to the scrollback, once; erased in place, later wipes leave no copies.
    const kept = isOurs || isFull ? '' : `\u001b[${terminal.rows};1H${'\n'.repeat(terminal.rows)}`;
    isOurs = true;
    terminal.write(`${kept}${erased}${lines.map((each) => `${each}\r\n`).join('')}`);
  }

  /** Ink forgets its frame where the terminal becomes narrower: so it hears of a wider one first. */
  function redraw(): void {
    isMuted = true;
    try {
      claimed = terminal.columns + 1;
      for (const listener of listeners) listener();
      claimed = null;
      wipeBeforeFrame = true;
      for (const listener of listeners) listener();
    } finally {
      isMuted = false;
      claimed = null;
    }
  }

  function resized(): void {
    const onlyHigher = terminal.columns === columns && terminal.rows >= rows;
    ({ columns, rows } = terminal);
    if (!onlyHigher) redraw();
    options.onResize(columns, rows);
  }

  terminal.on('resize', resized);
  const own: Record<string | symbol, (...args: never[]) => unknown> = {
    on: (event: string, listener: Listener) =>
      event === 'resize' ? void listeners.add(listener) : void terminal.on(event, listener),
    off: (event: string, listener: Listener) =>
      event === 'resize' ? void listeners.delete(listener) : void terminal.off(event, listener),
    write: (...args: Parameters<TerminalOutput['write']>) => isMuted || terminal.write(...args),
  };
  return {
    stdout: new Proxy(terminal, {
      get(target, name) {
        if (name === 'rows') return Infinity;
        if (name === 'columns') return claimed ?? target.columns;
        if (name in own) return own[name];
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      },
    }),
    onRender() {
      if (!wipeBeforeFrame) return;
      wipeBeforeFrame = false;
      isMuted = false;
      wipe();
    },
    close: () => void terminal.off('resize', resized),
  };
}

/** Not by one erase from the first cell: terminals copy what that takes into the scrollback. */
const erased = '\u001b[H\u001b[2K\u001b[2;1H\u001b[J\u001b[H';
