import { describe, expect, it } from 'vitest';
import {
  hidePasswords,
  keepPassword,
  withoutPassword,
  withPassword,
} from '../../../src/sandbox/remote/address.js';

describe('an address of Redis and its password', () => {
  it('are kept apart: the one is shown and written, the other stays in memory', () => {
    const whole = 'rediss://ann:s%2Fecret@queue.a:6380/2';
    const shown = keepPassword(whole, 'judge.redis');
    expect(shown).toBe('rediss://ann:***@queue.a:6380/2');
    expect(withPassword(shown, {})).toBe(whole);
    expect(keepPassword(shown, 'judge.redis')).toBe(shown);
    expect(withPassword(shown, {})).toBe(whole);
  });

  it('a password in the query is one too', () => {
    const shown = keepPassword('redis://queue.b?password=hush&family=4', 'judge.redis');
    expect(shown).not.toContain('hush');
    expect(withPassword(shown, {})).toContain(':hush@queue.b');
    expect(withPassword(shown, {})).toContain('family=4');
  });

  it('of another process comes from the environment, or is asked for', () => {
    const hidden = 'redis://:***@queue.c:7000';
    expect(withPassword(hidden, { RLSF_REDIS_PASSWORD: 'a b/c' })).toBe(
      'redis://:a%20b%2Fc@queue.c:7000',
    );
    for (const name of ['RLSF_REDIS', 'RLSF_JUDGE__REDIS'])
      expect(withPassword(hidden, { [name]: 'redis://:other@queue.c:7000' })).toContain('other');
    const elsewhere = { RLSF_REDIS: 'redis://:other@queue.d:7000' };
    expect(() => withPassword(hidden, elsewhere)).toThrow('Set RLSF_REDIS_PASSWORD');
  });

  it('a server without a password needs none', () => {
    expect(keepPassword('redis://queue.e', '--redis')).toBe('redis://queue.e');
    expect(withPassword('redis://queue.e', {})).toBe('redis://queue.e');
    expect(withPassword('redis://queue.e', { RLSF_REDIS_PASSWORD: 'x' })).toBe(
      'redis://:x@queue.e',
    );
  });

  it.each(['http://:hush@host', 'redis://:hu#sh@host:1', 'host:6379:hush', 'redis://'])(
    'what is none is refused without being quoted: %s',
    (text) => {
      const refused = (use: (text: string) => unknown): string => {
        try {
          use(text);
        } catch (error) {
          return (error as Error).message;
        }
        return 'accepted';
      };
      for (const use of [withoutPassword, (url: string) => keepPassword(url, 'judge.redis')]) {
        expect(refused(use)).toContain('expected redis://');
        expect(refused(use)).not.toMatch(/hush|hu#sh/);
      }
    },
  );

  it('texts that quote them lose the passwords', () => {
    const text = '--set judge.redis=redis://ann:p@ss@host:1 and rediss://h?password=x&db=2';
    expect(hidePasswords(text)).toBe(
      '--set judge.redis=redis://ann:***@host:1 and rediss://h?password=***&db=2',
    );
  });
});
