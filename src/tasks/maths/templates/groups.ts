import { nouns } from '../style.js';
import { defineTemplate, step } from '../template.js';
import type { Template } from '../template.js';

/** Equal groups: multiplying, dividing exactly. */
export const groups: readonly Template[] = [
  defineTemplate({
    name: 'rows-of-chairs',
    topics: ['multiplication'],
    numbers: (draw) => ({ rows: draw(2, 12), seats: draw(3, 15) }),
    story({ rows, seats }, { random }) {
      const room = random.pick(['hall', 'theatre', 'classroom', 'tent']);
      return {
        tells: [
          `A ${room} has ${rows} rows with ${seats} chairs in each row.`,
          `In a ${room} every row has ${seats} chairs. There are ${rows} rows.`,
        ],
        asks: ['How many chairs are there?', `How many chairs are in the ${room}?`],
        steps: [step('chairs = rows * seats', 'There are {} chairs.')],
      };
    },
  }),
  defineTemplate({
    name: 'share-equally',
    topics: ['division'],
    numbers(draw) {
      const friends = draw(2, 9);
      return { total: friends * draw(3, 15), friends };
    },
    story({ total, friends }, { person, things }) {
      const who = person();
      const baked = things(nouns.baked);
      return {
        tells: [
          `${who.name} shares ${total} ${baked} equally among ${friends} friends.`,
          `${friends} friends of ${who.name} get ${total} ${baked} in equal parts.`,
        ],
        asks: [
          `How many ${baked} does each friend get?`,
          `How many ${baked} are there for each of the friends?`,
        ],
        steps: [step('each = total / friends', `Each friend gets {} ${baked}.`)],
      };
    },
  }),
  defineTemplate({
    name: 'fill-containers',
    topics: ['division'],
    numbers(draw) {
      const size = draw(3, 12);
      return { total: size * draw(3, 12), size };
    },
    story({ total, size }, { person, things, container }) {
      const who = person();
      const fruit = things(nouns.fruit);
      const { one, many } = container();
      return {
        tells: [
          `${who.name} packs ${total} ${fruit} into ${many} of ${size}.`,
          `A ${one} holds ${size} ${fruit}. ${who.name} has ${total} ${fruit} to pack.`,
        ],
        asks: [`How many ${many} does ${who.name} need?`, `How many ${many} will be full?`],
        steps: [step('needed = total / size', `${who.name} needs {} ${many}.`)],
      };
    },
  }),
  defineTemplate({
    name: 'share-two-heaps',
    topics: ['addition', 'division'],
    numbers(draw) {
      const friends = draw(2, 8);
      const total = friends * draw(4, 12);
      const first = draw(3, total - 3);
      return { first, second: total - first, friends };
    },
    story({ first, second, friends }, { person, things }) {
      const who = person();
      const other = person();
      const toys = things(nouns.toys);
      return {
        tells: [
          `${who.name} has ${first} ${toys} and ${other.name} has ${second}. They share them all equally among ${friends} children.`,
          `${friends} children share the ${first} ${toys} of ${who.name} and the ${second} ${toys} of ${other.name} equally.`,
        ],
        asks: [
          `How many ${toys} does each child get?`,
          `How many ${toys} are there for each child?`,
        ],
        steps: [
          step('all = first + second', `Together there are {} ${toys}.`),
          step('each = all / friends', `Each child gets {} ${toys}.`),
        ],
      };
    },
  }),
  defineTemplate({
    name: 'packs-shared',
    topics: ['multiplication', 'division'],
    numbers(draw) {
      const friends = draw(2, 6);
      return { packs: friends * draw(1, 3), each: draw(4, 12), friends };
    },
    story({ packs, each, friends }, { person, things, container }) {
      const who = person();
      const baked = things(nouns.baked);
      const { many } = container();
      return {
        tells: [
          `${who.name} buys ${packs} ${many} of ${each} ${baked} for ${friends} guests, who all get the same.`,
          `${friends} guests share ${packs} ${many} with ${each} ${baked} each in equal parts.`,
        ],
        asks: [
          `How many ${baked} does each guest get?`,
          `How many ${baked} are there for a guest?`,
        ],
        steps: [
          step('all = packs * each', `There are {} ${baked}.`),
          step('share = all / friends', `Each guest gets {} ${baked}.`),
        ],
      };
    },
  }),
  defineTemplate({
    name: 'trays-minus-eaten',
    topics: ['multiplication', 'subtraction'],
    numbers: (draw) => ({ trays: draw(2, 9), each: draw(4, 12), eaten: draw(3, 30) }),
    story({ trays, each, eaten }, { person, things }) {
      const who = person();
      const baked = things(nouns.baked);
      return {
        tells: [
          `${who.name} bakes ${trays} trays of ${each} ${baked}. The family eats ${eaten} of them.`,
          `Each tray holds ${each} ${baked}. ${who.name} bakes ${trays} trays, and ${eaten} ${baked} are eaten at once.`,
        ],
        asks: [`How many ${baked} are left?`, `How many ${baked} does ${who.name} have left?`],
        steps: [
          step('baked = trays * each', `${who.name} bakes {} ${baked}.`),
          step('left = baked - eaten', `There are {} ${baked} left.`),
        ],
      };
    },
  }),
  defineTemplate({
    name: 'two-sizes',
    topics: ['multiplication', 'addition'],
    numbers: (draw) => ({
      big: draw(2, 8),
      inBig: draw(6, 12),
      small: draw(2, 8),
      inSmall: draw(2, 6),
    }),
    story({ big, inBig, small, inSmall }, { person, things, container }) {
      const who = person();
      const fruit = things(nouns.fruit);
      const { many } = container();
      return {
        tells: [
          `${who.name} fills ${big} big ${many} with ${inBig} ${fruit} each and ${small} small ${many} with ${inSmall} ${fruit} each.`,
          `Big ${many} hold ${inBig} ${fruit}, small ones ${inSmall}. ${who.name} fills ${big} big and ${small} small ${many}.`,
        ],
        asks: [`How many ${fruit} is that?`, `How many ${fruit} does ${who.name} pack in all?`],
        steps: [
          step('large = big * inBig', `The big ${many} hold {} ${fruit}.`),
          step('little = small * inSmall', `The small ${many} hold {} ${fruit}.`),
          step('total = large + little', `In all there are {} ${fruit}.`),
        ],
      };
    },
  }),
  defineTemplate({
    name: 'teams-of-players',
    topics: ['addition', 'division'],
    heldOut: true,
    numbers(draw) {
      const size = draw(3, 9);
      const total = size * draw(3, 9);
      const girls = draw(3, total - 3);
      return { girls, boys: total - girls, size };
    },
    story({ girls, boys, size }, { random }) {
      const game = random.pick(['football', 'hockey', 'chess', 'tennis']);
      return {
        tells: [
          `${girls} girls and ${boys} boys make ${game} teams of ${size} players.`,
          `For a ${game} day, ${boys} boys and ${girls} girls form teams of ${size}.`,
        ],
        asks: ['How many teams are there?', 'How many teams do they make?'],
        steps: [
          step('players = girls + boys', 'There are {} players.'),
          step('teams = players / size', 'They make {} teams.'),
        ],
      };
    },
  }),
];
