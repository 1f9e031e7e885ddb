import { nouns } from '../style.js';
import { defineTemplate, step, times } from '../template.js';
import type { Template } from '../template.js';

/** More than, fewer than, times as many. */
export const comparisons: readonly Template[] = [
  defineTemplate({
    name: 'difference',
    topics: ['subtraction'],
    numbers: (draw) => ({ more: draw(20, 99), fewer: draw(5, 60) }),
    story({ more, fewer }, { person, things }) {
      const who = person();
      const other = person();
      const toys = things(nouns.toys);
      return {
        tells: [
          `${who.name} has ${more} ${toys} and ${other.name} has ${fewer}.`,
          `${other.name} has collected ${fewer} ${toys}, ${who.name} ${more}.`,
        ],
        asks: [
          `How many more ${toys} does ${who.name} have?`,
          `By how many ${toys} is ${who.name} ahead of ${other.name}?`,
        ],
        steps: [step('ahead = more - fewer', `${who.name} has {} more ${toys}.`)],
      };
    },
  }),
  defineTemplate({
    name: 'more-than-together',
    topics: ['addition'],
    numbers: (draw) => ({ first: draw(4, 40), more: draw(3, 25) }),
    story({ first, more }, { person, things }) {
      const who = person();
      const other = person();
      const toys = things(nouns.toys);
      return {
        tells: [
          `${who.name} has ${first} ${toys}. ${other.name} has ${more} more than ${who.name}.`,
          `${other.name} has ${more} more ${toys} than ${who.name}, who has ${first}.`,
        ],
        asks: [
          `How many ${toys} do they have together?`,
          `How many ${toys} do the two have in all?`,
        ],
        steps: [
          step('second = first + more', `${other.name} has {} ${toys}.`),
          step('total = first + second', `Together they have {} ${toys}.`),
        ],
      };
    },
  }),
  defineTemplate({
    name: 'fewer-than-together',
    topics: ['addition', 'subtraction'],
    numbers: (draw) => ({ first: draw(12, 50), fewer: draw(3, 25) }),
    story({ first, fewer }, { person, things }) {
      const who = person();
      const other = person();
      const fruit = things(nouns.fruit);
      return {
        tells: [
          `${who.name} picks ${first} ${fruit}. ${other.name} picks ${fewer} fewer than ${who.name}.`,
          `${other.name} picks ${fewer} ${fruit} fewer than ${who.name}, who picks ${first}.`,
        ],
        asks: [
          `How many ${fruit} do they pick together?`,
          `How many ${fruit} do the two have in all?`,
        ],
        steps: [
          step('second = first - fewer', `${other.name} picks {} ${fruit}.`),
          step('total = first + second', `Together they pick {} ${fruit}.`),
        ],
      };
    },
  }),
  defineTemplate({
    name: 'times-as-many',
    topics: ['multiplication', 'addition'],
    numbers: (draw) => ({ first: draw(3, 20), factor: draw(2, 5) }),
    story({ first, factor }, { person, things }) {
      const who = person();
      const other = person();
      const toys = things(nouns.toys);
      return {
        tells: [
          `${who.name} has ${first} ${toys}. ${other.name} has ${times(factor)} as many.`,
          `${other.name} has ${times(factor)} as many ${toys} as ${who.name}, who has ${first}.`,
        ],
        asks: [
          `How many ${toys} do they have together?`,
          `How many ${toys} do the two have in all?`,
        ],
        steps: [
          step('second = first * factor', `${other.name} has {} ${toys}.`),
          step('total = first + second', `Together they have {} ${toys}.`),
        ],
      };
    },
  }),
  defineTemplate({
    name: 'times-and-more',
    topics: ['multiplication', 'addition'],
    numbers: (draw) => ({ first: draw(3, 15), factor: draw(2, 5), more: draw(2, 15) }),
    story({ first, factor, more }, { person, things }) {
      const who = person();
      const other = person();
      const fruit = things(nouns.fruit);
      return {
        tells: [
          `${who.name} has ${first} ${fruit}. ${other.name} has ${more} more than ${times(factor)} as many.`,
          `${other.name} has ${times(factor)} as many ${fruit} as ${who.name} and ${more} more. ${who.name} has ${first}.`,
        ],
        asks: [`How many ${fruit} do they have together?`, `How many ${fruit} is that in all?`],
        steps: [
          step('multiple = first * factor', `${times(factor)} as many is {} ${fruit}.`),
          step('second = multiple + more', `${other.name} has {} ${fruit}.`),
          step('total = first + second', `Together they have {} ${fruit}.`),
        ],
      };
    },
  }),
  defineTemplate({
    name: 'three-collectors',
    topics: ['addition', 'subtraction', 'multiplication'],
    numbers: (draw) => ({ first: draw(5, 20), factor: draw(2, 4), fewer: draw(2, 15) }),
    story({ first, factor, fewer }, { person, things }) {
      const [a, b, c] = [person(), person(), person()];
      const toys = things(nouns.toys);
      return {
        tells: [
          `${a.name} has ${first} ${toys}, ${b.name} has ${times(factor)} as many as ${a.name}, and ${c.name} has ${fewer} fewer than ${b.name}.`,
          `${b.name} has ${times(factor)} as many ${toys} as ${a.name}. ${c.name} has ${fewer} fewer than ${b.name}, and ${a.name} has ${first}.`,
        ],
        asks: [`How many ${toys} do the three have together?`, `How many ${toys} is that in all?`],
        steps: [
          step('second = first * factor', `${b.name} has {} ${toys}.`),
          step('third = second - fewer', `${c.name} has {} ${toys}.`),
          step('two = first + second', `${a.name} and ${b.name} have {} ${toys}.`),
          step('total = two + third', `All three have {} ${toys}.`),
        ],
      };
    },
  }),
  defineTemplate({
    name: 'even-out',
    topics: ['addition', 'subtraction', 'division'],
    heldOut: true,
    numbers(draw) {
      const fewer = draw(4, 30);
      return { more: fewer + 2 * draw(2, 15), fewer };
    },
    story({ more, fewer }, { person, things }) {
      const who = person();
      const other = person();
      const toys = things(nouns.toys);
      return {
        tells: [
          `${who.name} has ${more} ${toys} and ${other.name} has ${fewer}. They want to have the same number.`,
          `${other.name} has ${fewer} ${toys}, ${who.name} has ${more}, and both want equally many.`,
        ],
        asks: [
          `How many ${toys} must ${who.name} give to ${other.name}?`,
          `How many ${toys} does ${other.name} have to get from ${who.name}?`,
        ],
        steps: [
          step('ahead = more - fewer', `${who.name} has {} ${toys} more.`),
          step('given = ahead / 2', `${who.name} gives away {} ${toys}.`),
        ],
      };
    },
  }),
];
