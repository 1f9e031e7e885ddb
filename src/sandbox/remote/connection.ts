import { readFile } from 'node:fs/promises';
import { Redis } from 'ioredis';
import type { RedisOptions } from 'ioredis';
import { environmentError, inputError } from '../../errors.js';
import { withoutPassword, withPassword } from './address.js';
import { refusalOf } from './refusal.js';

/** Which Redis, and whom to trust that it is it. */
export interface RedisAccess {
  /** `redis://[user:password@]host:port/database`, or `rediss://` with TLS. */
  redis: string;
  /**
   * File of the certificate authority (PEM) that a `rediss://` server is signed by.
   * @default RLSF_REDIS_CA, else those that Node.js trusts, NODE_EXTRA_CA_CERTS among them
   */
  redisCa?: string | null;
}

/** How long the server may take for its first answer. */
const patienceMs = 10_000;

/**
 * A connection that comes back by itself.
 * @throws where the first try fails; the message says why and what to do, and holds no password
 */
export async function connectRedis(access: RedisAccess): Promise<Redis> {
  const shown = withoutPassword(access.redis);
  const tls = await tlsOf(access);
  let isFirst = true;
  const redis = new Redis(withPassword(access.redis), {
    maxRetriesPerRequest: null, // BullMQ asks for it: what waits is sent when the server is back
    lazyConnect: true,
    retryStrategy: (times) => (isFirst ? null : Math.min(200 * times, 2000)),
    ...tls,
  });
  let last: Error | null = null;
  let isSilent = false;
  redis.on('error', (error) => (last ??= error));
  const timer = setTimeout(() => {
    isSilent = true;
    redis.disconnect();
  }, patienceMs);
  try {
    await redis.connect();
    await redis.ping();
    isFirst = false;
    return redis;
  } catch (error) {
    redis.disconnect();
    const cause = last ?? (error as Error);
    const why = isSilent && last === null ? null : cause;
    // Without the cause: a refusal of ioredis carries the AUTH command, password and all.
    throw environmentError(`${shown}: ${refusalOf(why, shown.startsWith('rediss:'))}`);
  } finally {
    clearTimeout(timer);
  }
}

async function tlsOf({ redis, redisCa }: RedisAccess): Promise<Pick<RedisOptions, 'tls'>> {
  const file = redisCa ?? process.env['RLSF_REDIS_CA'];
  if (!redis.startsWith('rediss:') || file === undefined || file === '') return {};
  const refuse = (what: string): Error =>
    inputError(
      `${file}: expected the certificate authority of Redis (PEM), but ${what}. Name another with --redis-ca, judge.redis_ca or RLSF_REDIS_CA.`,
    );
  const ca = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw refuse(`the file cannot be read (${error.code})`);
  });
  if (!ca.includes('BEGIN CERTIFICATE')) throw refuse('there is no certificate in it');
  return { tls: { ca } };
}
