import { connect, type Socket } from 'node:net';
import { z } from 'zod';
import { postRoute, startHttpServer } from '../../../src/serving/http/index.js';
import type {
  HttpCall,
  HttpRoute,
  HttpServer,
  HttpServerOptions,
} from '../../../src/serving/http/index.js';

const echoBody = z.strictObject({
  text: z.string().max(1000),
  numbers: z.array(z.int()).max(10).default([]),
  nested: z.record(z.string(), z.unknown()).optional(),
});

/** Gives back what came, and who sent it. */
export const echoRoute: HttpRoute = postRoute({
  path: '/echo',
  name: 'echo',
  summary: 'gives the text back',
  body: echoBody,
  handle: ({ body, tenant, id }) => ({ text: body.text, numbers: body.numbers, tenant, id }),
});

export interface Held {
  text: string;
  tenant: string;
  signal: AbortSignal;
  finish(): void;
}

/** `/hold` answers when the test says so. */
export function holdRoute(onCall: (held: Held) => void): HttpRoute {
  return postRoute({
    path: '/hold',
    name: 'hold',
    summary: 'waits',
    body: echoBody,
    handle: ({ body, tenant, signal }: HttpCall<z.output<typeof echoBody>>) =>
      new Promise((resolve) => {
        const { text } = body;
        onCall({ text, tenant, signal, finish: () => resolve({ text }) });
      }),
  });
}

/** A server of the routes, as `rlsf serve` starts them. */
export function startTestServer(
  routes: readonly HttpRoute[],
  options: Partial<HttpServerOptions> = {},
): Promise<HttpServer> {
  return startHttpServer(
    { title: 'test', description: 'for a test', metrics: 'test', ...options },
    routes,
  );
}

/** What came as JSON; the assertions say what it has to be. */
export type Json = ReturnType<JSON['parse']>;

export interface Reply {
  status: number;
  headers: Headers;
  body: Json;
}

export async function post(
  url: string,
  body: unknown,
  headers: Record<string, string> = {},
  signal?: AbortSignal,
): Promise<Reply> {
  const reply = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body:
      typeof body === 'string' || body instanceof Uint8Array
        ? (body as BodyInit)
        : JSON.stringify(body),
    signal,
  });
  const text = await reply.text();
  return { status: reply.status, headers: reply.headers, body: JSON.parse(text) };
}

export interface RawConnection {
  socket: Socket;
  /** All that the server said, when it has closed the connection. */
  closed: Promise<string>;
}

/** A connection that speaks no HTTP by itself. */
export function rawConnection(url: string): RawConnection {
  const { port } = new URL(url);
  const socket = connect(Number(port), '127.0.0.1');
  const parts: Buffer[] = [];
  socket.on('data', (part) => void parts.push(part));
  socket.on('error', () => undefined); // a reset is an end too
  const closed = new Promise<string>((resolve) =>
    socket.on('close', () => resolve(Buffer.concat(parts).toString('latin1'))),
  );
  return { socket, closed };
}

/** Writes `text` a byte at a time, as long as the other side listens; never says that it is done. */
export async function dribble(socket: Socket, text: string, everyMs: number): Promise<void> {
  for (const byte of Buffer.from(text)) {
    if (socket.destroyed || !socket.writable) return;
    socket.write(Buffer.of(byte));
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}
