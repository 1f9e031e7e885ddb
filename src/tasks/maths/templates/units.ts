import { defineTemplate, step } from '../template.js';
import type { Template } from '../template.js';

/** Dozens, feet and inches, metres and centimetres. */
export const units: readonly Template[] = [
  defineTemplate({
    name: 'dozens-of-eggs',
    topics: ['units', 'multiplication', 'subtraction'],
    numbers: (draw) => ({ dozens: draw(2, 12), broken: draw(2, 20) }),
    story({ dozens, broken }, { person }) {
      const who = person();
      return {
        tells: [
          `${who.name} buys ${dozens} dozen eggs, and ${broken} of them break.`,
          `${broken} eggs break of the ${dozens} dozen that ${who.name} buys.`,
        ],
        asks: ['How many eggs are whole?', `How many eggs does ${who.name} have left?`],
        steps: [
          step('eggs = dozens * 12', 'There are {} eggs.'),
          step('whole = eggs - broken', 'There are {} eggs left.'),
        ],
      };
    },
  }),
  defineTemplate({
    name: 'feet-to-inches',
    topics: ['units', 'multiplication', 'addition'],
    numbers: (draw) => ({ feet: draw(2, 9), inches: draw(2, 11) }),
    story({ feet, inches }, { random }) {
      const what = random.pick(['plank', 'pole', 'fence', 'shelf']);
      return {
        tells: [
          `A ${what} is ${feet} feet and ${inches} inches long.`,
          `The length of a ${what} is ${feet} feet and ${inches} inches.`,
        ],
        asks: ['How many inches is that?', `How many inches long is the ${what}?`],
        steps: [
          step('whole = feet * 12', 'The feet are {} inches.'),
          step('total = whole + inches', 'In all it is {} inches.'),
        ],
      };
    },
  }),
  defineTemplate({
    name: 'ribbon-pieces',
    topics: ['units', 'multiplication', 'division'],
    numbers: (draw) => ({ meters: draw(2, 9), piece: 5 * draw(2, 10) }),
    story({ meters, piece }, { person, random }) {
      const who = person();
      const what = random.pick(['ribbon', 'rope', 'wire', 'string']);
      return {
        tells: [
          `${who.name} cuts ${meters} meters of ${what} into pieces of ${piece} centimeters.`,
          `From ${meters} meters of ${what} ${who.name} cuts pieces that are ${piece} centimeters long.`,
        ],
        asks: ['How many pieces are there?', `How many pieces does ${who.name} get?`],
        steps: [
          step('length = meters * 100', `The ${what} is {} centimeters long.`),
          step('pieces = length / piece', 'There are {} pieces.'),
        ],
      };
    },
  }),
  defineTemplate({
    name: 'dozens-for-sale',
    topics: ['units', 'money', 'multiplication', 'subtraction'],
    numbers: (draw) => ({ dozens: draw(2, 6), price: draw(2, 5), paid: draw(8, 60) }),
    story({ dozens, price, paid }, { person, random }) {
      const who = person();
      const what = random.pick(['donuts', 'eggs', 'roses', 'balloons']);
      return {
        tells: [
          `${who.name} pays ${paid} dollars for ${dozens} dozen ${what} and sells each for ${price} dollars.`,
          `${who.name} sells ${dozens} dozen ${what} at ${price} dollars each, after paying ${paid} dollars for them.`,
        ],
        asks: [`How much does ${who.name} gain?`, 'What is the gain in dollars?'],
        steps: [
          step('count = dozens * 12', `There are {} ${what}.`),
          step('sales = count * price', `The ${what} bring {} dollars.`),
          step('gain = sales - paid', 'The gain is {} dollars.'),
        ],
      };
    },
  }),
];
