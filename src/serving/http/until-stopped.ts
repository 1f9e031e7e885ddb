import type { HttpServer } from './server.js';

/** Serves until the signal aborts (Ctrl-C, SIGTERM), then stops in good order. */
export async function serveUntilStopped(server: HttpServer, signal: AbortSignal): Promise<void> {
  if (!signal.aborted)
    await new Promise<void>((resolve) =>
      signal.addEventListener('abort', () => resolve(), { once: true }),
    );
  await server.stop();
}
