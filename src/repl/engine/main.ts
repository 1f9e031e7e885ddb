/** The engine's process: `startEngine` of `client.ts` forks it. */
import { startEngineWork } from './engine.js';
import type { RunningEngine } from './engine.js';
import type { EngineStart } from './opening.js';
import type { Message, Request } from './protocol.js';
import { errorText } from '../values/error-lines.js';

let engine: RunningEngine | null = null;
const early: Request[] = [];

process.on('message', (request: Request) => {
  if (request.type === 'close') void leave(0);
  else if (engine) engine.receive(request);
  else early.push(request);
});
// The screen is gone: nobody reads what is said from here on.
process.on('disconnect', () => void leave(0));
process.on('SIGINT', () => engine?.interrupt());
process.on('SIGTERM', () => void leave(143));
process.on('SIGHUP', () => void leave(129));
process.on('uncaughtException', (error) => told(error));
process.on('unhandledRejection', (error) => told(error));

/** Standard error as it was: an engine that does not come up tells why there. */
const writeError = process.stderr.write.bind(process.stderr);
let isLeaving = false;

void begin();

async function begin(): Promise<void> {
  try {
    const start = JSON.parse(process.argv[2]) as EngineStart;
    engine = await startEngineWork(start, send);
    for (const request of early) engine.receive(request);
  } catch (error) {
    writeError(`${errorText(error)}\n`, () => process.exit(1));
  }
}

function send(message: Message): void {
  // Without a callback a closed channel would throw, in the middle of an act.
  if (process.connected) process.send?.(message, undefined, {}, () => undefined);
}

function told(error: unknown): void {
  if (engine) engine.uncaught(error);
  else writeError(`${errorText(error)}\n`, () => process.exit(1));
}

/** Ends well, and within a few seconds whatever happens: judging processes go with this one. */
async function leave(code: number): Promise<void> {
  if (isLeaving) return;
  isLeaving = true;
  setTimeout(() => process.exit(code), 8000).unref();
  await engine?.close().catch(() => undefined);
  process.exit(code);
}
