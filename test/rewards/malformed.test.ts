import { describe, expect, it } from 'vitest';
import type { Rollout } from '../../src/records.js';
import { malformed } from '../../src/rewards/index.js';
import { exampleRollout } from '../rollouts/example-rollout.js';
import { resultOf, textRollout } from './text-rollout.js';

type Case = [completion: string, reason: string | null, blamed: string[]];

const cases: Case[] = [
  ['int x = f(a[0]);\n', null, []],
  ['    return x;\n}\n', null, []],
  ['a) first, b) second', null, []],
  ['', 'empty', []],
  [' \n\t', 'empty', []],
  ['é \ufffd\ufffd x', 'undecodable', ['\ufffd\ufffd']],
  ['tab\tand\r\nend', null, []],
  ['bell\u0007', 'undecodable', ['\u0007']],
  ['```cpp\nint x;\n```\n', null, []],
  ['é\n  ```cpp\nint x;\n', 'open_fence', ['  ```cpp\n']],
  ['```\na\n```\n```\nb', 'open_fence', ['```\n']],
  ['f(é, (a)', 'open_bracket', ['(']],
  ['{ [ }', 'open_bracket', ['[']],
  ['puts("(é");', null, []],
  ["c = '(';", null, []],
  ["c = '\\'', d = '{';", null, []],
  ['x; // see (a\ny;', null, []],
  ['/* ( [ { */ x;', null, []],
  ["'''doc (\n it's [ '''\nx = [1]", null, []],
  ['x = 1 # (\ny', null, []],
  ["pairs = [('\\n', ' '), ('[ ', '[')]", null, []],
  ['return (a // 2)', null, []],
  ['return [a // 2', 'open_bracket', ['[']],
  ["it isn't (x", 'open_bracket', ['(']],
  ['f("(") + "\\"("', null, []],
  ['\ufffd (', 'undecodable, open_bracket', ['\ufffd', '(']],
];

describe('malformed', () => {
  it.each(cases)('of %j has the reason %s', async (completion, reason, blamed) => {
    const result = await resultOf(malformed(), textRollout(completion));
    expect(result).toMatchObject({ score: reason === null ? 0 : -1, log: { reason }, blamed });
  });

  it('knows half a surrogate pair, three bytes of U+FFFD once it is written', async () => {
    const { spans } = await resultOf(malformed(), textRollout('a\ud83d!'));
    expect(spans).toEqual([{ start: 1, end: 4, value: -1, label: 'undecodable' }]);
    expect((await resultOf(malformed(), textRollout('a🙂!'))).score).toBe(0);
  });

  it('knows a completion that was cut off', async () => {
    const cut = textRollout('int x;', { finishReason: 'length' });
    expect(await resultOf(malformed(), cut)).toMatchObject({
      score: -1,
      log: { reason: 'truncated' },
      spans: [],
    });
  });

  it('lets a fence stay open that the prompt opened or a stop string ended', async () => {
    const opened = { prompt: 'Write it.\n```cpp\n' };
    const { sampling } = exampleRollout();
    const stopped: Partial<Rollout> = { sampling: { ...sampling, stop: ['\n```'] } };
    const scoreOf = async (text: string, changes: Partial<Rollout>) =>
      (await resultOf(malformed({ checks: ['open_fence'] }), textRollout(text, changes))).score;
    expect(await scoreOf('int x;\n', opened)).toBe(0);
    expect(await scoreOf('int x;\n```\n', opened)).toBe(0);
    expect(await scoreOf('int x;\n```\n```\n', opened)).toBe(-1);
    expect(await scoreOf('```cpp\nint x;', stopped)).toBe(0);
    expect(await scoreOf('```cpp\nint x;', { ...stopped, finishReason: 'length' })).toBe(-1);
  });

  // Were the search for the ends of quotes not linear, this would not come to an end.
  it('reads a long text full of quotes and comments that never end', async () => {
    const text = 'f( ' + '"\' /* '.repeat(300_000);
    const { log } = await resultOf(malformed({ checks: ['open_bracket'] }), textRollout(text));
    expect(log.reason).toBe('open_bracket');
  });

  it('looks for what it is asked to only, at the penalty it is given', async () => {
    const reward = malformed({ checks: ['open_bracket'], penalty: -0.2 });
    expect((await resultOf(reward, textRollout('('))).score).toBe(-0.2);
    expect((await resultOf(reward, textRollout('\ufffd'))).score).toBe(0);
    expect(() => malformed({ penalty: 1 })).toThrow(/at most 0, got 1/);
    expect(() => malformed({ checks: [] })).toThrow(/at least one check/);
  });
});
