import { render } from 'ink';
import type { ReactElement } from 'react';
import { inkOutput } from './ink-output.js';

const enter = '\u001b[?1049h\u001b[H';
const leave = '\u001b[?1049l';

/**
 * Shows a view over the whole terminal, in its other screen, until it is left; what stood there before
 * comes back. Ink does not switch screens by itself, and each screen has an Ink of its own, which knows
 * nothing of the lines of the other.
 */
export async function showView(view: (onLeave: () => void) => ReactElement): Promise<void> {
  const { stdout } = process;
  const restore = (): void => void stdout.write(leave);
  process.once('exit', restore);
  stdout.write(enter);
  const output = inkOutput(stdout, { above: () => [], onResize: () => {} });
  try {
    await new Promise<void>((resolve) => {
      const instance = render(
        view(() => {
          instance.unmount();
          void instance.waitUntilExit().then(() => resolve());
        }),
        {
          exitOnCtrlC: false,
          patchConsole: false,
          maxFps: 60,
          stdout: output.stdout,
          onRender: output.onRender,
        },
      );
    });
  } finally {
    output.close();
    process.removeListener('exit', restore);
    restore();
  }
}
