import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { createRemoteJudgePool, judgeFleet } from '../../../src/sandbox/remote/index.js';
import type { RedisAccess } from '../../../src/sandbox/remote/index.js';
import type { Certificates } from './certificates.js';
import { hasOpenssl, makeCertificates } from './certificates.js';
import { jobsOf } from './jobs.js';
import { freePort, hasRedis, startRedis, startWorker } from './redis.js';
import type { RedisProcess } from './redis.js';

describe.skipIf(!hasRedis || !hasOpenssl)(
  'Redis with TLS and users (redis-server, openssl)',
  () => {
    let folder: string;
    let own: Certificates;
    let other: Certificates;
    let tls: RedisProcess;
    let plain: RedisProcess;
    let misnamed: RedisProcess;

    beforeAll(async () => {
      folder = await mkdtemp(path.join(os.tmpdir(), 'rlsf-tls-'));
      own = makeCertificates(folder, 'own', 'IP:127.0.0.1');
      other = makeCertificates(folder, 'other', 'DNS:elsewhere.invalid');
      [tls, plain, misnamed] = await Promise.all([
        startRedis({ tls: own }),
        startRedis(),
        startRedis({ tls: other }),
      ]);
    });

    afterEach(() => void vi.unstubAllEnvs());

    afterAll(async () => {
      await Promise.all([tls.stop(), plain.stop(), misnamed.stop()]);
      await rm(folder, { recursive: true, force: true });
    });

    const refusal = (access: RedisAccess): Promise<string> =>
      judgeFleet(access).then(
        () => 'accepted',
        (error: Error) => error.message,
      );

    it('a worker and a trainer meet there, each trusting the authority in its own way', async () => {
      // Node.js reads NODE_EXTRA_CA_CERTS when it starts, so a process of its own shows it.
      const worker = await startWorker(tls.url, 'one', { env: { NODE_EXTRA_CA_CERTS: own.ca } });
      try {
        const admin = new Redis(tls.url, { tls: { ca: readFileSync(own.ca) } });
        await admin.call('ACL', 'SETUSER', 'trainer', 'on', '>pass/word', '~rlsf:*', '&*', '+@all');
        admin.disconnect();
        const redis = tls.url.replace(/\/\/.*@/, '//trainer:pass%2Fword@');
        const pool = await createRemoteJudgePool({ redis, redisCa: own.ca });
        const [verdict] = await pool.judge((await jobsOf(1, 'tls')).slice(0, 1));
        expect(verdict.outcome).toBe('clean');
        await pool.close();
        vi.stubEnv('RLSF_REDIS_CA', own.ca);
        const { workers } = await judgeFleet({ redis });
        expect(workers.map(({ host }) => host)).toEqual(['one']);
        expect(await refusal({ redis: redis.replace('trainer', 'nobody') })).toContain(
          'user or password are refused',
        );
      } finally {
        await worker.kill();
      }
    }, 300_000);

    it('what is wrong is said, with what to do and without the password', async () => {
      const web = createServer((_, response) => response.end('no queue here'));
      await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve));
      const { port } = web.address() as AddressInfo;
      const cases: [access: RedisAccess, said: string][] = [
        [{ redis: tls.url }, 'Name its certificate authority: --redis-ca FILE'],
        [{ redis: tls.url, redisCa: other.ca }, 'Name its certificate authority'],
        [{ redis: misnamed.url, redisCa: other.ca }, 'is for another host'],
        [{ redis: tls.url, redisCa: path.join(folder, 'none.pem') }, 'the file cannot be read'],
        [{ redis: tls.url, redisCa: own.key }, 'there is no certificate in it'],
        [{ redis: tls.url.replace('rediss:', 'redis:') }, 'wants rediss://'],
        [
          { redis: plain.url.replace('redis:', 'rediss:'), redisCa: own.ca },
          'no TLS is spoken there',
        ],
        [{ redis: plain.url.replace('a-password', 'b') }, 'user or password are refused'],
        [{ redis: plain.url.replace(/:[^:]*@/, '') }, 'it wants a password'],
        [
          { redis: `redis://:a-password-of-the-test@127.0.0.1:${await freePort()}` },
          'nothing listens',
        ],
        [{ redis: 'redis://:a-password-of-the-test@no-such-host.invalid' }, 'no such host'],
        [{ redis: `redis://127.0.0.1:${port}` }, 'does not speak the protocol of Redis'],
      ];
      try {
        for (const [access, said] of cases) {
          const message = await refusal(access);
          expect.soft(message).toContain(said);
          expect.soft(message).not.toContain('a-password');
        }
      } finally {
        web.close();
      }
    });
  },
);
