import { nouns } from '../style.js';
import { defineTemplate, step } from '../template.js';
import type { Template } from '../template.js';

/** Adding to a heap and taking from it. */
export const collections: readonly Template[] = [
  defineTemplate({
    name: 'find-more',
    topics: ['addition'],
    numbers: (draw) => ({ had: draw(3, 60), found: draw(3, 40) }),
    story({ had, found }, { person, things }) {
      const who = person();
      const toys = things(nouns.toys);
      return {
        tells: [
          `${who.name} has ${had} ${toys}. ${who.name} finds ${found} more ${toys}.`,
          `${who.name} had ${had} ${toys} and then got ${found} more.`,
        ],
        asks: [
          `How many ${toys} does ${who.name} have now?`,
          `How many ${toys} does ${who.he} have in all?`,
        ],
        steps: [step('total = had + found', `${who.name} has {} ${toys}.`)],
      };
    },
  }),
  defineTemplate({
    name: 'give-some-away',
    topics: ['subtraction'],
    numbers: (draw) => ({ had: draw(12, 90), given: draw(3, 60) }),
    story({ had, given }, { person, things }) {
      const who = person();
      const other = person();
      const toys = things(nouns.toys);
      return {
        tells: [
          `${who.name} has ${had} ${toys} and gives ${given} of them to ${other.name}.`,
          `${who.name} gave ${given} of ${who.his} ${had} ${toys} to ${other.name}.`,
        ],
        asks: [
          `How many ${toys} does ${who.name} have left?`,
          `How many ${toys} are left for ${who.name}?`,
        ],
        steps: [step('left = had - given', `${who.name} has {} ${toys} left.`)],
      };
    },
  }),
  defineTemplate({
    name: 'find-then-give',
    topics: ['addition', 'subtraction'],
    numbers: (draw) => ({ had: draw(5, 50), found: draw(5, 40), given: draw(3, 30) }),
    story({ had, found, given }, { person, things }) {
      const who = person();
      const other = person();
      const toys = things(nouns.toys);
      return {
        tells: [
          `${who.name} has ${had} ${toys}. ${who.name} finds ${found} more and gives ${given} to ${other.name}.`,
          `After finding ${found} ${toys} to add to the ${had} at home, ${who.name} gave ${other.name} ${given} of them.`,
        ],
        asks: [
          `How many ${toys} does ${who.name} have left?`,
          `How many ${toys} does ${who.name} have now?`,
        ],
        steps: [
          step('all = had + found', `First ${who.name} has {} ${toys}.`),
          step('left = all - given', `Then {} ${toys} are left.`),
        ],
      };
    },
  }),
  defineTemplate({
    name: 'three-days',
    topics: ['addition'],
    numbers: (draw) => ({ first: draw(5, 40), second: draw(5, 40), third: draw(5, 40) }),
    story({ first, second, third }, { person, things }) {
      const who = person();
      const fruit = things(nouns.fruit);
      return {
        tells: [
          `${who.name} picks ${first} ${fruit} on Monday, ${second} on Tuesday and ${third} on Friday.`,
          `On three days ${who.name} picked ${first}, ${second} and ${third} ${fruit}.`,
        ],
        asks: [
          `How many ${fruit} does ${who.name} pick in all?`,
          `How many ${fruit} is that together?`,
        ],
        steps: [
          step('two = first + second', `After two days there are {} ${fruit}.`),
          step('total = two + third', `In all there are {} ${fruit}.`),
        ],
      };
    },
  }),
  defineTemplate({
    name: 'lost-and-found',
    topics: ['addition', 'subtraction'],
    numbers: (draw) => ({
      had: draw(20, 80),
      lost: draw(4, 30),
      won: draw(4, 30),
      sold: draw(4, 30),
    }),
    story({ had, lost, won, sold }, { person, things }) {
      const who = person();
      const toys = things(nouns.toys);
      return {
        tells: [
          `${who.name} has ${had} ${toys}, loses ${lost}, wins ${won} and then sells ${sold}.`,
          `Of ${had} ${toys} ${who.name} lost ${lost}. Later ${who.he} won ${won} more and sold ${sold}.`,
        ],
        asks: [`How many ${toys} are left?`, `How many ${toys} does ${who.name} have at the end?`],
        steps: [
          step('kept = had - lost', `After the loss there are {} ${toys}.`),
          step('grown = kept + won', `After the win there are {} ${toys}.`),
          step('left = grown - sold', `After the sale there are {} ${toys}.`),
        ],
      };
    },
  }),
  defineTemplate({
    name: 'boxes-and-loose',
    topics: ['multiplication', 'addition'],
    numbers: (draw) => ({ packs: draw(2, 9), each: draw(3, 12), loose: draw(2, 20) }),
    story({ packs, each, loose }, { person, things, container }) {
      const who = person();
      const fruit = things(nouns.fruit);
      const { one, many } = container();
      return {
        tells: [
          `${who.name} has ${packs} ${many} with ${each} ${fruit} in each ${one}, and ${loose} loose ${fruit}.`,
          `There are ${each} ${fruit} in every ${one}. ${who.name} carries ${packs} ${many} and ${loose} single ${fruit}.`,
        ],
        asks: [
          `How many ${fruit} does ${who.name} have?`,
          `How many ${fruit} are there altogether?`,
        ],
        steps: [
          step('packed = packs * each', `The ${many} hold {} ${fruit}.`),
          step('total = packed + loose', `With the loose ones there are {} ${fruit}.`),
        ],
      };
    },
  }),
  defineTemplate({
    name: 'used-from-packs',
    topics: ['multiplication', 'subtraction'],
    heldOut: true,
    numbers: (draw) => ({ packs: draw(2, 9), each: draw(4, 12), used: draw(3, 40) }),
    story({ packs, each, used }, { person, things }) {
      const who = person();
      const goods = things(['pencils', 'crayons', 'envelopes', 'batteries']);
      return {
        tells: [
          `A pack has ${each} ${goods}. ${who.name} opens ${packs} packs and uses ${used} ${goods}.`,
          `${who.name} bought ${packs} packs of ${each} ${goods} and has used ${used} so far.`,
        ],
        asks: [`How many ${goods} are not used?`, `How many ${goods} are left?`],
        steps: [
          step('bought = packs * each', `The packs hold {} ${goods}.`),
          step('left = bought - used', `There are {} ${goods} left.`),
        ],
      };
    },
  }),
];
