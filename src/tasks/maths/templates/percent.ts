import { defineTemplate, step } from '../template.js';
import type { Draw, Template } from '../template.js';

/** Percentages that come out whole. */
export const percent: readonly Template[] = [
  defineTemplate({
    name: 'percent-of-a-group',
    topics: ['percent'],
    numbers: (draw) => ({ total: 20 * draw(1, 15), rate: ratePicked(draw) }),
    story({ total, rate }, { random }) {
      const what = random.pick(['village', 'school', 'club', 'firm']);
      return {
        tells: [
          `A ${what} has ${total} people, and ${rate} percent of them ride a bike.`,
          `In a ${what} of ${total} people ${rate} percent ride a bike.`,
        ],
        asks: ['How many people ride a bike?', 'How many people is that?'],
        steps: [step('count = total * rate / 100', 'It is {} people.')],
      };
    },
  }),
  defineTemplate({
    name: 'discount',
    topics: ['percent', 'money', 'subtraction'],
    numbers: (draw) => ({ price: 20 * draw(1, 12), rate: ratePicked(draw) }),
    story({ price, rate }, { person, random }) {
      const who = person();
      const what = random.pick(['coat', 'lamp', 'table', 'watch', 'radio']);
      return {
        tells: [
          `A ${what} for ${price} dollars is sold at ${rate} percent off.`,
          `${who.name} wants a ${what} for ${price} dollars, and the shop takes ${rate} percent off.`,
        ],
        asks: [`How much is the ${what} now?`, 'What is the new price in dollars?'],
        steps: [
          step('off = price * rate / 100', 'The discount is {} dollars.'),
          step('pays = price - off', 'The new price is {} dollars.'),
        ],
      };
    },
  }),
  defineTemplate({
    name: 'pay-rise',
    topics: ['percent', 'money', 'addition'],
    numbers: (draw) => ({ pay: 20 * draw(5, 30), rate: ratePicked(draw) }),
    story({ pay, rate }, { person }) {
      const who = person();
      return {
        tells: [
          `${who.name} earns ${pay} dollars a week and gets a rise of ${rate} percent.`,
          `The pay of ${who.name}, ${pay} dollars a week, rises by ${rate} percent.`,
        ],
        asks: [`How much does ${who.name} earn now?`, 'What is the new pay in dollars?'],
        steps: [
          step('rise = pay * rate / 100', 'The rise is {} dollars.'),
          step('total = pay + rise', 'The new pay is {} dollars.'),
        ],
      };
    },
  }),
  defineTemplate({
    name: 'wrong-answers',
    topics: ['percent', 'subtraction'],
    numbers: (draw) => ({ questions: 20 * draw(1, 8), rate: ratePicked(draw) }),
    story({ questions, rate }, { person }) {
      const who = person();
      return {
        tells: [
          `A test has ${questions} questions. ${who.name} gets ${rate} percent of them right.`,
          `${who.name} answers ${rate} percent of ${questions} questions right.`,
        ],
        asks: [`How many questions does ${who.name} get wrong?`, 'How many answers are wrong?'],
        steps: [
          step('right = questions * rate / 100', 'The right answers are {}.'),
          step('wrong = questions - right', 'The wrong answers are {}.'),
        ],
      };
    },
  }),
  defineTemplate({
    name: 'discount-on-several',
    topics: ['percent', 'money', 'multiplication', 'subtraction'],
    numbers: (draw) => ({ count: draw(2, 6), price: 10 * draw(1, 6), rate: ratePicked(draw) }),
    story({ count, price, rate }, { person, random }) {
      const who = person();
      const what = random.pick(['shirts', 'hats', 'scarves', 'games']);
      return {
        tells: [
          `${who.name} buys ${count} ${what} at ${price} dollars each and gets ${rate} percent off the whole.`,
          `${what} are ${price} dollars each. ${who.name} takes ${count} of them and pays ${rate} percent less in all.`,
        ],
        asks: [`How much does ${who.name} pay?`, `How many dollars does ${who.he} pay?`],
        steps: [
          step('full = count * price', `The ${what} are {} dollars.`),
          step('off = full * rate / 100', 'The discount is {} dollars.'),
          step('pays = full - off', `${who.name} pays {} dollars.`),
        ],
      };
    },
  }),
  defineTemplate({
    name: 'saved-share',
    topics: ['percent', 'money', 'multiplication'],
    numbers: (draw) => ({ pay: 20 * draw(1, 10), rate: ratePicked(draw), weeks: draw(2, 9) }),
    story({ pay, rate, weeks }, { person }) {
      const who = person();
      return {
        tells: [
          `${who.name} earns ${pay} dollars a week and saves ${rate} percent of it.`,
          `Every week ${who.name} puts aside ${rate} percent of the ${pay} dollars ${who.he} earns.`,
        ],
        asks: [
          `How much does ${who.name} save in ${weeks} weeks?`,
          `How many dollars does ${who.he} have after ${weeks} weeks?`,
        ],
        steps: [
          step('weekly = pay * rate / 100', `${who.name} saves {} dollars a week.`),
          step('total = weekly * weeks', 'In all it is {} dollars.'),
        ],
      };
    },
  }),
  defineTemplate({
    name: 'meal-with-tip',
    topics: ['percent', 'money', 'addition', 'division'],
    heldOut: true,
    numbers: (draw) => ({ meal: 20 * draw(1, 10), rate: ratePicked(draw), people: draw(2, 6) }),
    story({ meal, rate, people }) {
      return {
        tells: [
          `${people} friends have a meal for ${meal} dollars, add a tip of ${rate} percent and share the cost equally.`,
          `A meal is ${meal} dollars, and ${people} friends share it and a tip of ${rate} percent equally.`,
        ],
        asks: ['How much does each friend pay?', 'How many dollars is that for each friend?'],
        steps: [
          step('tip = meal * rate / 100', 'The tip is {} dollars.'),
          step('total = meal + tip', 'In all it is {} dollars.'),
          step('each = total / people', 'Each friend pays {} dollars.'),
        ],
      };
    },
  }),
];

function ratePicked(draw: Draw): number {
  return [10, 20, 25, 30, 50, 75][draw(0, 5)];
}
