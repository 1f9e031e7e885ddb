import { setTimeout as sleep } from 'node:timers/promises';
import OpenAI, { APIConnectionError, APIConnectionTimeoutError, APIError } from 'openai';
import { createRandom } from '../../algorithms/random.js';
import { HttpFailure, isPlainServer } from './remote-failure.js';

export interface HttpOptions {
  /** The API's root, e.g. `http://localhost:8000/v1`. */
  url: string;
  apiKey: string | null;
  /** For one try, body included. */
  timeoutMs: number;
  /** Tries after the first. */
  retries: number;
  /** Before the second try; doubles from try to try, up to 16 s. */
  retryDelayMs: number;
  maxReplyBytes: number;
}

export interface HttpClient {
  /** The JSON of the answer. Throws `HttpFailure`, or the signal's reason. */
  send(
    method: 'get' | 'post',
    path: string,
    body?: Record<string, unknown>,
    options?: SendOptions,
  ): Promise<unknown>;
}

export interface SendOptions {
  signal?: AbortSignal;
  /** @default the client's */
  retries?: number;
  /** Before each try: waits for its turn, counts it, or throws where there may be no more. */
  beforeTry?: (tries: number) => Promise<void>;
  /** A try failed in passing, and the next one waits for so long. */
  onWait?: (waitMs: number, failure: Pick<HttpFailure, 'reason' | 'status' | 'detail'>) => void;
}

/**
 * The official client, with retries of our own: they end at once when the signal does, wait as long
 * as `Retry-After` says, and are bounded. Tried again are 408, 409, 429, 5xx, a connection that is
 * refused or breaks off, a reply that is not JSON, and once a time-out.
 */
export function createHttpClient(options: HttpOptions): HttpClient {
  const { apiKey, timeoutMs, retryDelayMs } = options;
  const client = new OpenAI({
    baseURL: options.url,
    apiKey: apiKey ?? 'none',
    // A server without keys gets none, and none of what the environment holds for another service.
    ...(apiKey === null ? { defaultHeaders: { authorization: null } } : {}),
    adminAPIKey: null,
    organization: null,
    project: null,
    maxRetries: 0,
    timeout: timeoutMs,
    logLevel: 'off',
    fetch: (input, init) => fetchWhole(input, init, options.maxReplyBytes),
  });

  async function sendOnce(
    method: 'get' | 'post',
    path: string,
    body: Record<string, unknown> | undefined,
    signal: AbortSignal | undefined,
  ): Promise<unknown> {
    // A signal of its own: the client never takes its listener off the one it is given.
    const own = signal && AbortSignal.any([signal]);
    const response = await client[method](path, { body, signal: own }).asResponse();
    const text = await response.text();
    try {
      return JSON.parse(text) as unknown;
    } catch {
      throw new Refusal('not_json', response.status, text);
    }
  }

  return {
    async send(method, path, body, settings = {}) {
      const { signal, retries = options.retries, beforeTry, onWait } = settings;
      const request = `${method.toUpperCase()} ${options.url}${path}`;
      const jitter = createRandom(JSON.stringify(body ?? path));
      let timeouts = 0;
      for (let tries = 1; ; tries++) {
        signal?.throwIfAborted();
        await beforeTry?.(tries);
        try {
          return await sendOnce(method, path, body, signal);
        } catch (error) {
          signal?.throwIfAborted();
          const refusal = refusalOf(error, timeoutMs);
          if (refusal === null) throw error;
          const detail = redact(refusal.detail, apiKey);
          const fail = (reason = refusal.reason, what = detail): HttpFailure =>
            new HttpFailure({ reason, status: refusal.status, detail: what }, request, tries);
          if (refusal.reason === 'timeout') timeouts++;
          if (!refusal.isPassing || tries > retries || timeouts > 1) throw fail();
          // Not all clients at the same moment; the spread is drawn from the request itself.
          const backOff = Math.min(retryDelayMs * 2 ** (tries - 1), 16_000);
          const wait = refusal.retryAfterMs ?? backOff * (0.75 + 0.5 * jitter.next());
          if (wait > longestWaitMs) throw fail('wait', `${Math.ceil(wait / 1000)} s`);
          onWait?.(wait, { reason: refusal.reason, status: refusal.status, detail });
          await sleep(wait, undefined, { signal }).catch(() => signal?.throwIfAborted());
        }
      }
    },
  };
}

/** A server that asks for more patience than this is given up. */
const longestWaitMs = 120_000;

/** One try that failed. */
class Refusal {
  retryAfterMs: number | null = null;

  constructor(
    readonly reason: HttpFailure['reason'],
    readonly status: number,
    readonly detail: string,
  ) {}

  get isPassing(): boolean {
    if (this.reason === 'status')
      return [408, 409, 429].includes(this.status) || this.status >= 500;
    return this.reason !== 'too_long' && !isPlainServer(this.detail);
  }
}

function refusalOf(error: unknown, timeoutMs: number): Refusal | null {
  if (error instanceof Refusal) return error;
  if (error instanceof APIConnectionTimeoutError)
    return new Refusal('timeout', 0, `${timeoutMs / 1000} s`);
  if (error instanceof APIConnectionError) {
    let innermost: Error = error;
    while (innermost.cause instanceof Error && !codeOf(innermost)) innermost = innermost.cause;
    if (innermost instanceof TooLong) return new Refusal('too_long', 0, innermost.message);
    return new Refusal('connection', 0, codeOf(innermost) ?? innermost.message);
  }
  if (error instanceof APIError && typeof error.status === 'number') {
    const { message } = (error.error ?? {}) as { message?: unknown };
    const refusal = new Refusal('status', error.status, String(message ?? error.message));
    refusal.retryAfterMs = retryAfter(error.headers?.get('retry-after') ?? null);
    return refusal;
  }
  return null;
}

/** `ECONNREFUSED` and the like; an error that has one has said enough. */
function codeOf(error: Error): string | null {
  return 'code' in error && typeof error.code === 'string' ? error.code : null;
}

/** Seconds, or a date (RFC 9110, 10.2.3). */
function retryAfter(header: string | null): number | null {
  if (header === null) return null;
  const seconds = Number(header);
  const wait = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - Date.now();
  return Number.isFinite(wait) ? Math.max(0, wait) : null;
}

class TooLong extends Error {}

/**
 * `fetch` that reads the body before it returns, so that the client's time-out covers it, and stops
 * at `maxBytes`. The words of an error reply go where the client looks for them: servers put them in
 * `error.message`, `message`, `detail` or plain text.
 */
async function fetchWhole(
  input: Parameters<typeof fetch>[0],
  init: RequestInit | undefined,
  maxBytes: number,
): Promise<Response> {
  const response = await fetch(input, init);
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = response.body?.getReader();
  for (;;) {
    const part = await reader?.read();
    if (part?.value === undefined) break;
    length += part.value.length;
    if (length > maxBytes) {
      await reader?.cancel();
      throw new TooLong(`more than ${maxBytes} bytes`);
    }
    chunks.push(part.value);
  }
  const { status, headers } = response;
  const text = Buffer.concat(chunks).toString('utf8');
  const kept = new Headers(headers);
  for (const name of ['content-encoding', 'content-length', 'transfer-encoding']) kept.delete(name);
  if (response.ok) return new Response(text, { status, headers: kept });
  kept.set('content-type', 'application/json');
  return new Response(JSON.stringify({ error: { message: wordsOf(text) } }), {
    status,
    headers: kept,
  });
}

function wordsOf(text: string): string {
  try {
    const json = JSON.parse(text) as { error?: unknown; message?: unknown; detail?: unknown };
    const { error } = json;
    const inner = typeof error === 'object' && error !== null && 'message' in error;
    const words = inner ? error.message : (error ?? json.message ?? json.detail ?? text);
    return typeof words === 'string' ? words : JSON.stringify(words);
  } catch {
    return text;
  }
}

/** A server may echo the key it was sent. */
function redact(text: string, apiKey: string | null): string {
  const plain = apiKey === null || apiKey === '' ? text : text.replaceAll(apiKey, '(key)');
  const line = plain.replace(/\s+/g, ' ').trim();
  return line.length > 500 ? `${line.slice(0, 500)}…` : line;
}
