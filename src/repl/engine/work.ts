import {
  parseLine,
  isOpened,
  recordInput,
  runParsed,
  sessionCommands,
} from '../../session/commands/index.js';
import type { TourEvent } from '../../experiments/run/events.js';
import { commandLines } from '../session-commands/lines.js';
import type { StyledLine } from '../styled.js';
import { line, span } from '../styled.js';
import { errorLines, textLines } from '../values/index.js';
import type { LiveSession } from './live-session.js';
import type { Message, ViewRequest, Work } from './protocol.js';
import { viewOf } from './shows.js';
import type { Prompt } from './typescript/prompt.js';

export type Outcome = Extract<Message, { type: 'done' }>['outcome'];

export interface WorkContext {
  live: LiveSession;
  prompt: Prompt;
  width: number;
  linesOnly: boolean;
  signal: AbortSignal;
  output(lines: StyledLine[]): void;
  /** What went wrong. */
  failed(lines: StyledLine[]): void;
  progress(event: TourEvent): void;
  /** Saved and told by then, so that a view finds the rollouts in a file. */
  settle(): Promise<void>;
  show(view: ViewRequest): void;
}

/** Does one work to its end; what goes wrong is told as output. */
export async function doWork(work: Work, context: WorkContext): Promise<Outcome> {
  const { signal, width, failed } = context;
  try {
    return work.type === 'command'
      ? await runCommand(work.text, context)
      : await runTypeScript(work.code, context);
  } catch (error) {
    if (signal.aborted) return 'interrupted';
    failed(errorLines(error, width));
    return 'failed';
  }
}

async function runCommand(text: string, context: WorkContext): Promise<Outcome> {
  const { live, width, linesOnly, signal, output, progress } = context;
  const parsed = parseLine(text, sessionCommands);
  const ran = await runParsed(live.session, parsed, text, {
    signal,
    emit: progress,
    afterStep: () => live.saveBetween(),
    note: (said) =>
      output(textLines(said, width).map((row) => row.map((part) => span(part.text, 'dim')))),
  });
  if (isOpened(ran.value)) await live.replace(ran.value.session());
  await context.settle();
  const view = viewOf(parsed.command.name, ran.value, live.summary());
  // A view on the whole screen shows the same as the lines, and more.
  const isWhole = view !== null && (view.view === 'rollouts' || view.view === 'problems');
  if (!isWhole || linesOnly) output(commandLines(parsed.command.name, ran.value, width));
  if (view && !(isWhole && linesOnly)) context.show(view);
  return 'well';
}

async function runTypeScript(code: string, context: WorkContext): Promise<Outcome> {
  const { live, prompt, signal } = context;
  await prompt.start();
  if (signal.aborted) return 'interrupted';
  const outcome = await prompt.run(code);
  if (outcome === 'well') await recordInput(live.session, { kind: 'typescript', text: code, code });
  return outcome;
}

/** What Ctrl-C did. */
export function interruptedLines(): StyledLine[] {
  return [line(span('× stopped', 'warn'))];
}
