import { defineTemplate, step } from '../template.js';
import type { Template } from '../template.js';

/** Minutes, hours, days and weeks. */
export const time: readonly Template[] = [
  defineTemplate({
    name: 'daily-practice',
    topics: ['time', 'multiplication'],
    numbers: (draw) => ({ minutes: 5 * draw(2, 9), days: draw(2, 7) }),
    story({ minutes, days }, { person, random }) {
      const who = person();
      const what = random.pick(['the piano', 'the drums', 'the flute', 'chess']);
      return {
        tells: [
          `${who.name} plays ${what} for ${minutes} minutes a day on ${days} days.`,
          `On each of ${days} days ${who.name} plays ${what} for ${minutes} minutes.`,
        ],
        asks: ['How many minutes is that in all?', `For how many minutes does ${who.he} play?`],
        steps: [step('total = minutes * days', `${who.name} plays for {} minutes.`)],
      };
    },
  }),
  defineTemplate({
    name: 'hours-to-minutes',
    topics: ['time', 'units', 'multiplication', 'addition'],
    numbers: (draw) => ({ hours: draw(2, 9), minutes: draw(5, 55) }),
    story({ hours, minutes }, { random }) {
      const what = random.pick(['film', 'concert', 'flight', 'match']);
      return {
        tells: [
          `A ${what} takes ${hours} hours and ${minutes} minutes.`,
          `It takes ${hours} hours and ${minutes} minutes until a ${what} is over.`,
        ],
        asks: [`How many minutes is the ${what}?`, 'How many minutes is that?'],
        steps: [
          step('whole = hours * 60', 'The hours are {} minutes.'),
          step('total = whole + minutes', 'In all it is {} minutes.'),
        ],
      };
    },
  }),
  defineTemplate({
    name: 'days-to-read',
    topics: ['time', 'division'],
    numbers(draw) {
      const daily = draw(4, 15);
      return { pages: daily * draw(3, 12), daily };
    },
    story({ pages, daily }, { person }) {
      const who = person();
      return {
        tells: [
          `A book has ${pages} pages. ${who.name} reads ${daily} pages a day.`,
          `${who.name} reads ${daily} pages every day in a book of ${pages} pages.`,
        ],
        asks: ['How many days does the book take?', `After how many days is ${who.name} done?`],
        steps: [step('days = pages / daily', 'It takes {} days.')],
      };
    },
  }),
  defineTemplate({
    name: 'pages-left',
    topics: ['time', 'multiplication', 'subtraction', 'division'],
    numbers(draw) {
      const faster = draw(4, 12);
      const daily = draw(4, 12);
      const days = draw(2, 6);
      return { pages: daily * days + faster * draw(2, 8), daily, days, faster };
    },
    story({ pages, daily, days, faster }, { person }) {
      const who = person();
      return {
        tells: [
          `${who.name} reads ${daily} pages a day for ${days} days in a book of ${pages} pages. After that ${who.he} reads ${faster} pages a day.`,
          `A book has ${pages} pages. For ${days} days ${who.name} reads ${daily} pages a day, then ${faster} pages a day.`,
        ],
        asks: [
          'How many more days does the book take?',
          `How many days does ${who.name} need for the rest?`,
        ],
        steps: [
          step('read = daily * days', `${who.name} reads {} pages first.`),
          step('left = pages - read', 'Then {} pages are left.'),
          step('more = left / faster', 'They take {} days.'),
        ],
      };
    },
  }),
  defineTemplate({
    name: 'weekly-hours',
    topics: ['time', 'units', 'multiplication', 'division'],
    numbers: (draw) => ({ minutes: 10 * draw(2, 9), days: draw(2, 12) }),
    story({ minutes, days }, { person, random }) {
      const who = person();
      const what = random.pick(['swims', 'runs', 'dances', 'trains']);
      return {
        tells: [
          `${who.name} ${what} for ${minutes} minutes on each of ${days} days.`,
          `On ${days} days ${who.name} ${what}, each time for ${minutes} minutes.`,
        ],
        asks: ['How many hours is that in all?', 'How many hours is that together?'],
        steps: [
          step('total = minutes * days', `${who.name} ${what} for {} minutes.`),
          step('hours = total / 60', 'That is {} hours.'),
        ],
      };
    },
  }),
  defineTemplate({
    name: 'homework-time',
    topics: ['time', 'multiplication', 'addition'],
    numbers: (draw) => ({ sums: draw(3, 12), each: draw(2, 6), reading: 5 * draw(2, 8) }),
    story({ sums, each, reading }, { person }) {
      const who = person();
      return {
        tells: [
          `${who.name} does ${sums} sums, which take ${each} minutes each, and reads for ${reading} minutes.`,
          `After reading for ${reading} minutes ${who.name} does ${sums} sums in ${each} minutes each.`,
        ],
        asks: [
          'How many minutes does the homework take?',
          `How many minutes does ${who.name} work?`,
        ],
        steps: [
          step('work = sums * each', 'The sums take {} minutes.'),
          step('total = work + reading', 'In all it is {} minutes.'),
        ],
      };
    },
  }),
  defineTemplate({
    name: 'weeks-of-feed',
    topics: ['time', 'units', 'multiplication'],
    numbers: (draw) => ({ weeks: draw(2, 6), daily: draw(2, 9) }),
    story({ weeks, daily }, { person, random }) {
      const who = person();
      const pet = random.pick(['dog', 'cat', 'rabbit', 'parrot']);
      return {
        tells: [
          `The ${pet} of ${who.name} eats ${daily} cups of food a day.`,
          `${who.name} gives ${who.his} ${pet} ${daily} cups of food every day.`,
        ],
        asks: [
          `How many cups does ${who.he} need for ${weeks} weeks?`,
          `How many cups of food does the ${pet} eat in ${weeks} weeks?`,
        ],
        steps: [
          step('days = weeks * 7', 'It is {} days.'),
          step('cups = days * daily', 'The food is {} cups.'),
        ],
      };
    },
  }),
];
