import { defineTemplate, step } from '../template.js';
import type { Template } from '../template.js';

/** Speeds and other amounts per time. */
export const rates: readonly Template[] = [
  defineTemplate({
    name: 'distance',
    topics: ['rates', 'multiplication'],
    numbers: (draw) => ({ speed: 5 * draw(2, 16), hours: draw(2, 9) }),
    story({ speed, hours }, { person, random }) {
      const who = person();
      const goes = random.pick(['drives', 'rides', 'travels']);
      return {
        tells: [
          `${who.name} ${goes} at ${speed} miles an hour for ${hours} hours.`,
          `For ${hours} hours ${who.name} ${goes} at a speed of ${speed} miles an hour.`,
        ],
        asks: [`How many miles does ${who.name} go?`, 'How many miles is that?'],
        steps: [step('miles = speed * hours', `${who.name} goes {} miles.`)],
      };
    },
  }),
  defineTemplate({
    name: 'two-legs',
    topics: ['rates', 'multiplication', 'addition'],
    numbers: (draw) => ({
      fast: 10 * draw(3, 8),
      first: draw(2, 6),
      slow: 5 * draw(2, 8),
      second: draw(2, 6),
    }),
    story({ fast, first, slow, second }, { person }) {
      const who = person();
      return {
        tells: [
          `${who.name} drives ${first} hours at ${fast} miles an hour and ${second} hours at ${slow} miles an hour.`,
          `At ${fast} miles an hour ${who.name} drives for ${first} hours, then at ${slow} miles an hour for ${second} hours.`,
        ],
        asks: [`How far does ${who.name} drive?`, 'How many miles is that in all?'],
        steps: [
          step('one = fast * first', 'The first part is {} miles.'),
          step('two = slow * second', 'The second part is {} miles.'),
          step('miles = one + two', 'In all it is {} miles.'),
        ],
      };
    },
  }),
  defineTemplate({
    name: 'travel-time',
    topics: ['rates', 'division'],
    numbers(draw) {
      const speed = 5 * draw(2, 12);
      return { miles: speed * draw(2, 9), speed };
    },
    story({ miles, speed }, { random }) {
      const what = random.pick(['train', 'bus', 'boat', 'truck']);
      return {
        tells: [
          `A ${what} goes ${miles} miles at ${speed} miles an hour.`,
          `At ${speed} miles an hour a ${what} travels ${miles} miles.`,
        ],
        asks: ['How many hours does it take?', `For how many hours does the ${what} travel?`],
        steps: [step('hours = miles / speed', 'It takes {} hours.')],
      };
    },
  }),
  defineTemplate({
    name: 'order-left',
    topics: ['rates', 'multiplication', 'subtraction'],
    numbers: (draw) => ({ order: 10 * draw(8, 30), rate: draw(6, 20), hours: draw(2, 9) }),
    story({ order, rate, hours }, { random }) {
      const part = random.pick(['parts', 'bolts', 'bricks', 'bottles']);
      return {
        tells: [
          `A machine makes ${rate} ${part} an hour. The order is ${order} ${part}, and it runs for ${hours} hours.`,
          `Of an order of ${order} ${part} a machine makes ${rate} an hour, for ${hours} hours so far.`,
        ],
        asks: [`How many ${part} are still to be made?`, `How many ${part} are missing?`],
        steps: [
          step('made = rate * hours', `The machine makes {} ${part}.`),
          step('left = order - made', `There are {} ${part} missing.`),
        ],
      };
    },
  }),
  defineTemplate({
    name: 'fill-the-tank',
    topics: ['rates', 'subtraction', 'division'],
    numbers(draw) {
      const rate = draw(3, 12);
      const inside = draw(5, 60);
      return { size: inside + rate * draw(3, 12), inside, rate };
    },
    story({ size, inside, rate }, { random }) {
      const what = random.pick(['tank', 'barrel', 'pool', 'pond']);
      return {
        tells: [
          `A ${what} holds ${size} gallons and has ${inside} gallons in it. A hose adds ${rate} gallons a minute.`,
          `A hose gives ${rate} gallons a minute. It fills a ${what} of ${size} gallons that has ${inside} gallons already.`,
        ],
        asks: [`In how many minutes is the ${what} full?`, 'How many minutes does it take?'],
        steps: [
          step('missing = size - inside', 'There are {} gallons missing.'),
          step('minutes = missing / rate', 'It takes {} minutes.'),
        ],
      };
    },
  }),
  defineTemplate({
    name: 'fuel-for-a-trip',
    topics: ['rates', 'money', 'division', 'multiplication'],
    numbers(draw) {
      const each = 5 * draw(2, 8);
      return { miles: each * draw(2, 12), each, price: draw(2, 6) };
    },
    story({ miles, each, price }, { person }) {
      const who = person();
      return {
        tells: [
          `${who.name} drives ${miles} miles. The car goes ${each} miles on a gallon, and a gallon is ${price} dollars.`,
          `A gallon of fuel is ${price} dollars and lasts for ${each} miles. ${who.name} drives ${miles} miles.`,
        ],
        asks: ['How much is the fuel for the trip?', `How much does ${who.name} pay for fuel?`],
        steps: [
          step('gallons = miles / each', 'The trip takes {} gallons.'),
          step('cost = gallons * price', 'The fuel is {} dollars.'),
        ],
      };
    },
  }),
  defineTemplate({
    name: 'workers-together',
    topics: ['rates', 'multiplication', 'division'],
    numbers(draw) {
      const workers = draw(2, 6);
      const rate = draw(2, 8);
      return { workers, rate, goal: workers * rate * draw(2, 9) };
    },
    story({ workers, rate, goal }, { random }) {
      const what = random.pick(['chairs', 'toys', 'shirts', 'lamps']);
      return {
        tells: [
          `${workers} workers make ${rate} ${what} an hour each. They have to make ${goal} ${what}.`,
          `An order asks for ${goal} ${what}. Each of ${workers} workers makes ${rate} ${what} an hour.`,
        ],
        asks: ['How many hours do they need?', 'How many hours does the work take?'],
        steps: [
          step('pace = workers * rate', `Together they make {} ${what} an hour.`),
          step('hours = goal / pace', 'They need {} hours.'),
        ],
      };
    },
  }),
  defineTemplate({
    name: 'meet-on-the-road',
    topics: ['rates', 'addition', 'multiplication'],
    heldOut: true,
    numbers: (draw) => ({ first: 5 * draw(2, 8), second: 5 * draw(2, 8), hours: draw(2, 6) }),
    story({ first, second, hours }, { person }) {
      const who = person();
      const other = person();
      return {
        tells: [
          `${who.name} and ${other.name} drive towards each other at ${first} and ${second} miles an hour and meet after ${hours} hours.`,
          `After ${hours} hours ${who.name}, who drives ${first} miles an hour, meets ${other.name}, who drives ${second} miles an hour the other way.`,
        ],
        asks: ['How far apart were they?', 'How many miles lay between them at the start?'],
        steps: [
          step('speed = first + second', 'They come closer by {} miles an hour.'),
          step('miles = speed * hours', 'They were {} miles apart.'),
        ],
      };
    },
  }),
];
