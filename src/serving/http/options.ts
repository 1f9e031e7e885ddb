import { isIP } from 'node:net';
import { usageError } from '../../errors.js';
import type { ApiKey } from './api-keys.js';
import type { HttpProblem } from './http-error.js';

export interface HttpLimits {
  /** Of a request's body. @default 32 */
  bodyMiB: number;
  /** For the headers to arrive. @default 10 */
  headersSeconds: number;
  /** For the whole request to arrive. @default 60 */
  receiveSeconds: number;
  /** For the reply, from the last byte of the request. @default 300 */
  requestSeconds: number;
  /** Requests a minute of one tenant; 0: as many as they like. @default 120000 */
  requestsPerMinute: number;
  /** Requests a minute of one address that come without a right key. @default 60 */
  refusalsPerMinute: number;
  /** Open connections. @default 1024 */
  connections: number;
  /** How long a stop waits for requests in progress. @default 30 */
  drainSeconds: number;
}

export const defaultHttpLimits: HttpLimits = {
  bodyMiB: 32,
  headersSeconds: 10,
  receiveSeconds: 60,
  requestSeconds: 300,
  requestsPerMinute: 120_000,
  refusalsPerMinute: 60,
  connections: 1024,
  drainSeconds: 30,
};

export interface HttpServerOptions {
  /** In the OpenAPI document: `rlsf reward server`. */
  title: string;
  /** What it is for, in the document. */
  description: string;
  /** What the names of its metrics begin with: `rlsf_rewards`. */
  metrics: string;
  /** @default '127.0.0.1' */
  host?: string;
  /** @default 0: one that is free */
  port?: number;
  /** @default none: everybody who reaches it may call */
  keys?: readonly ApiKey[];
  /** Listen beyond this machine without keys. @default false */
  insecure?: boolean;
  limits?: Partial<HttpLimits>;
  /** Why it cannot serve yet, or `null`: `/ready` says so. @default always ready */
  ready?(): string | null;
  /** The body of an error's reply, where a protocol has a shape of its own. @default {error: {…}} */
  errorBody?(problem: HttpProblem, path: string): unknown;
  /** A line about what went wrong inside. @default nowhere */
  note?(text: string): void;
}

/** @throws where the server would be open to the network, or is given an impossible address */
export function checkAddress({
  host = '127.0.0.1',
  port = 0,
  keys = [],
  insecure = false,
}: Pick<HttpServerOptions, 'host' | 'port' | 'keys' | 'insecure'>): void {
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw usageError(`--port: a whole number from 0 to 65535 is expected, got ${port}.`);
  if (isLoopback(host) || keys.length > 0 || insecure) return;
  throw usageError(
    `--host ${host}: everybody on the network could run programs here. Give an API key (--api-key-env NAME), listen on 127.0.0.1, or say --insecure if the network is yours alone.`,
  );
}

export function isLoopback(host: string): boolean {
  const name = host.replace(/^\[|\]$/g, '').toLowerCase();
  return name === 'localhost' || name === '::1' || (isIP(name) === 4 && name.startsWith('127.'));
}
