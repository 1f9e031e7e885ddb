import { describe, expect, it } from 'vitest';
import { fieldsOf } from '../../../src/session/commands/fields.js';
import {
  help,
  parseLine,
  parseWords,
  sessionCommands,
} from '../../../src/session/commands/index.js';
import { quoteWord, splitWords } from '../../../src/session/commands/words.js';

const inputOf = (line: string): Record<string, unknown> => parseLine(line, sessionCommands).input;
const messageOf = (line: string): string => {
  try {
    parseLine(line, sessionCommands);
  } catch (error) {
    return (error as Error).message;
  }
  return 'it was parsed';
};

describe('words of a line', () => {
  it('are split at blanks, but not in quotes, as a shell splits them', () => {
    const texts = splitWords(`a 'b "c"' "d \\"e\\" \\n" f\\ g h'i'`).words.map(({ text }) => text);
    expect(texts).toEqual(['a', 'b "c"', 'd "e" \\n', 'f g', 'hi']);
  });

  it('know their places, and a quote that is not closed', () => {
    expect(splitWords(`x 'y z`)).toEqual({
      open: "'",
      words: [
        { text: 'x', start: 0, end: 1, isQuoted: false },
        { text: 'y z', start: 2, end: 6, isQuoted: true },
      ],
    });
  });

  it.each(['plain', 'two words', `it's`, `"x"`, 'a\\b', `'"\\`, ''])(
    'come back as they are when %j is quoted',
    (text) => expect(splitWords(quoteWord(text)).words.map((word) => word.text)).toEqual([text]),
  );
});

describe('a typed line', () => {
  it.each(
    sessionCommands.flatMap(({ name, examples }) => examples.map((line) => ({ name, line }))),
  )('of the examples is understood: $line', ({ name, line }) => {
    expect(parseLine(line, sessionCommands).command.name).toBe(name);
    expect(parseLine(`/${line}`, sessionCommands).input).toEqual(inputOf(line));
  });

  it('takes values by place, by flag, joined with = and shortened to one letter', () => {
    for (const line of ['sample 4', 'sample --n 4', 'sample --n=4', 'sample -n 4'])
      expect(inputOf(line)).toEqual({ n: 4 });
  });

  it('takes flags alone, negated, and with a word', () => {
    expect(inputOf('rescore --rejudge')).toEqual({ rejudge: true });
    expect(inputOf('rescore --no-rejudge')).toEqual({ rejudge: false });
    expect(inputOf('rescore --rejudge=no')).toEqual({ rejudge: false });
  });

  it('takes several values of a list, negative numbers, and anything behind --', () => {
    expect(inputOf('sample --ids a --ids b')).toEqual({ ids: ['a', 'b'] });
    expect(inputOf('set a.b -1 c.d=-2')).toEqual({ settings: ['a.b', '-1', 'c.d=-2'] });
    expect(inputOf('set -- --x 1')).toEqual({ settings: ['--x', '1'] });
    expect(inputOf("set '--x' 1")).toEqual({ settings: ['--x', '1'] });
  });

  it('keeps the quotes of SQL, and takes them off where the whole statement stands in them', () => {
    const sql = "select id from rollouts where outcome = 'clean' -- all";
    expect(inputOf(`query ${sql}`)).toEqual({ sql });
    expect(inputOf(`query "${sql}"`)).toEqual({ sql });
    const query = sessionCommands.find(({ name }) => name === 'query');
    expect(query && parseWords(query, [sql])).toEqual({ sql });
  });

  it('puts defaults in', () => expect(inputOf('inspect')).toEqual({ n: 1 }));
});

describe('a wrong line is a usage error that says what was meant', () => {
  it.each([
    ['smaple', `there is no command 'smaple'. Did you mean "sample"?`],
    ['', 'expected a command behind the slash'],
    [`sample 'x`, "a quote (') is opened and never closed"],
    ['sample --nn 3', 'there is no --nn here. Did you mean "--n"?'],
    ['sample x', "<n> expects a whole number ≥ 1, got 'x'"],
    ['sample 0', "<n> expects a whole number ≥ 1, got '0'"],
    ['sample 1.5', "<n> expects a whole number ≥ 1, got '1.5'"],
    ['sample 1 2', "there is no place for '2': it takes <n>"],
    ['sample --n', '--n expects a whole number'],
    ['sample 1 --n 2', '<n> is given twice'],
    ['sample --temperature -1', "--temperature expects a number ≥ 0, got '-1'"],
    [
      'step grop',
      `<method> expects one of sft, dpo, kto, cpo, orpo, ppo, grpo, got 'grop'. Did you mean "grpo"?`,
    ],
    ['diff 1', 'expected <second> (position of the other), got nothing'],
    ['judge now', "there is no place for 'now': it takes nothing by its place"],
    ['rescore --rejudge=perhaps', "--rejudge expects yes or no, got 'perhaps'"],
  ])('%s', (line, message) => {
    expect(messageOf(line)).toContain(message);
    expect(() => parseLine(line, sessionCommands)).toThrowError(
      expect.objectContaining({ tag: 'usage' }),
    );
  });
});

describe('the table', () => {
  it('has names that differ, and for every field a description and a flag of its own', () => {
    const names = sessionCommands.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const command of sessionCommands) {
      const fields = fieldsOf(command);
      for (const { name, summary } of fields)
        expect(summary, `${command.name} ${name}`).not.toBe('');
      const places = command.positional ?? [];
      fields.slice(0, places.length).forEach(({ isList, takesRest }, index) => {
        if (isList || takesRest) expect(index).toBe(places.length - 1);
      });
      expect(help(command).examples.length).toBeGreaterThan(0);
    }
  });
});
