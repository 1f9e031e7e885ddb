import { nouns } from '../style.js';
import { defineTemplate, step } from '../template.js';
import type { Template } from '../template.js';

/** Prices, wages and savings, in whole dollars. */
export const money: readonly Template[] = [
  defineTemplate({
    name: 'same-price',
    topics: ['money', 'multiplication'],
    numbers: (draw) => ({ count: draw(2, 12), price: draw(2, 15) }),
    story({ count, price }, { person, things }) {
      const who = person();
      const goods = things(nouns.goods);
      return {
        tells: [
          `${who.name} buys ${count} ${goods} for ${price} dollars each.`,
          `The ${goods} in a shop are ${price} dollars each, and ${who.name} takes ${count}.`,
        ],
        asks: [`How much does ${who.name} pay?`, 'How many dollars is that?'],
        steps: [step('cost = count * price', `${who.name} pays {} dollars.`)],
      };
    },
  }),
  defineTemplate({
    name: 'change-from-a-note',
    topics: ['money', 'multiplication', 'subtraction'],
    numbers: (draw) => ({ count: draw(2, 9), price: draw(2, 12), paid: 10 * draw(2, 10) }),
    story({ count, price, paid }, { person, things }) {
      const who = person();
      const goods = things(nouns.goods);
      return {
        tells: [
          `${who.name} buys ${count} ${goods} for ${price} dollars each and pays with ${paid} dollars.`,
          `${who.name} hands over ${paid} dollars for ${count} ${goods} at ${price} dollars each.`,
        ],
        asks: [`How much change does ${who.name} get?`, `How much money does ${who.he} get back?`],
        steps: [
          step('cost = count * price', `The ${goods} cost {} dollars.`),
          step('change = paid - cost', `${who.name} gets {} dollars back.`),
        ],
      };
    },
  }),
  defineTemplate({
    name: 'two-purchases',
    topics: ['money', 'multiplication', 'addition'],
    numbers: (draw) => ({
      some: draw(2, 9),
      price: draw(2, 9),
      others: draw(2, 9),
      cost: draw(3, 12),
    }),
    story({ some, price, others, cost }, { person, things }) {
      const who = person();
      const goods = things(nouns.goods);
      const more = things(nouns.goods);
      return {
        tells: [
          `${who.name} buys ${some} ${goods} at ${price} dollars each and ${others} ${more} at ${cost} dollars each.`,
          `In a shop ${goods} are ${price} dollars and ${more} are ${cost} dollars each. ${who.name} takes ${some} ${goods} and ${others} ${more}.`,
        ],
        asks: [`How much does ${who.name} spend?`, `How much does ${who.he} pay in all?`],
        steps: [
          step('one = some * price', `The ${goods} cost {} dollars.`),
          step('two = others * cost', `The ${more} cost {} dollars.`),
          step('total = one + two', `In all it is {} dollars.`),
        ],
      };
    },
  }),
  defineTemplate({
    name: 'saving-for-a-goal',
    topics: ['money', 'subtraction', 'division'],
    numbers(draw) {
      const weekly = draw(3, 12);
      const saved = draw(5, 60);
      return { goal: saved + weekly * draw(3, 12), saved, weekly };
    },
    story({ goal, saved, weekly }, { person, random }) {
      const who = person();
      const thing = random.pick(['bike', 'guitar', 'camera', 'tent', 'phone']);
      return {
        tells: [
          `A ${thing} is ${goal} dollars. ${who.name} has ${saved} dollars and saves ${weekly} dollars a week.`,
          `${who.name} wants a ${thing} for ${goal} dollars, has saved ${saved} dollars and puts aside ${weekly} dollars every week.`,
        ],
        asks: [
          `How many weeks must ${who.name} save?`,
          `In how many weeks can ${who.he} buy the ${thing}?`,
        ],
        steps: [
          step('missing = goal - saved', `${who.name} still needs {} dollars.`),
          step('weeks = missing / weekly', `That takes {} weeks.`),
        ],
      };
    },
  }),
  defineTemplate({
    name: 'earn-then-spend',
    topics: ['money', 'multiplication', 'subtraction'],
    numbers: (draw) => ({ hours: draw(2, 9), wage: draw(6, 15), spent: draw(5, 60) }),
    story({ hours, wage, spent }, { person, random }) {
      const who = person();
      const job = random.pick(['washes cars', 'walks dogs', 'paints fences', 'mows lawns']);
      return {
        tells: [
          `${who.name} ${job} for ${hours} hours at ${wage} dollars an hour and spends ${spent} dollars of it.`,
          `${who.name} ${job} and gets ${wage} dollars an hour. After ${hours} hours ${who.he} spends ${spent} dollars.`,
        ],
        asks: [`How much money is left?`, `How many dollars does ${who.name} have left?`],
        steps: [
          step('pay = hours * wage', `${who.name} earns {} dollars.`),
          step('left = pay - spent', `There are {} dollars left.`),
        ],
      };
    },
  }),
  defineTemplate({
    name: 'split-the-bill',
    topics: ['money', 'addition', 'division'],
    numbers(draw) {
      const people = draw(2, 8);
      const total = people * draw(5, 15);
      const food = draw(4, total - 4);
      return { food, drinks: total - food, people };
    },
    story({ food, drinks, people }) {
      return {
        tells: [
          `${people} friends pay ${food} dollars for food and ${drinks} dollars for drinks and split the bill equally.`,
          `The food is ${food} dollars, the drinks are ${drinks} dollars, and ${people} friends share the bill equally.`,
        ],
        asks: ['How much does each friend pay?', 'How many dollars is that for each friend?'],
        steps: [
          step('bill = food + drinks', 'The bill is {} dollars.'),
          step('each = bill / people', 'Each friend pays {} dollars.'),
        ],
      };
    },
  }),
  defineTemplate({
    name: 'stand-profit',
    topics: ['money', 'multiplication', 'addition', 'subtraction'],
    numbers: (draw) => ({
      cups: draw(10, 40),
      price: draw(2, 5),
      lemons: draw(3, 20),
      sugar: draw(2, 15),
    }),
    story({ cups, price, lemons, sugar }, { person }) {
      const who = person();
      return {
        tells: [
          `${who.name} sells ${cups} cups of lemonade for ${price} dollars each. The lemons were ${lemons} dollars and the sugar was ${sugar} dollars.`,
          `After paying ${lemons} dollars for lemons and ${sugar} dollars for sugar, ${who.name} sells ${cups} cups of lemonade at ${price} dollars each.`,
        ],
        asks: [`How much profit does ${who.name} make?`, `What is the profit in dollars?`],
        steps: [
          step('sales = cups * price', 'The sales bring {} dollars.'),
          step('costs = lemons + sugar', 'The costs are {} dollars.'),
          step('profit = sales - costs', 'The profit is {} dollars.'),
        ],
      };
    },
  }),
  defineTemplate({
    name: 'weekly-allowance',
    topics: ['money', 'multiplication', 'subtraction', 'division'],
    numbers(draw) {
      const price = draw(2, 6);
      const weeks = draw(3, 9);
      const money = draw(4, 10);
      return { weeks, money, spent: draw(3, 20), price };
    },
    story({ weeks, money, spent, price }, { person, things }) {
      const who = person();
      const toys = things(nouns.toys);
      return {
        tells: [
          `${who.name} gets ${money} dollars a week. After ${weeks} weeks ${who.he} pays ${spent} dollars for a book and buys ${toys} at ${price} dollars each with the rest.`,
          `For ${weeks} weeks ${who.name} saves ${money} dollars a week. A book takes ${spent} dollars of it, and the rest goes into ${toys} that are ${price} dollars each.`,
        ],
        asks: [`How many ${toys} does ${who.name} buy?`, `How many ${toys} does ${who.he} get?`],
        steps: [
          step('saved = weeks * money', `${who.name} saves {} dollars.`),
          step('rest = saved - spent', 'After the book {} dollars are left.'),
          step('count = rest / price', `That buys {} ${toys}.`),
        ],
      };
    },
  }),
  defineTemplate({
    name: 'family-tickets',
    topics: ['money', 'multiplication', 'addition'],
    heldOut: true,
    numbers: (draw) => ({
      adults: draw(2, 6),
      full: draw(6, 12),
      children: draw(2, 8),
      half: draw(2, 6),
    }),
    story({ adults, full, children, half }, { random }) {
      const place = random.pick(['zoo', 'museum', 'circus', 'pool']);
      return {
        tells: [
          `A ${place} ticket is ${full} dollars for adults and ${half} dollars for children. A group has ${adults} adults and ${children} children.`,
          `${adults} adults and ${children} children visit a ${place}. Adults pay ${full} dollars and children ${half} dollars each.`,
        ],
        asks: ['How much do they pay in all?', 'How much does the group pay?'],
        steps: [
          step('grown = adults * full', 'The adults pay {} dollars.'),
          step('young = children * half', 'The children pay {} dollars.'),
          step('total = grown + young', 'In all it is {} dollars.'),
        ],
      };
    },
  }),
  defineTemplate({
    name: 'market-day',
    topics: ['money', 'multiplication', 'addition', 'subtraction'],
    numbers: (draw) => ({
      some: draw(4, 12),
      price: draw(2, 6),
      others: draw(4, 12),
      cost: draw(2, 6),
      fee: draw(5, 20),
      fuel: draw(3, 12),
    }),
    story({ some, price, others, cost, fee, fuel }, { person, things, container }) {
      const who = person();
      const fruit = things(nouns.fruit);
      const more = things(nouns.fruit);
      const { many } = container();
      return {
        tells: [
          `${who.name} sells ${some} ${many} of ${fruit} at ${price} dollars each and ${others} ${many} of ${more} at ${cost} dollars each. The market takes ${fee} dollars and the fuel is ${fuel} dollars.`,
          `At the market ${who.name} pays a fee of ${fee} dollars and ${fuel} dollars for fuel, and sells ${some} ${many} of ${fruit} for ${price} dollars and ${others} ${many} of ${more} for ${cost} dollars each.`,
        ],
        asks: [`How much does ${who.name} earn?`, `How many dollars does ${who.he} take home?`],
        steps: [
          step('one = some * price', `The ${fruit} bring {} dollars.`),
          step('two = others * cost', `The ${more} bring {} dollars.`),
          step('sales = one + two', `Together it is {} dollars.`),
          step('rest = sales - fee', `After the fee {} dollars are left.`),
          step('home = rest - fuel', `After the fuel {} dollars are left.`),
        ],
      };
    },
  }),
];
