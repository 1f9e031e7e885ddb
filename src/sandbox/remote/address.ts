/**
 * Addresses of Redis, and their passwords apart from them: a config, and all that is written of it, holds
 * `redis://:***@host`, while this process remembers the password.
 */
import { environmentError, inputError } from '../../errors.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** What stands in the place of a password. */
const hidden = '***';

/**
 * Remembers the address's password for `withPassword`, in memory alone.
 * @param name how a message names it: `judge.redis`, `--redis`
 * @returns the address with `***` for the password
 * @throws where it is no address of Redis; the message holds nothing of it
 */
export function keepPassword(url: string, name: string): string {
  const parsed = parseAddress(url, name);
  const password = passwordOf(parsed);
  if (password !== '' && password !== hidden) kept().set(keyOf(parsed), password);
  return shownOf(parsed);
}

/**
 * The address to connect to: its own password, else the one remembered for this user and host, else
 * RLSF_REDIS_PASSWORD, else that of RLSF_JUDGE__REDIS or RLSF_REDIS where they name the same server.
 * @param name how a message names it: `--redis`
 * @throws where the password was hidden and is nowhere to be had
 */
export function withPassword(url: string, env: Environment = process.env, name = 'Redis'): string {
  const parsed = parseAddress(url, name);
  const own = passwordOf(parsed);
  if (own !== '' && own !== hidden) return url;
  const found = kept().get(keyOf(parsed)) ?? env['RLSF_REDIS_PASSWORD'] ?? sameServer(parsed, env);
  if (found === undefined || found === '') {
    if (own === '') return url;
    throw environmentError(
      `${shownOf(parsed)}: its password is not written into a run's folder. Set RLSF_REDIS_PASSWORD, or RLSF_JUDGE__REDIS to the whole address.`,
    );
  }
  parsed.searchParams.delete('password');
  // As ioredis reads it: what stands before the @ is percent-encoded.
  parsed.password = encodeURIComponent(found);
  return parsed.toString();
}

/** The address as it may be shown. @throws where it is none of Redis */
export function withoutPassword(url: string): string {
  return shownOf(parseAddress(url, 'Redis'));
}

/** A text that may quote addresses, `***` for their passwords. */
export function hidePasswords(text: string): string {
  return text
    .replaceAll(/([a-z][a-z0-9+.-]*:\/\/[^\s:@/]*):\S*@/gi, `$1:${hidden}@`)
    .replaceAll(/(:\/\/\S*[?&]password=)[^\s&]+/gi, `$1${hidden}`);
}

function parseAddress(url: string, name: string): URL {
  const expected = 'redis://[user:password@]host:port/database, or rediss:// with TLS';
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch {
    throw inputError(
      `${name}: expected ${expected}, got a text that is no address. In a password write / # ? @ % and spaces as %2F %23 %3F %40 %25 %20.`,
    );
  }
  if (!['redis:', 'rediss:'].includes(parsed.protocol) || parsed.hostname === '')
    throw inputError(`${name}: expected ${expected}, got ${parsed.protocol}//${parsed.host}.`);
  return parsed;
}

/** ioredis takes it before the host or as `?password=`. */
function passwordOf(parsed: URL): string {
  return decodeURIComponent(parsed.password) || (parsed.searchParams.get('password') ?? '');
}

function shownOf(parsed: URL): string {
  const shown = new URL(parsed);
  shown.searchParams.delete('password');
  if (passwordOf(parsed) !== '') shown.password = hidden;
  return shown.toString();
}

function keyOf(parsed: URL): string {
  const user = parsed.username || (parsed.searchParams.get('username') ?? '');
  return `${user}@${parsed.hostname}:${parsed.port || '6379'}`;
}

function sameServer(parsed: URL, env: Environment): string | undefined {
  return [env['RLSF_JUDGE__REDIS'], env['RLSF_REDIS']]
    .flatMap((other) => (other !== undefined && URL.canParse(other) ? [new URL(other)] : []))
    .filter((other) => keyOf(other) === keyOf(parsed))
    .map(passwordOf)
    .find((password) => password !== '' && password !== hidden);
}

/** One for all copies of this module: a notebook's kernel may load a second. */
function kept(): Map<string, string> {
  const name = Symbol.for('rlsf.redis-passwords');
  const shared = globalThis as { [name]?: Map<string, string> };
  return (shared[name] ??= new Map());
}
