import { setMaxListeners } from 'node:events';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { checkBody } from './check-body.js';
import { httpError } from './http-error.js';
import type { HttpRoute } from './route.js';

interface Around {
  tenant: string;
  requestSeconds: number;
  /** Aborts when the server waits no longer. */
  ending: AbortSignal;
}

/** Checks the body, calls the handler, and gives it a signal that ends with the caller's patience. */
export async function answerCall(
  route: HttpRoute,
  request: FastifyRequest,
  reply: FastifyReply,
  { tenant, requestSeconds, ending }: Around,
): Promise<unknown> {
  const body = route.body ? checkBody(route.body, request.body) : undefined;
  const controller = new AbortController();
  const { signal } = controller;
  setMaxListeners(0, signal); // every piece of a request's work listens
  const timer = setTimeout(
    () => controller.abort(httpError(504, 'timeout', `Not done after ${requestSeconds} s.`)),
    requestSeconds * 1000,
  );
  const end = (): void => controller.abort(ending.reason);
  ending.addEventListener('abort', end, { once: true });
  // A stream goes on after the handler's return: only the connection's end is the end.
  reply.raw.once('close', () => {
    clearTimeout(timer);
    ending.removeEventListener('abort', end);
    if (!reply.raw.writableFinished)
      controller.abort(httpError(499, 'client_gone', 'The client has gone.'));
  });
  const work = Promise.resolve(
    route.handle({
      body,
      params: (request.params ?? {}) as Record<string, string>,
      query: (request.query ?? {}) as Record<string, unknown>,
      id: request.id,
      tenant,
      signal,
      header: (name, value) => void reply.header(name, value),
      status: (code) => void reply.code(code),
    }),
  );
  // Whoever does not look at the signal is answered for all the same.
  return Promise.race([work, abortOf(signal)]);
}

function abortOf(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}
