import type { z } from 'zod';

/**
 * One address of a server. The schemas check what comes, and are what the OpenAPI document shows.
 * What `handle` gives back is the reply: a value as JSON, a string as text, a `Readable` as a stream
 * (server-sent events: set `content-type` with `call.header`).
 */
export interface HttpRoute {
  method: 'GET' | 'POST' | 'DELETE';
  /** Fastify's form: `/v1/models/:id`. */
  path: string;
  /** The operation's id in the document. */
  name: string;
  summary: string;
  body?: z.ZodType;
  /** What a 200 holds. */
  reply?: z.ZodType;
  /** @default 'application/json' */
  replyType?: string;
  /** Answers without an API key, and is not counted by the rate limit: whether the server lives. */
  open?: boolean;
  handle(call: HttpCall<unknown>): unknown;
}

/** A request that was let in, its body checked. */
export interface HttpCall<Body> {
  body: Body;
  params: Record<string, string>;
  query: Record<string, unknown>;
  /** Also in the header `x-request-id` of the reply. */
  id: string;
  /** The name of the API key, or the caller's address where no keys are in use. */
  tenant: string;
  /** Aborts when the caller has gone, the time is up, or the server ends without waiting longer. */
  signal: AbortSignal;
  /** Sets a header of the reply. */
  header(name: string, value: string): void;
  /** Sets the status of the reply. @default 200 */
  status(code: number): void;
}

/** A route with its body's type known to `handle`. */
export function postRoute<Schema extends z.ZodType>(
  route: Omit<HttpRoute, 'method' | 'body' | 'handle'> & {
    body: Schema;
    handle(call: HttpCall<z.output<Schema>>): unknown;
  },
): HttpRoute {
  return {
    ...route,
    method: 'POST',
    handle: (call) => route.handle(call as HttpCall<z.output<Schema>>),
  };
}
