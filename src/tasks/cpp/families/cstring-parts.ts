import { site } from '../family.js';
import type { FaultKind, Site } from '../family.js';

export type CharacterTest = 'digit' | 'outside' | 'space' | 'equal' | 'other' | 'below';

interface CharacterClass {
  /** For statements, of several characters. */
  text(key: string): string;
  right: string;
  slips: readonly [FaultKind, string][];
  keyed: boolean;
  holds(c: string, key: string): boolean;
}

const classes: Record<CharacterTest, CharacterClass> = {
  digit: {
    text: () => 'digits',
    right: "X >= '0' && X <= '9'",
    slips: [
      ['wrong_condition', "X > '0' && X < '9'"],
      ['wrong_condition', "X >= '0' || X <= '9'"],
      ['type_error', "'0' <= X <= '9'"],
    ],
    keyed: false,
    holds: (c) => c >= '0' && c <= '9',
  },
  outside: {
    text: () => 'not digits',
    right: "X < '0' || X > '9'",
    slips: [
      ['wrong_condition', "X < '0' && X > '9'"],
      ['wrong_condition', "X <= '0' || X >= '9'"],
      ['type_error', 'X < 0 || X > 9'],
    ],
    keyed: false,
    holds: (c) => c < '0' || c > '9',
  },
  space: {
    text: () => 'spaces or tabs',
    right: "X == ' ' || X == '\\t'",
    slips: [
      ['wrong_condition', "X == ' ' && X == '\\t'"],
      ['type_error', "X == ' ' || '\\t'"],
    ],
    keyed: false,
    holds: (c) => c === ' ' || c === '\t',
  },
  equal: {
    text: (key) => `equal to ${key}`,
    right: 'X == K',
    slips: [
      ['type_error', 'X = K'],
      ['wrong_condition', 'X != K'],
    ],
    keyed: true,
    holds: (c, key) => c === key,
  },
  other: {
    text: (key) => `other than ${key}`,
    right: 'X != K',
    slips: [['wrong_condition', 'X == K']],
    keyed: true,
    holds: (c, key) => c !== key,
  },
  below: {
    text: (key) => `less than ${key}`,
    right: 'X < K',
    slips: [['wrong_condition', 'X <= K']],
    keyed: true,
    holds: (c, key) => c < key,
  },
};

/** The test of one character with its parameter, if it has one, named `key`. */
export function characterTest(
  name: CharacterTest,
  key: string,
): {
  text: string;
  parameter: string;
  test(x: string): Site;
  argument(c: string): string;
  holds(c: string, key: string): boolean;
} {
  const { text, right, slips, keyed, holds } = classes[name];
  const fill = (pattern: string, x: string): string =>
    pattern.replaceAll('X', x).replaceAll('K', key);
  return {
    text: text(key),
    parameter: keyed ? `, char ${key}` : '',
    test: (x) =>
      site(
        fill(right, x),
        ...slips.map(([kind, slip]): [FaultKind, string] => [kind, fill(slip, x)]),
      ),
    argument: (c) => (keyed ? `, '${c}'` : ''),
    holds,
  };
}

/** Texts with the borders of every class, each class alone, and nothing. */
export const characterInputs: readonly { text: string; key: string }[] = [
  { text: 'aB3 z9\tZ0a', key: 'a' },
  { text: '', key: 'x' },
  { text: '0099', key: '0' },
  { text: '8a7zza6', key: 'b' },
  { text: 'AZ', key: 'A' },
  { text: 'ABBA', key: 'Z' },
  { text: ' \t ', key: ' ' },
  { text: 'x Y xx1 22 333 aAbB QRS\t\t\tk', key: 'x' },
];

/** A C++ string literal. */
export const quoted = (text: string): string => `"${text.replaceAll('\t', '\\t')}"`;
