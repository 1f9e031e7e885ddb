import type { Random } from '../../algorithms/random.js';

export interface Person {
  name: string;
  he: 'he' | 'she';
  him: 'him' | 'her';
  his: 'his' | 'her';
}

/** A thing that holds others. */
export interface Container {
  one: string;
  many: string;
}

/** Names and objects of one problem, all drawn from one seeded generator. */
export interface Style {
  random: Random;
  /** Someone who is not in this problem yet. */
  person(): Person;
  /** A plural noun that is not in this problem yet. */
  things(pool: readonly string[]): string;
  container(): Container;
}

export function createStyle(random: Random): Style {
  const taken = new Set<string>();
  const free = <T>(pool: readonly T[], nameOf: (one: T) => string): T => {
    const chosen = random.pick(pool.filter((one) => !taken.has(nameOf(one))));
    taken.add(nameOf(chosen));
    return chosen;
  };
  return {
    random,
    person: () => free(people, ({ name }) => name),
    things: (pool) => free(pool, (name) => name),
    container: () => free(containers, ({ one }) => one),
  };
}

/** Plural nouns by kind. */
export const nouns = {
  fruit: ['apples', 'pears', 'plums', 'oranges', 'lemons', 'peaches'],
  toys: ['marbles', 'stickers', 'cards', 'stamps', 'shells', 'beads'],
  goods: ['pens', 'notebooks', 'rulers', 'mugs', 'caps', 'candles'],
  baked: ['cookies', 'muffins', 'rolls', 'tarts', 'buns', 'cupcakes'],
  flowers: ['roses', 'tulips', 'lilies', 'daisies'],
  animals: ['cows', 'goats', 'sheep', 'horses'],
} as const;

const containers: readonly Container[] = [
  { one: 'box', many: 'boxes' },
  { one: 'bag', many: 'bags' },
  { one: 'basket', many: 'baskets' },
  { one: 'crate', many: 'crates' },
  { one: 'tray', many: 'trays' },
];

const people: readonly Person[] = [
  ...['Tom', 'Ben', 'Sam', 'Leo', 'Max', 'Paul', 'Omar', 'Ravi'].map((name): Person => ({
    name,
    he: 'he',
    him: 'him',
    his: 'his',
  })),
  ...['Ann', 'Mia', 'Eva', 'Lily', 'Rosa', 'Nina', 'Zoe', 'Kate'].map((name): Person => ({
    name,
    he: 'she',
    him: 'her',
    his: 'her',
  })),
];
