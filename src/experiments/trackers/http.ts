/** JSON over HTTP for the trackers, by the platform's `fetch`. */
import { RefusedError } from './queue.js';

export interface Server {
  /** With or without a slash at its end. */
  readonly address: string;
  readonly headers: Readonly<Record<string, string>>;
  /** What one request may take. */
  readonly timeoutMs: number;
  /** What to do when the server cannot be reached, a sentence. */
  readonly remedy: string;
}

export interface HttpAnswer {
  readonly status: number;
  /** The body's JSON; `null` where it is none. */
  readonly body: unknown;
}

/**
 * One request. A server that cannot be reached, is overloaded or broken (408, 425, 429, 5xx) throws
 * an error that a later try may cure; every other answer is returned.
 */
export async function requestJson(
  server: Server,
  method: 'GET' | 'POST',
  path: string,
  options: { readonly signal: AbortSignal; readonly body?: unknown },
): Promise<HttpAnswer> {
  const { address, headers, timeoutMs, remedy } = server;
  const url = `${address.replace(/\/+$/, '')}/${path}`;
  let answer: Response;
  let text: string;
  try {
    answer = await fetch(url, {
      method,
      headers: { accept: 'application/json', 'content-type': 'application/json', ...headers },
      ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
      signal: AbortSignal.any([options.signal, AbortSignal.timeout(timeoutMs)]),
    });
    text = await answer.text();
  } catch (cause) {
    throw new Error(`${method} ${url}: no answer (${reasonOf(cause)}). ${remedy}`, { cause });
  }
  if (answer.status >= 500 || [408, 425, 429].includes(answer.status)) {
    throw new Error(`${method} ${url}: ${answer.status} ${shorten(text)}. ${remedy}`);
  }
  return { status: answer.status, body: parse(text) };
}

/** For an answer that no second try would change. */
export function refusal(where: string, { status, body }: HttpAnswer, remedy: string): RefusedError {
  return new RefusedError(
    `${where}: expected success, got ${status} ${shorten(JSON.stringify(body) ?? '')}. ${remedy}`,
  );
}

/** A field of an answer by its path; `undefined` where it is not there. */
export function field(body: unknown, ...path: string[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null
        ? (value as Record<string, unknown>)[key]
        : undefined,
    body,
  );
}

/** `fetch failed` says nothing; what it was caused by does. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return 'timed out';
  const { cause } = error;
  const code = field(cause, 'code');
  if (typeof code === 'string') return code;
  return cause instanceof Error ? cause.message : error.message;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

function shorten(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > 300 ? `${line.slice(0, 300)}…` : line;
}
