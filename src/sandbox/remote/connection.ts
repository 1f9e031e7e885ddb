import { Redis } from 'ioredis';
import { environmentError, usageError } from '../../errors.js';

/**
 * A connection that comes back by itself: `redis://[user:password@]host:port/db`, `rediss://` with TLS.
 * @throws where nothing answers at first, or the password is refused; the message holds no password
 */
export async function connectRedis(url: string): Promise<Redis> {
  const shown = withoutPassword(url);
  const redis = new Redis(url, {
    maxRetriesPerRequest: null, // BullMQ asks for it: what waits is sent when the server is back
    lazyConnect: true,
    retryStrategy: (times) => Math.min(200 * times, 2000),
  });
  let last: Error | null = null;
  redis.on('error', (error) => (last = error));
  const timer = setTimeout(() => redis.disconnect(), 10_000);
  try {
    await redis.connect();
    await redis.ping();
    return redis;
  } catch (error) {
    redis.disconnect();
    const { message } = last ?? (error as Error);
    throw environmentError(
      `${shown}: expected a Redis server, got: ${message}. Start one, or check the address and the password.`,
      { cause: error },
    );
  } finally {
    clearTimeout(timer);
  }
}

/** The address as it may be shown. @throws where it is none of Redis */
export function withoutPassword(url: string): string {
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch {
    throw usageError(`--redis: expected redis://host:port, got a text that is no address.`);
  }
  if (!['redis:', 'rediss:'].includes(parsed.protocol))
    throw usageError(`--redis: expected redis:// or rediss://, got ${parsed.protocol}//.`);
  if (parsed.password !== '') parsed.password = '***';
  return parsed.toString();
}
