import { hidePasswords } from './address.js';

/**
 * Why a first connection to Redis failed and what to do, in one sentence each.
 * @param error `null`: it was silent for too long
 */
export function refusalOf(error: (Error & { code?: string }) | null, isTls: boolean): string {
  if (error === null)
    return isTls
      ? 'no TLS is spoken there, or nothing at all. A server without TLS is redis://; else check host and port.'
      : 'no answer to a plain connection. Check host and port; a server with TLS wants rediss://.';
  const { code = '' } = error;
  const message = hidePasswords(error.message).replace(/\. Please report this\.?$/, '');
  const [, advice] = known.find(([form]) => form.test(`${code} ${message}`)) ?? [];
  if (advice !== undefined) return `${advice} (${message})`;
  return isTls && brokenHandshake.test(`${code} ${message}`)
    ? `no TLS is spoken there, or it wants a certificate of the client. A server without TLS is redis://; one with \`tls-auth-clients yes\` has to say \`no\`. (${message})`
    : `${message}. ${isTls ? '' : 'A server with TLS wants rediss://. '}Start one, or check the address and the password.`;
}

const brokenHandshake =
  /ECONNRESET|EPROTO|SSL|wrong version number|TLS connection was established|Connection is closed/;

const known: readonly [RegExp, string][] = [
  [/NOAUTH/, 'it wants a password. Give it: redis://user:password@host, or RLSF_REDIS_PASSWORD.'],
  [
    /WRONGPASS|AUTH failed/,
    'user or password are refused. Check them: redis://user:password@host, or RLSF_REDIS_PASSWORD.',
  ],
  [
    /NOPERM/,
    'its user may not do what a queue needs. Give it ~rlsf:* +@all, or another user in the address.',
  ],
  [
    /SELF_SIGNED|UNABLE_TO_(VERIFY|GET)|CERT_UNTRUSTED/,
    'its certificate is signed by nobody trusted here. Name its certificate authority: --redis-ca FILE, judge.redis_ca or RLSF_REDIS_CA.',
  ],
  [
    /ERR_TLS_CERT_ALTNAME_INVALID/,
    'its certificate is for another host. Use the name that it is for.',
  ],
  [/CERT_HAS_EXPIRED|CERT_NOT_YET_VALID/, 'its certificate is not valid at this time. Renew it.'],
  [/ECONNREFUSED/, 'nothing listens there. Start redis-server, or check host and port.'],
  [/ENOTFOUND|EAI_AGAIN/, 'no such host. Check its name.'],
  [/EHOSTUNREACH|ENETUNREACH|ETIMEDOUT/, 'the host cannot be reached. Check host and network.'],
  [
    /Protocol error|is not a valid response|ParserError/,
    'what answers there does not speak the protocol of Redis. Check the port; a server with TLS wants rediss://.',
  ],
  [/LOADING/, 'it still reads its data. Try again in a moment.'],
];
