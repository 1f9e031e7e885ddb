import { code, combinations, defineFamily, names, site } from '../family.js';
import { emitAll, listed, vectorOf } from '../literals.js';

/** Elements of an array moved in place. */
export const reverseArray = defineFamily({
  name: 'reverse-array',
  topics: ['arrays', 'in place'],
  settings: combinations({
    move: ['reverse', 'reverse-head', 'rotate-left', 'rotate-right', 'swap-pairs', 'swap-halves'],
    element: ['int', 'long long', 'short', 'vector'],
  }),
  draft({ move, element }, style) {
    const a = style.name(names.array);
    const n = style.name(names.count);
    const i = style.name(names.index);
    const j = style.name(names.inner);
    const tmp = style.name(['tmp', 'kept', 'held', 'old']);
    const vector = element === 'vector';
    const type = vector ? 'int' : element;
    const f = `${move.replace('-', '_')}${vector ? '_of' : ''}`;
    const m = style.name(names.limit);
    const solve = (xs: number[], k: number): number[] => {
      switch (move) {
        case 'reverse':
          return [...xs].reverse();
        case 'reverse-head':
          return [...xs.slice(0, k).reverse(), ...xs.slice(k)];
        case 'rotate-left':
          return [...xs.slice(1), ...xs.slice(0, 1)];
        case 'rotate-right':
          return [...xs.slice(-1), ...xs.slice(0, -1)];
        case 'swap-pairs':
          return xs.map((x, at) => (at % 2 === 0 ? (xs[at + 1] ?? x) : xs[at - 1]));
        case 'swap-halves':
          return xs.map((x, at) =>
            at < Math.floor(xs.length / 2)
              ? xs[at + Math.ceil(xs.length / 2)]
              : at >= Math.ceil(xs.length / 2)
                ? xs[at - Math.ceil(xs.length / 2)]
                : x,
          );
      }
    };
    const call = (xs: number[], k = Math.floor(xs.length / 2) + (xs.length % 2)) => ({
      code: `${vectorOf(type, xs)} ${f}(${vector ? 'v' : `v.data(), ${xs.length}`}${move === 'reverse-head' ? `, ${k}` : ''}); ${emitAll('v')}`,
      expected: listed(solve(xs, k)),
    });
    const size = vector ? `(int)${a}.size()` : n;
    const swap = (x: string, y: string) =>
      site(
        `${type} ${tmp} = ${x};\n        ${x} = ${y};\n        ${y} = ${tmp};`,
        ['wrong_value', `${x} = ${y};\n        ${y} = ${x};`],
        ['undeclared', `${tmp} = ${x};\n        ${x} = ${y};\n        ${y} = ${tmp};`],
      );
    const inward = (end: string) => code`
      int ${i} = 0;
      int ${j} = ${site(`${end} - 1`, ['off_by_one', end])};
      while (${i} ${site('<', ['wrong_condition', '!='])} ${j}) {
          ${swap(`${a}[${i}]`, `${a}[${j}]`)}
          ${site(`${i}++;\n        ${j}--;`, ['off_by_one', `${i}++;`], ['endless_loop', `${j}--;`])}
      }
    `;
    const bodies = {
      reverse: () => inward(size),
      'reverse-head': () => inward(m),
      'rotate-left': () => code`
        ${site(`if (${size} == 0) return;\n    `, ['null_dereference', ''])}${type} ${tmp} = ${site(`${a}[0]`, ['off_by_one', `${a}[1]`])};
        for (int ${i} = ${site('1', ['off_by_one', '0'])}; ${i} ${site('<', ['off_by_one', '<='])} ${size}; ${i}++) {
            ${a}[${i} - 1] = ${a}[${i}];
        }
        ${a}[${size} - 1] = ${tmp};
      `,
      'rotate-right': () => code`
        ${site(`if (${size} == 0) return;\n    `, ['null_dereference', ''])}${type} ${tmp} = ${a}[${site(`${size} - 1`, ['off_by_one', size])}];
        for (int ${i} = ${site(`${size} - 1`, ['off_by_one', size])}; ${i} ${site('>', ['off_by_one', '>='])} 0; ${i}--) {
            ${site(`${a}[${i}] = ${a}[${i} - 1]`, ['wrong_value', `${a}[${i} - 1] = ${a}[${i}]`])};
        }
        ${a}[0] = ${tmp};
      `,
      'swap-pairs': () => code`
        for (int ${i} = 0; ${site(`${i} + 1 < ${size}`, ['off_by_one', `${i} < ${size}`])}; ${site(`${i} += 2`, ['wrong_value', `${i}++`])}) {
            ${swap(`${a}[${i}]`, `${a}[${i} + 1]`)}
        }
      `,
      'swap-halves': () => code`
        int ${j} = ${site(`(${size} + 1) / 2`, ['off_by_one', `${size} / 2`], ['off_by_one', `${size} / 2 + 1`])};
        for (int ${i} = 0; ${site(`${i} + ${j} < ${size}`, ['off_by_one', `${i} + ${j} <= ${size}`])}; ${i}++) {
            ${swap(`${a}[${i}]`, `${a}[${i} + ${j}]`)}
        }
      `,
    };
    const whole = vector ? a : `${a}[0..${n})`;
    const statement = {
      reverse: `Reverses ${whole} in place.`,
      'reverse-head': `Reverses the first ${m} elements of ${whole} in place; ${m} is at most ${vector ? 'the size' : n}.`,
      'rotate-left': `Moves every element of ${whole} one place down; the first becomes the last.`,
      'rotate-right': `Moves every element of ${whole} one place up; the last becomes the first.`,
      'swap-pairs': `Swaps ${a}[0] with ${a}[1], ${a}[2] with ${a}[3] and so on; an odd last element stays.`,
      'swap-halves': `Swaps the halves of ${whole} element by element; an odd middle element stays.`,
    }[move];
    const array = vector ? `std::vector<int>& ${a}` : `${type}* ${a}, int ${n}`;
    const unused = move === 'reverse-head' && !vector;
    return {
      statement,
      signature: `void ${f}(${unused ? `${type}* ${a}` : array}${move === 'reverse-head' ? `, int ${m}` : ''})`,
      body: bodies[move](),
      cases: [
        call([1, 2, 3, 4]),
        call([5, 6, 7, 8, 9]),
        call([]),
        call([3]),
        call([-1, 4]),
        call([9, 8, 7, 6, 5, 4, 3], 7),
      ].map((test) =>
        unused ? { ...test, code: test.code.replace(/v\.data\(\), \d+, /, 'v.data(), ') } : test,
      ),
    };
  },
});
