import type { TourEvent } from '../../experiments/run/events.js';
import type { Engine, EngineCrash, EngineOptions } from '../engine/client.js';
import type { Message } from '../engine/protocol.js';
import type { StyledLine } from '../styled.js';
import { plainText, ansiText } from '../styled.js';

export interface PlainOptions {
  /** All lines, as they came. */
  text: string;
  json: boolean;
  colour: boolean;
  signal: AbortSignal;
  write(text: string): void;
  note(text: string): void;
  /** Draws progress: thinned lines in a pipe. */
  emit(event: TourEvent): void;
  startEngine(hooks: Pick<EngineOptions, 'onMessage' | 'onCrash'>): Engine;
}

/**
 * Runs lines without a screen, each when the one before has ended, and prints what comes of them; the
 * first that fails ends it. @returns the exit code: 0, 1 (a line failed), 130 (stopped)
 */
export async function runPlain(options: PlainOptions): Promise<number> {
  const { json, signal, note } = options;
  let finish: (outcome: string) => void = () => {};
  let ready: () => void = () => {};
  const started = new Promise<void>((resolve) => (ready = resolve));
  const receive = (message: Message): void => {
    if (json) options.write(`${JSON.stringify(message)}\n`);
    else if (message.type === 'output') printLines(message.lines, options);
    else if (message.type === 'progress') options.emit(message.event);
    else if (message.type === 'show' && 'file' in message.view) note(message.view.file);
    if (message.type === 'ready') ready();
    if (message.type === 'done') finish(message.outcome);
  };
  let ended: EngineCrash | null = null;
  const engine = options.startEngine({
    onMessage: receive,
    onCrash: (crash) => {
      ended = crash;
      note([crash.reason, ...crash.stderr].join('\n'));
      ready();
      finish('failed');
    },
  });
  const interrupt = (): void => engine.interrupt();
  signal.addEventListener('abort', interrupt);
  try {
    await started;
    if (ended) return 1;
    for await (const { number, text } of wholeLines(options.text, engine)) {
      if (signal.aborted) return 130;
      const outcome = await new Promise<string>((resolve) => {
        finish = resolve;
        engine.work(
          text.startsWith('/')
            ? { type: 'command', text: text.slice(1) }
            : { type: 'evaluate', code: text },
        );
      });
      if (outcome === 'interrupted' || signal.aborted) return 130;
      if (outcome === 'failed') {
        note(`rlsf repl: line ${number} failed: ${text.split('\n')[0]}`);
        return 1;
      }
    }
    return 0;
  } finally {
    signal.removeEventListener('abort', interrupt);
    await engine.close();
  }
}

/** Joined until the engine calls them whole; `number` is that of the first. */
async function* wholeLines(
  text: string,
  engine: Engine,
): AsyncGenerator<{ number: number; text: string }> {
  let begun: string[] = [];
  for (const [index, row] of text.split('\n').entries()) {
    if (begun.length === 0 && row.trim() === '') continue;
    begun.push(row.replace(/\r$/, ''));
    const joined = begun.join('\n');
    const answer = joined.trim().startsWith('/')
      ? null
      : await engine.ask({ type: 'whole', text: joined });
    if (answer && 'whole' in answer && !answer.whole) continue;
    yield { number: index + 2 - begun.length, text: joined.trim() };
    begun = [];
  }
  // The engine says what is missing.
  if (begun.length > 0)
    yield { number: text.split('\n').length + 1 - begun.length, text: begun.join('\n').trim() };
}

function printLines(lines: readonly StyledLine[], { colour, write }: PlainOptions): void {
  for (const each of lines) write(`${colour ? ansiText(each) : plainText(each)}\n`);
}
