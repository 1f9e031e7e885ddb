import { defineTemplate, step, times } from '../template.js';
import type { Template } from '../template.js';

/** Ages now, later and ago. */
export const ages: readonly Template[] = [
  defineTemplate({
    name: 'older-by-years',
    topics: ['ages', 'addition'],
    numbers: (draw) => ({ age: draw(4, 30), older: draw(2, 20) }),
    story({ age, older }, { person }) {
      const who = person();
      const other = person();
      return {
        tells: [
          `${who.name} is ${age} years old. ${other.name} is ${older} years older.`,
          `${other.name} is ${older} years older than ${who.name}, who is ${age}.`,
        ],
        asks: [`How old is ${other.name}?`, `What is the age of ${other.name}?`],
        steps: [step('old = age + older', `${other.name} is {} years old.`)],
      };
    },
  }),
  defineTemplate({
    name: 'age-in-years',
    topics: ['ages', 'multiplication', 'addition'],
    numbers: (draw) => ({ age: draw(3, 14), factor: draw(2, 5), years: draw(2, 15) }),
    story({ age, factor, years }, { person }) {
      const who = person();
      const other = person();
      return {
        tells: [
          `${who.name} is ${age} years old and ${other.name} is ${times(factor)} as old.`,
          `${other.name} is ${times(factor)} as old as ${who.name}, who is ${age}.`,
        ],
        asks: [
          `How old will ${other.name} be in ${years} years?`,
          `What will the age of ${other.name} be ${years} years from now?`,
        ],
        steps: [
          step('now = age * factor', `${other.name} is {} years old.`),
          step('later = now + years', `In ${years} years that is {}.`),
        ],
      };
    },
  }),
  defineTemplate({
    name: 'age-years-ago',
    topics: ['ages', 'addition', 'subtraction'],
    numbers: (draw) => ({ age: draw(6, 30), older: draw(3, 20), ago: draw(2, 12) }),
    story({ age, older, ago }, { person }) {
      const who = person();
      const other = person();
      return {
        tells: [
          `${who.name} is ${age} years old and ${other.name} is ${older} years older.`,
          `${other.name} is ${older} years older than ${who.name}, who is ${age} now.`,
        ],
        asks: [
          `How old was ${other.name} ${ago} years ago?`,
          `What was the age of ${other.name} ${ago} years ago?`,
        ],
        steps: [
          step('now = age + older', `${other.name} is {} years old now.`),
          step('then = now - ago', `At that time ${other.name} was {}.`),
        ],
      };
    },
  }),
  defineTemplate({
    name: 'sum-of-ages',
    topics: ['ages', 'subtraction', 'addition'],
    numbers: (draw) => ({ age: draw(10, 40), younger: draw(2, 9) }),
    story({ age, younger }, { person }) {
      const who = person();
      const other = person();
      return {
        tells: [
          `${who.name} is ${age} and ${other.name} is ${younger} years younger.`,
          `${other.name} is ${younger} years younger than ${who.name}. ${who.name} is ${age} years old.`,
        ],
        asks: ['How old are they together?', 'What is the sum of their ages?'],
        steps: [
          step('second = age - younger', `${other.name} is {} years old.`),
          step('sum = age + second', 'Together they are {} years old.'),
        ],
      };
    },
  }),
  defineTemplate({
    name: 'three-siblings',
    topics: ['ages', 'multiplication', 'addition'],
    numbers: (draw) => ({ age: draw(3, 12), factor: draw(2, 4), older: draw(2, 9) }),
    story({ age, factor, older }, { person }) {
      const [a, b, c] = [person(), person(), person()];
      return {
        tells: [
          `${a.name} is ${age} years old, ${b.name} is ${times(factor)} as old as ${a.name}, and ${c.name} is ${older} years older than ${b.name}.`,
          `${c.name} is ${older} years older than ${b.name}. ${b.name} is ${times(factor)} as old as ${a.name}, who is ${age}.`,
        ],
        asks: [
          `How many years older than ${a.name} is ${c.name}?`,
          `By how many years is ${c.name} older than ${a.name}?`,
        ],
        steps: [
          step('second = age * factor', `${b.name} is {} years old.`),
          step('third = second + older', `${c.name} is {} years old.`),
          step('gap = third - age', `${c.name} is {} years older.`),
        ],
      };
    },
  }),
  defineTemplate({
    name: 'age-of-the-parent',
    topics: ['ages', 'addition', 'subtraction', 'multiplication'],
    heldOut: true,
    numbers: (draw) => ({ age: draw(6, 14), factor: draw(2, 4), years: draw(2, 10) }),
    story({ age, factor, years }, { person }) {
      const who = person();
      return {
        tells: [
          `${who.name} is ${age} years old. In ${years} years ${who.his} mother will be ${times(factor)} as old as ${who.name} will be then.`,
          `In ${years} years ${who.name}, who is ${age} now, will have a mother ${times(factor)} as old as ${who.him}.`,
        ],
        asks: [`How old is the mother now?`, `What is the age of the mother today?`],
        steps: [
          step('then = age + years', `${who.name} will be {} years old.`),
          step('mother = then * factor', 'The mother will be {} years old.'),
          step('now = mother - years', 'Now the mother is {} years old.'),
        ],
      };
    },
  }),
];
