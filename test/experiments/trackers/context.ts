/** What the trackers' tests share: a run that is not there, a clock that stands, a server that listens. */
import { mkdtemp } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import type { TrackedRun, TrackerContext } from '../../../src/experiments/trackers/tracker.js';

export async function temporaryFolder(): Promise<string> {
  return mkdtemp(path.join(os.tmpdir(), 'rlsf-trackers-'));
}

export function trackedRun(folder: string, changes: Partial<TrackedRun> = {}): TrackedRun {
  return {
    name: 'grpo_tiny_K4_steps3',
    folder,
    method: 'grpo',
    config: { grpo: { beta: 0.02, loss_type: 'dapo' }, run: { seed: 1, name: null } },
    tags: { device: '2 × CPU' },
    resumedAfterStep: null,
    ...changes,
  };
}

export function trackerContext(
  folder: string,
  changes: Partial<TrackerContext> & { run?: TrackedRun } = {},
): TrackerContext & { warnings: string[] } {
  const warnings: string[] = [];
  let time = 1_700_000_000_000;
  return {
    run: trackedRun(folder),
    env: {},
    project: 'rlsf',
    timeoutMs: 3000,
    wandbSyncMs: 0,
    now: () => (time += 250),
    onWarning: (message) => warnings.push(message),
    ...changes,
    warnings,
  };
}

export interface Request {
  method: string;
  /** Without the query. */
  path: string;
  query: URLSearchParams;
  headers: Record<string, string | string[] | undefined>;
  body: unknown;
}

export interface Reply {
  status?: number;
  body?: unknown;
  /** The server acts and hangs up before it answers. */
  loseAnswer?: boolean;
}

/** A server on this machine until the test ends; `requests` grows as they come. */
export async function listen(
  answer: (request: Request) => Reply | Promise<Reply>,
): Promise<{ address: string; requests: Request[] }> {
  const requests: Request[] = [];
  const server = createServer((incoming, outgoing) => {
    const parts: Buffer[] = [];
    incoming.on('data', (part: Buffer) => parts.push(part));
    incoming.on('end', () => {
      const url = new URL(incoming.url ?? '/', 'http://127.0.0.1');
      const text = Buffer.concat(parts).toString('utf8');
      const request: Request = {
        method: incoming.method ?? '',
        path: url.pathname,
        query: url.searchParams,
        headers: incoming.headers,
        body: text === '' ? null : (JSON.parse(text) as unknown),
      };
      requests.push(request);
      void Promise.resolve(answer(request)).then(({ status = 200, body = {}, loseAnswer }) => {
        if (loseAnswer) return incoming.socket.destroy();
        outgoing.writeHead(status, { 'content-type': 'application/json' });
        return outgoing.end(JSON.stringify(body));
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(
    () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  );
  return { address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}
