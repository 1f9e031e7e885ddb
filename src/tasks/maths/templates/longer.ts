import { nouns } from '../style.js';
import { defineTemplate, part, step, times } from '../template.js';
import type { Template } from '../template.js';

/** Stories of four and five steps. */
export const longer: readonly Template[] = [
  defineTemplate({
    name: 'eggs-to-market',
    topics: ['money', 'multiplication', 'subtraction'],
    numbers: (draw) => ({
      hens: draw(3, 12),
      each: draw(2, 6),
      eaten: draw(2, 12),
      given: draw(2, 9),
      price: draw(2, 4),
    }),
    story({ hens, each, eaten, given, price }, { person }) {
      const who = person();
      return {
        tells: [
          `${who.name} has ${hens} hens that lay ${each} eggs each. ${who.name} eats ${eaten} eggs, gives away ${given} and sells the rest for ${price} dollars each.`,
          `Each of the ${hens} hens of ${who.name} lays ${each} eggs. Of these ${who.he} eats ${eaten}, gives away ${given} and sells the others at ${price} dollars each.`,
        ],
        asks: [`How much does ${who.name} earn?`, `How many dollars does ${who.he} get?`],
        steps: [
          step('eggs = hens * each', 'The hens lay {} eggs.'),
          step('kept = eggs - eaten', `After eating {} eggs are left.`),
          step('sold = kept - given', `For the sale there are {} eggs.`),
          step('pay = sold * price', 'They bring {} dollars.'),
        ],
      };
    },
  }),
  defineTemplate({
    name: 'party-cups',
    topics: ['multiplication', 'addition', 'division'],
    numbers: (draw) => ({
      guests: draw(4, 20),
      each: draw(2, 3),
      extra: draw(2, 20),
      pack: draw(4, 12),
    }),
    story({ guests, each, extra, pack }, { random }) {
      const what = random.pick(['cups', 'plates', 'napkins', 'straws']);
      return {
        tells: [
          `A party has ${guests} guests who need ${each} ${what} each, and ${extra} more ${what} are for the helpers. A pack holds ${pack} ${what}.`,
          `For a party ${what} come in packs of ${pack}. Each of ${guests} guests needs ${each} ${what}, and the helpers need ${extra} in all.`,
        ],
        asks: ['How many packs are needed?', `How many packs of ${what} is that?`],
        steps: [
          step('first = guests * each', `The guests need {} ${what}.`),
          step('all = first + extra', `In all it is {} ${what}.`),
          step('packs = all / pack', 'That is {} packs.'),
        ],
      };
    },
  }),
  defineTemplate({
    name: 'legs-on-the-farm',
    topics: ['multiplication', 'addition'],
    numbers: (draw) => ({ birds: draw(3, 20), beasts: draw(2, 15) }),
    story({ birds, beasts }, { things, random }) {
      const bird = random.pick(['hens', 'ducks', 'geese']);
      const beast = things(nouns.animals);
      return {
        tells: [
          `A farm has ${birds} ${bird} and ${beasts} ${beast}.`,
          `There are ${beasts} ${beast} and ${birds} ${bird} on a farm.`,
        ],
        asks: ['How many legs do the animals have?', 'How many legs are there in all?'],
        steps: [
          step('one = birds * 2', `The ${bird} have {} legs.`),
          step('two = beasts * 4', `The ${beast} have {} legs.`),
          step('legs = one + two', 'In all there are {} legs.'),
        ],
      };
    },
  }),
  defineTemplate({
    name: 'bus-stops',
    topics: ['addition', 'subtraction'],
    numbers: (draw) => ({
      start: draw(12, 40),
      off: draw(3, 15),
      on: draw(3, 15),
      last: draw(2, 12),
      more: draw(2, 12),
    }),
    story({ start, off, on, last, more }, { random }) {
      const what = random.pick(['bus', 'train', 'tram', 'ferry']);
      return {
        tells: [
          `A ${what} leaves with ${start} people. At the first stop ${off} get off and ${on} get on, at the next ${last} get off and ${more} get on.`,
          `${start} people are on a ${what}. First ${off} leave and ${on} come in, then ${last} leave and ${more} come in.`,
        ],
        asks: [`How many people are on the ${what} now?`, 'How many people are there at the end?'],
        steps: [
          step('a = start - off', 'After some get off there are {} people.'),
          step('b = a + on', 'After some get on there are {} people.'),
          step('c = b - last', 'After the next get off there are {} people.'),
          step('d = c + more', 'At the end there are {} people.'),
        ],
      };
    },
  }),
  defineTemplate({
    name: 'school-trip',
    topics: ['money', 'addition', 'division', 'multiplication'],
    numbers(draw) {
      const seats = 2 * draw(2, 10);
      const buses = draw(2, 6);
      const teachers = draw(2, 9);
      return {
        children: seats * buses - teachers,
        teachers,
        seats,
        price: draw(2, 9) * 10,
        food: draw(10, 60),
      };
    },
    story({ children, teachers, seats, price, food }, { random }) {
      const place = random.pick(['zoo', 'lake', 'castle', 'farm']);
      return {
        tells: [
          `${children} children and ${teachers} teachers go to a ${place} in buses with ${seats} seats. A bus is ${price} dollars, and the food is ${food} dollars.`,
          `For a trip to a ${place} a bus of ${seats} seats is ${price} dollars and the food is ${food} dollars in all. ${children} children and ${teachers} teachers go.`,
        ],
        asks: ['How much is the trip?', 'How many dollars is the trip in all?'],
        steps: [
          step('people = children + teachers', 'There are {} people.'),
          step('buses = people / seats', 'They need {} buses.'),
          step('fare = buses * price', 'The buses are {} dollars.'),
          step('total = fare + food', 'In all it is {} dollars.'),
        ],
      };
    },
  }),
  defineTemplate({
    name: 'bake-sale',
    topics: ['money', 'fractions', 'multiplication', 'subtraction', 'division'],
    numbers(draw) {
      const parts = draw(2, 4);
      const trays = parts * draw(1, 3);
      return { trays, each: draw(4, 12), parts, price: draw(2, 5), costs: draw(3, 30) };
    },
    story({ trays, each, parts, price, costs }, { person, things }) {
      const who = person();
      const baked = things(nouns.baked);
      return {
        tells: [
          `${who.name} bakes ${trays} trays of ${each} ${baked} and gives ${part(parts)} of them away. The rest is sold at ${price} dollars each, and the flour was ${costs} dollars.`,
          `The flour is ${costs} dollars. With it ${who.name} bakes ${trays} trays of ${each} ${baked}, gives away ${part(parts)} and sells the others at ${price} dollars each.`,
        ],
        asks: [`How much does ${who.name} gain?`, 'What is the gain in dollars?'],
        steps: [
          step('all = trays * each', `There are {} ${baked}.`),
          step('given = all / parts', `${who.name} gives away {} ${baked}.`),
          step('sold = all - given', `For the sale there are {} ${baked}.`),
          step('sales = sold * price', 'They bring {} dollars.'),
          step('gain = sales - costs', 'The gain is {} dollars.'),
        ],
      };
    },
  }),
  defineTemplate({
    name: 'garden-beds',
    topics: ['multiplication', 'addition', 'subtraction'],
    numbers: (draw) => ({
      beds: draw(2, 8),
      each: draw(4, 12),
      pots: draw(2, 9),
      inPot: draw(2, 5),
      dead: draw(2, 20),
    }),
    story({ beds, each, pots, inPot, dead }, { person, things }) {
      const who = person();
      const flowers = things(nouns.flowers);
      return {
        tells: [
          `${who.name} plants ${beds} beds with ${each} ${flowers} each and ${pots} pots with ${inPot} each. ${dead} of the ${flowers} die.`,
          `In ${beds} beds ${who.name} plants ${each} ${flowers} each, in ${pots} pots ${inPot} each, but ${dead} of them die.`,
        ],
        asks: [`How many ${flowers} are left?`, `How many ${flowers} does ${who.name} have?`],
        steps: [
          step('one = beds * each', `The beds hold {} ${flowers}.`),
          step('two = pots * inPot', `The pots hold {} ${flowers}.`),
          step('all = one + two', `Together there are {} ${flowers}.`),
          step('left = all - dead', `There are {} ${flowers} left.`),
        ],
      };
    },
  }),
  defineTemplate({
    name: 'class-savings',
    topics: ['money', 'multiplication', 'addition', 'subtraction', 'division'],
    numbers: (draw) => ({
      pupils: draw(4, 12),
      fee: draw(2, 9),
      gift: draw(5, 30),
      spent: draw(5, 40),
      parts: draw(2, 6),
    }),
    story({ pupils, fee, gift, spent, parts }, { random }) {
      const what = random.pick(['class', 'team', 'choir', 'club']);
      return {
        tells: [
          `Each of ${pupils} members of a ${what} pays ${fee} dollars, and a parent gives ${gift} dollars. They spend ${spent} dollars and share the rest among ${parts} projects equally.`,
          `A ${what} of ${pupils} members collects ${fee} dollars each and gets ${gift} dollars as a gift. After spending ${spent} dollars the rest goes to ${parts} projects in equal parts.`,
        ],
        asks: ['How much does each project get?', 'How many dollars are there for each project?'],
        steps: [
          step('fees = pupils * fee', 'The members pay {} dollars.'),
          step('all = fees + gift', 'Together it is {} dollars.'),
          step('rest = all - spent', 'After spending {} dollars are left.'),
          step('each = rest / parts', 'Each project gets {} dollars.'),
        ],
      };
    },
  }),
  defineTemplate({
    name: 'orchard-days',
    topics: ['multiplication', 'addition', 'division'],
    numbers: (draw) => ({
      first: draw(4, 20),
      factor: draw(2, 3),
      fewer: draw(2, 9),
      rotten: draw(2, 9),
      box: draw(2, 8),
    }),
    story({ first, factor, fewer, rotten, box }, { person, things, container }) {
      const who = person();
      const fruit = things(nouns.fruit);
      const { many } = container();
      return {
        tells: [
          `${who.name} picks ${first} ${fruit} on Monday and ${times(factor)} as many on Tuesday. On Friday it is ${fewer} fewer than on Tuesday. ${rotten} of all ${fruit} are rotten, and the others go into ${many} of ${box}.`,
          `On Tuesday ${who.name} picks ${times(factor)} as many ${fruit} as on Monday, when it is ${first}, and on Friday ${fewer} fewer than on Tuesday. Without ${rotten} rotten ones they fill ${many} of ${box}.`,
        ],
        asks: [`How many ${many} are filled?`, `How many ${many} does ${who.name} fill?`],
        steps: [
          step('second = first * factor', `On Tuesday it is {} ${fruit}.`),
          step('third = second - fewer', `On Friday it is {} ${fruit}.`),
          step('all = first + second + third', `In all it is {} ${fruit}.`),
          step('good = all - rotten', `The good ones are {} ${fruit}.`),
          step('filled = good / box', `They fill {} ${many}.`),
        ],
      };
    },
  }),
  defineTemplate({
    name: 'moving-day',
    topics: ['money', 'time', 'multiplication', 'addition', 'subtraction'],
    heldOut: true,
    numbers: (draw) => ({
      hours: draw(3, 9),
      wage: draw(6, 15),
      helpers: draw(2, 4),
      truck: 10 * draw(3, 9),
      saved: 100 * draw(3, 9),
    }),
    story({ hours, wage, helpers, truck, saved }, { person }) {
      const who = person();
      return {
        tells: [
          `${who.name} has ${saved} dollars and moves with ${helpers} helpers who get ${wage} dollars an hour each. They work ${hours} hours, and the truck is ${truck} dollars.`,
          `To move, ${who.name} pays ${truck} dollars for a truck and ${helpers} helpers for ${hours} hours at ${wage} dollars an hour each, out of ${saved} dollars.`,
        ],
        asks: [`How much money does ${who.name} have left?`, 'How many dollars are left?'],
        steps: [
          step('pay = hours * wage', 'One helper gets {} dollars.'),
          step('all = pay * helpers', 'The helpers get {} dollars.'),
          step('costs = all + truck', 'With the truck it is {} dollars.'),
          step('left = saved - costs', 'There are {} dollars left.'),
        ],
      };
    },
  }),
  defineTemplate({
    name: 'shop-week',
    topics: ['money', 'fractions', 'multiplication', 'addition', 'subtraction'],
    numbers: (draw) => ({
      count: draw(4, 12),
      price: draw(2, 10),
      others: draw(2, 9),
      cost: draw(2, 10),
      rent: draw(5, 60),
    }),
    story({ count, price, others, cost, rent }, { person, things }) {
      const who = person();
      const goods = things(nouns.goods);
      const more = things(nouns.goods);
      return {
        tells: [
          `In a week ${who.name} sells ${count} ${goods} at ${price} dollars and ${others} ${more} at ${cost} dollars each. The rent is ${rent} dollars, and ${who.name} keeps half of what is left.`,
          `${who.name} pays ${rent} dollars of rent and sells ${count} ${goods} for ${price} dollars and ${others} ${more} for ${cost} dollars each. Half of the rest is for ${who.him}.`,
        ],
        asks: [`How much does ${who.name} keep?`, `How many dollars are for ${who.name}?`],
        steps: [
          step('one = count * price', `The ${goods} bring {} dollars.`),
          step('two = others * cost', `The ${more} bring {} dollars.`),
          step('sales = one + two', 'Together it is {} dollars.'),
          step('rest = sales - rent', 'After the rent {} dollars are left.'),
          step('kept = rest / 2', `${who.name} keeps {} dollars.`),
        ],
      };
    },
  }),
];
