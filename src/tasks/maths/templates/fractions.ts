import { nouns } from '../style.js';
import { defineTemplate, part, severalParts, step } from '../template.js';
import type { Template } from '../template.js';

/** Halves, thirds, quarters of a whole. */
export const fractions: readonly Template[] = [
  defineTemplate({
    name: 'one-part',
    topics: ['fractions', 'division'],
    numbers(draw) {
      const parts = draw(2, 5);
      return { total: parts * draw(3, 20), parts };
    },
    story({ total, parts }, { person, things }) {
      const who = person();
      const fruit = things(nouns.fruit);
      return {
        tells: [
          `${who.name} has ${total} ${fruit}, and ${part(parts)} of them are ripe.`,
          `Of the ${total} ${fruit} of ${who.name} ${part(parts)} are ripe.`,
        ],
        asks: [`How many ${fruit} are ripe?`, `How many ripe ${fruit} does ${who.name} have?`],
        steps: [step('ripe = total / parts', `There are {} ripe ${fruit}.`)],
      };
    },
  }),
  defineTemplate({
    name: 'part-given-away',
    topics: ['fractions', 'division', 'subtraction'],
    numbers(draw) {
      const parts = draw(2, 5);
      return { total: parts * draw(3, 20), parts };
    },
    story({ total, parts }, { person, things }) {
      const who = person();
      const other = person();
      const toys = things(nouns.toys);
      return {
        tells: [
          `${who.name} has ${total} ${toys} and gives ${part(parts)} of them to ${other.name}.`,
          `${other.name} gets ${part(parts)} of the ${total} ${toys} that ${who.name} has.`,
        ],
        asks: [
          `How many ${toys} does ${who.name} keep?`,
          `How many ${toys} are left for ${who.name}?`,
        ],
        steps: [
          step('given = total / parts', `${other.name} gets {} ${toys}.`),
          step('left = total - given', `${who.name} keeps {} ${toys}.`),
        ],
      };
    },
  }),
  defineTemplate({
    name: 'several-parts',
    topics: ['fractions', 'division', 'multiplication'],
    numbers(draw) {
      const parts = draw(3, 5);
      return { total: parts * draw(3, 15), count: draw(2, parts - 1), parts };
    },
    story({ total, count, parts }, { random }) {
      const room = random.pick(['class', 'club', 'choir', 'camp']);
      return {
        tells: [
          `There are ${total} children in a ${room}, and ${severalParts(count, parts)} of them are girls.`,
          `In a ${room} of ${total} children ${severalParts(count, parts)} are girls.`,
        ],
        asks: [`How many girls are in the ${room}?`, 'How many girls are there?'],
        steps: [
          step('one = total / parts', 'One part is {} children.'),
          step('girls = one * count', 'There are {} girls.'),
        ],
      };
    },
  }),
  defineTemplate({
    name: 'part-then-part',
    topics: ['fractions', 'division', 'subtraction'],
    numbers(draw) {
      const first = draw(2, 4);
      const second = draw(2, 5);
      return { total: first * second * draw(1, 6), first, second };
    },
    story({ total, first, second }, { person, things }) {
      const who = person();
      const baked = things(nouns.baked);
      return {
        tells: [
          `${who.name} bakes ${total} ${baked}, sells ${part(first)} of them and then eats ${part(second)} of the rest.`,
          `Of ${total} ${baked} ${who.name} sells ${part(first)}. Then ${who.he} eats ${part(second)} of what is left.`,
        ],
        asks: [
          `How many ${baked} are left?`,
          `How many ${baked} does ${who.name} have at the end?`,
        ],
        steps: [
          step('sold = total / first', `${who.name} sells {} ${baked}.`),
          step('rest = total - sold', `Then {} ${baked} are left.`),
          step('eaten = rest / second', `${who.name} eats {} ${baked}.`),
          step('left = rest - eaten', `At the end {} ${baked} are left.`),
        ],
      };
    },
  }),
  defineTemplate({
    name: 'half-then-some',
    topics: ['fractions', 'division', 'subtraction'],
    numbers: (draw) => ({ total: 2 * draw(8, 45), more: draw(2, 20) }),
    story({ total, more }, { person, things }) {
      const who = person();
      const other = person();
      const toys = things(nouns.toys);
      return {
        tells: [
          `${who.name} had ${total} ${toys}, gave half of them to ${other.name} and lost ${more} of the others.`,
          `Half of the ${total} ${toys} of ${who.name} went to ${other.name}, and ${more} of the rest got lost.`,
        ],
        asks: [`How many ${toys} does ${who.name} have left?`, `How many ${toys} are left?`],
        steps: [
          step('half = total / 2', `Half of them is {} ${toys}.`),
          step('left = half - more', `${who.name} has {} ${toys} left.`),
        ],
      };
    },
  }),
  defineTemplate({
    name: 'rest-shared',
    topics: ['fractions', 'division', 'subtraction'],
    numbers(draw) {
      const parts = draw(2, 4);
      const friends = draw(2, 6);
      return { total: parts * friends * draw(1, 6), parts, friends };
    },
    story({ total, parts, friends }, { person, things }) {
      const who = person();
      const fruit = things(nouns.fruit);
      return {
        tells: [
          `${who.name} keeps ${part(parts)} of ${total} ${fruit} and shares the rest equally among ${friends} friends.`,
          `Of ${total} ${fruit} ${who.name} keeps ${part(parts)}. The rest goes to ${friends} friends in equal parts.`,
        ],
        asks: [
          `How many ${fruit} does each friend get?`,
          `How many ${fruit} are there for each friend?`,
        ],
        steps: [
          step('kept = total / parts', `${who.name} keeps {} ${fruit}.`),
          step('rest = total - kept', `The rest is {} ${fruit}.`),
          step('each = rest / friends', `Each friend gets {} ${fruit}.`),
        ],
      };
    },
  }),
  defineTemplate({
    name: 'girls-and-boys',
    topics: ['fractions', 'division', 'multiplication', 'subtraction'],
    heldOut: true,
    numbers(draw) {
      const parts = draw(3, 5);
      return { total: parts * draw(3, 30), count: draw(2, parts - 1), parts };
    },
    story({ total, count, parts }, { random }) {
      const place = random.pick(['bus', 'team', 'school trip', 'party']);
      return {
        tells: [
          `${total} children are on a ${place}. Girls make up ${severalParts(count, parts)} of them, and the others are boys.`,
          `Of ${total} children on a ${place} ${severalParts(count, parts)} are girls and the rest are boys.`,
        ],
        asks: ['How many boys are there?', `How many boys are on the ${place}?`],
        steps: [
          step('one = total / parts', 'One part is {} children.'),
          step('girls = one * count', 'There are {} girls.'),
          step('boys = total - girls', 'There are {} boys.'),
        ],
      };
    },
  }),
];
