import { render } from 'ink';
import type { Instance } from 'ink';
import path from 'node:path';
import { startEngine } from '../engine/client.js';
import type { ViewRequest } from '../engine/protocol.js';
import { ansiText, line, plainText, span } from '../styled.js';
import { App } from './App.js';
import { openHistory } from './history.js';
import { inkOutput } from './ink-output.js';
import type { InkOutput } from './ink-output.js';
import type { ReplOptions } from './options.js';
import { editFile, editorCommand, openPage } from './programs.js';
import { startViewer } from '../viewer/client.js';
import type { Viewer } from '../viewer/client.js';
import type { FullScreenProps } from './view-element.js';
import { showView } from './view-screen.js';
import { finishedLines } from './state.js';
import { createWorkbench } from './workbench.js';

const pasteOn = '\u001b[?2004h';
const pasteOff = '\u001b[?2004l';
const clearScreen = '\u001b[H\u001b[2J';
/** Ink draws a frame within this time, in milliseconds. */
const frameMs = 40;
/** Longer than this, nobody who closed the terminal is kept waiting: an engine ends itself sooner. */
const endMs = 15_000;

/** The workbench in a terminal, until it is left. @returns the exit code */
export async function openScreen(options: ReplOptions): Promise<number> {
  const { stdout } = process;
  const colour = !process.env['NO_COLOR'];
  const history = openHistory();
  const write = colour ? ansiText : plainText;
  let instance: Instance | null = null;
  let output: InkOutput | null = null;
  let viewer: Viewer | null = null;
  let leaveView: () => void = () => {};
  let leave: (code: number) => void = () => {};
  const left = new Promise<number>((resolve) => (leave = resolve));
  /** One change of the screen after the other: a view, an editor, the end. */
  let turns: Promise<void> = Promise.resolve();

  const workbench = createWorkbench({
    columns: stdout.columns ?? 80,
    rows: stdout.rows ?? 24,
    history: history.lines,
    // A view is a drawing: its lines are read instead.
    startEngine: (hooks) =>
      startEngine({ opening: options.opening, linesOnly: options.spoken, ...hooks }),
    remember: (text) => history.add(text),
    onShow: (view) => void inTurn(() => show(view)),
    onRedraw: () => void inTurn(() => outside(() => void stdout.write(clearScreen))),
    onLeave: (now) => {
      if (now) exitNow();
      else void end();
    },
  });

  function mount(): void {
    stdout.write(pasteOn);
    output = inkOutput(stdout, {
      above: () => finishedLines(workbench.state()).map(write),
      onResize: (columns, rows) => workbench.resize(columns, rows),
    });
    instance = render(<App workbench={workbench} colour={colour} spoken={options.spoken} />, {
      exitOnCtrlC: false,
      patchConsole: false,
      isScreenReaderEnabled: options.spoken,
      maxFps: 60,
      // A screen reader reads what is written: nothing is wiped under it.
      ...(options.spoken ? {} : { stdout: output.stdout, onRender: output.onRender }),
    });
  }

  /** Takes the live part off the screen and gives the terminal back. */
  async function unmount(): Promise<void> {
    if (!instance) return;
    await new Promise((resolve) => setTimeout(resolve, frameMs));
    const drawn = workbench.state().blocks.at(-1)?.id ?? 0;
    instance.rerender(<></>);
    await new Promise((resolve) => setTimeout(resolve, frameMs));
    instance.clear();
    instance.unmount();
    await instance.waitUntilExit();
    instance = null;
    output?.close();
    stdout.write(pasteOff);
    workbench.printed(drawn);
  }

  function inTurn(act: () => Promise<void>): Promise<void> {
    turns = turns.then(act);
    return turns;
  }

  /** Something else has the terminal, then the prompt stands where it was. */
  async function outside<T>(act: () => T | Promise<T>): Promise<T> {
    await unmount();
    try {
      return await act();
    } finally {
      workbench.resize(stdout.columns, stdout.rows);
      mount();
    }
  }

  async function show(view: ViewRequest): Promise<void> {
    if (view.view === 'page') showPage(view.file);
    else if (view.view === 'editor') await edit(view.file);
    else await showOver(view);
  }

  async function showOver(request: FullScreenProps['request']): Promise<void> {
    const { FullScreenView } = await import('./view-element.js');
    viewer ??= startViewer();
    const surroundings = {
      viewer,
      summary: workbench.state().summary,
      send: (text: string) => workbench.command(text.replace(/^\//, '')),
    };
    await outside(() =>
      showView((onLeave) => {
        leaveView = onLeave;
        return <FullScreenView {...surroundings} request={request} onLeave={onLeave} />;
      }),
    );
    leaveView = () => {};
  }

  function showPage(file: string): void {
    const shown = path.resolve(file);
    if (openPage(shown)) workbench.say([line(span('opened ', 'dim'), shown)]);
    else workbench.say([line(span('no display here; the page: ', 'dim'), shown)]);
  }

  async function edit(file: string): Promise<void> {
    const command = editorCommand();
    if (!command) {
      workbench.say([
        line(
          span('× no editor: ', 'bad'),
          `$EDITOR and $VISUAL are not set, and there is no nano or vi.`,
        ),
        line(`  Set one (export EDITOR=nano), or change ${file} and send /reward ${file}`),
      ]);
      return;
    }
    const edited = await outside(() => editFile(file, command));
    if (edited.outcome === 'failed')
      workbench.say([line(span(`× the editor failed: ${edited.reason}`, 'bad'))]);
    else if (edited.outcome === 'saved') workbench.command(`reward ${quoted(file)}`);
    else workbench.say([line(span(`${file} was not changed: the reward is as it was`, 'dim'))]);
  }

  async function end(): Promise<void> {
    const { summary } = workbench.state();
    // A view has the terminal until it is left: a terminal that is closed leaves it too.
    leaveView();
    await inTurn(unmount);
    process.on('SIGINT', exitNow);
    await Promise.all([workbench.close(), viewer?.close()]);
    const last = workbench.state().summary ?? summary;
    if (last?.folder && !last.readOnly)
      stdout.write(`Session ${last.name} is kept: rlsf repl --session ${quoted(last.name)}\n`);
    leave(0);
  }

  function exitNow(): void {
    instance?.unmount();
    stdout.write(pasteOff);
    process.exit(130);
  }

  process.on('SIGINT', () => workbench.interrupt());
  for (const name of ['SIGTERM', 'SIGHUP'] as const)
    process.on(name, () => {
      setTimeout(exitNow, endMs).unref();
      void end();
    });
  mount();
  // The engine begins when the first frame is on the screen: on few cores it would hold it up.
  setTimeout(() => workbench.start(), frameMs);
  return left;
}

function quoted(text: string): string {
  return /[\s"]/.test(text) ? JSON.stringify(text) : text;
}
