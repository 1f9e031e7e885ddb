import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import type { Certificates } from './certificates.js';

/** Debian's `redis-server`; tests that need it skip visibly without. */
export const hasRedis = spawnSync('redis-server', ['--version']).status === 0;

export interface RedisProcess {
  url: string;
  /** SIGKILL. What was not written down is lost. */
  kill(): Promise<void>;
  /** The same address and folder again. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** A server of the test's own, with a password; `persistent`: each write is on disk when it is answered. */
export async function startRedis({
  persistent = false,
  host = '127.0.0.1',
  tls = null as Certificates | null,
} = {}): Promise<RedisProcess> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'rlsf-redis-'));
  const port = await freePort();
  const password = 'a-password-of-the-test';
  const url = `${tls ? 'rediss' : 'redis'}://:${password}@${host}:${port}`;
  let child: ChildProcess | null = null;
  const start = async (): Promise<void> => {
    const keep = persistent
      ? ['--appendonly', 'yes', '--appendfsync', 'always']
      : ['--appendonly', 'no'];
    const ports = tls
      ? [
          ...['--port', '0', '--tls-port', `${port}`, '--tls-auth-clients', 'no'],
          ...['--tls-cert-file', tls.cert, '--tls-key-file', tls.key, '--tls-ca-cert-file', tls.ca],
        ]
      : ['--port', `${port}`];
    const flags = [...ports, '--dir', folder, '--save', '', '--requirepass', password];
    child = spawn('redis-server', [...flags, ...keep, '--bind', host], { stdio: 'ignore' });
    for (;;) {
      const probe = new Redis(url, {
        lazyConnect: true,
        retryStrategy: () => null,
        ...(tls && { tls: { ca: readFileSync(tls.ca), checkServerIdentity: () => undefined } }),
      });
      probe.on('error', () => undefined);
      const answered = await probe.connect().then(
        () => probe.ping().then(() => true),
        () => false,
      );
      probe.disconnect();
      if (answered) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  const kill = async (): Promise<void> => {
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  await start();
  return {
    url,
    kill,
    start,
    async stop() {
      await kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export interface WorkerProcess {
  host: string;
  pid: number;
  kill(): Promise<void>;
  /** As Ctrl-C: finishes what it has. */
  drain(): Promise<void>;
}

/** A worker as a process of its own. */
export async function startWorker(
  redis: string,
  host: string,
  {
    lockMs = 2000,
    concurrency = 1,
    namespace = null as string | null,
    env = {} as Record<string, string>,
  } = {},
): Promise<WorkerProcess> {
  const script = fileURLToPath(new URL('./worker-child.ts', import.meta.url));
  const command = [process.execPath, '--import', 'tsx', script];
  const inside = namespace === null ? [] : ['ip', 'netns', 'exec', namespace];
  const [program, ...args] = [...inside, ...command, redis, host, `${lockMs}`, `${concurrency}`];
  const child = spawn(program, args, {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, ...env },
  });
  const [said] = (await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(([code]) => {
      throw new Error(`the worker ended with ${code}`);
    }),
  ])) as [string];
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    await once(child, 'exit');
  };
  return {
    host: said,
    pid: child.pid as number,
    kill: () => end('SIGKILL'),
    drain: () => end('SIGTERM'),
  };
}
