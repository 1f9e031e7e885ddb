import { leaveScreen } from './show-run.js';
import type { Interrupts } from './show-run.js';

/** npm passes on the signal that the terminal has sent already: that second one is not a second Ctrl-C. */
const echoMs = 300;

/**
 * The first Ctrl-C (or SIGTERM, SIGHUP) aborts the signal, so that work ends in good order; the next
 * one leaves at once. Children are ended by their owners' exit handlers.
 */
export function catchInterrupts(): Interrupts & { release: () => void } {
  const controller = new AbortController();
  let firstAt = 0;
  const interrupt = (): void => {
    const now = Date.now();
    if (firstAt === 0) {
      firstAt = now;
      controller.abort();
    } else if (now - firstAt > echoMs) {
      leaveScreen();
      process.exit(130);
    }
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const name of signals) process.on(name, interrupt);
  return {
    signal: controller.signal,
    interrupt,
    release: () => {
      for (const name of signals) process.removeListener(name, interrupt);
    },
  };
}
