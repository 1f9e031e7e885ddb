import { createHash, timingSafeEqual } from 'node:crypto';
import { inputError } from '../../errors.js';

/** One who may call, and whose requests are queued and counted apart from others'. */
export interface ApiKey {
  tenant: string;
  key: string;
}

const least = 16;

/**
 * Keys from the environment variable `name`: one key, or several separated by commas or blanks, each
 * with its tenant's name before it: `alice:KEY1,bob:KEY2`.
 * @throws where the variable is not set, a key is shorter than 16 characters, or a name comes twice
 */
export function apiKeysFrom(name: string, environment = process.env): ApiKey[] {
  const text = environment[name]?.trim() ?? '';
  if (text === '')
    throw inputError(
      `API keys: expected the environment variable ${name} to hold a key (at least ${least} characters), it is ${environment[name] === undefined ? 'not set' : 'empty'}. Set it in the shell or in .env.`,
    );
  const keys = text.split(/[\s,]+/).map((part, i) => {
    const colon = part.indexOf(':');
    const tenant = colon < 0 ? `key${i + 1}` : part.slice(0, colon);
    const key = part.slice(colon + 1);
    if (key.length < least)
      throw inputError(
        `API keys: expected the key of '${tenant}' in ${name} to have at least ${least} characters, it has ${key.length}. Make one: openssl rand -hex 24`,
      );
    return { tenant, key };
  });
  const names = keys.map(({ tenant }) => tenant);
  const twice = names.find((each, i) => names.indexOf(each) !== i);
  if (twice !== undefined)
    throw inputError(`API keys: '${twice}' comes twice in ${name}. One key a tenant.`);
  return keys;
}

/**
 * Who the headers speak for: `Authorization: Bearer KEY` or `X-API-Key: KEY`; `null` where no key fits.
 * Takes the same time whichever key comes: digests are compared, all of them.
 */
export function createKeyCheck(
  keys: readonly ApiKey[],
): (headers: Record<string, string | string[] | undefined>) => string | null {
  const known = keys.map(({ tenant, key }) => ({ tenant, digest: digestOf(key) }));
  return (headers) => {
    const given = digestOf(givenKey(headers));
    let found: string | null = null;
    for (const { tenant, digest } of known) if (timingSafeEqual(digest, given)) found = tenant;
    return found;
  };
}

function givenKey(headers: Record<string, string | string[] | undefined>): string {
  const own = headers['x-api-key'];
  if (typeof own === 'string') return own;
  const [scheme = '', key = ''] =
    (headers['authorization'] as string | undefined)?.split(' ') ?? [];
  return scheme.toLowerCase() === 'bearer' ? key : '';
}

function digestOf(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}
