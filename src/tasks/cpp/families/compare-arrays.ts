import { code, combinations, defineFamily, names, site } from '../family.js';
import { vectorOf } from '../literals.js';

/** Two arrays of their own lengths compared. */
export const compareArrays = defineFamily({
  name: 'compare-arrays',
  topics: ['arrays', 'conditions'],
  settings: combinations({
    goal: [
      'equal',
      'starts-with',
      'ends-with',
      'first-difference',
      'common-values',
      'order',
      'dot',
    ],
    element: ['int', 'long long', 'char'],
  }),
  draft({ goal, element }, style) {
    const a = style.name(names.array);
    const b = style.name(names.second);
    const n = style.name(['n', 'size', 'len']);
    const m = style.name(['m', 'count', 'k']);
    const i = style.name(['i', 'j', 'p', 'idx']);
    const j = style.name(['q', 't', 'u']);
    const s = style.name(names.sum);
    const f = {
      equal: 'arrays_equal',
      'starts-with': 'starts_with',
      'ends-with': 'ends_with',
      'first-difference': 'first_difference',
      'common-values': 'count_common',
      order: 'compare_arrays',
      dot: 'dot_product',
    }[goal];
    const solve = (xs: number[], ys: number[]): number => {
      const shorter = Math.min(xs.length, ys.length);
      const differs = xs.findIndex((x, at) => at < shorter && x !== ys[at]);
      switch (goal) {
        case 'equal':
          return Number(xs.length === ys.length && differs < 0);
        case 'starts-with':
          return Number(ys.length <= xs.length && differs < 0);
        case 'ends-with':
          return Number(
            ys.length <= xs.length && ys.every((y, at) => y === xs[xs.length - ys.length + at]),
          );
        case 'first-difference':
          return differs < 0 ? shorter : differs;
        case 'common-values':
          return xs.filter((x) => ys.includes(x)).length;
        case 'order':
          return differs >= 0
            ? xs[differs] < ys[differs]
              ? -1
              : 1
            : Math.sign(xs.length - ys.length);
        case 'dot':
          return xs.reduce((sum, x, at) => sum + (at < shorter ? x * ys[at] : 0), 0);
      }
    };
    const call = (xs: number[], ys: number[]) => ({
      code: `${vectorOf(element, xs)} ${vectorOf(element, ys, 'w')} rlsf_emit(${f}(v.data(), ${xs.length}, w.data(), ${ys.length}));`,
      expected: String(solve(xs, ys)),
    });
    const here = `${a}[${i}]`;
    const there = `${b}[${i}]`;
    const shorter = site(
      `${i} < ${n} && ${i} < ${m}`,
      ['off_by_one', `${i} < ${n}`],
      ['wrong_condition', `${i} < ${n} || ${i} < ${m}`],
    );
    const loop = (end: string) =>
      code`for (int ${i} = ${site('0', ['off_by_one', '1'])}; ${i} ${site('<', ['off_by_one', '<='])} ${end}; ${i}++) {`;
    const bodies = {
      equal: () => code`
        ${site(`if (${n} != ${m}) return false;\n    `, ['off_by_one', ''], ['wrong_condition', `if (${n} > ${m}) return false;\n    `])}${loop(n)}
            if (${here} ${site('!=', ['wrong_condition', '=='])} ${there}) return ${site('false', ['wrong_value', 'true'])};
        }
        ${site('return true;', ['missing_return', ''])}
      `,
      'starts-with': () => code`
        ${site(`if (${m} > ${n}) return false;\n    `, ['off_by_one', ''], ['wrong_condition', `if (${m} >= ${n}) return false;\n    `])}${loop(m)}
            if (${here} ${site('!=', ['wrong_condition', '=='])} ${there}) return false;
        }
        return ${site('true', ['wrong_value', 'false'])};
      `,
      'ends-with': () => code`
        ${site(`if (${m} > ${n}) return false;\n    `, ['off_by_one', ''], ['wrong_condition', `if (${m} >= ${n}) return false;\n    `])}${loop(m)}
            if (${a}[${site(`${n} - ${m} + ${i}`, ['off_by_one', `${n} - ${m} + ${i} + 1`], ['wrong_value', i])}] != ${there}) return false;
        }
        return ${site('true', ['wrong_value', 'false'])};
      `,
      'first-difference': () => code`
        int ${i}${site(' = 0', ['uninitialised', ''], ['off_by_one', ' = 1'])};
        while (${shorter}) {
            if (${here} ${site('!=', ['wrong_condition', '=='])} ${there}) ${site('break', ['wrong_value', 'return -1'])};
            ${i}++;
        }
        return ${i};
      `,
      'common-values': () => code`
        int ${s}${site(' = 0', ['uninitialised', ''])};
        ${loop(n)}
            int ${j} = 0;
            while (${j} ${site('<', ['off_by_one', '<='])} ${m} && ${b}[${j}] ${site('!=', ['wrong_condition', '=='])} ${here}) ${j}++;
            if (${j} ${site('<', ['wrong_condition', '=='], ['wrong_condition', '<='])} ${m}) ${s}++;
        }
        return ${s};
      `,
      order: () => code`
        for (int ${i} = ${site('0', ['off_by_one', '1'])}; ${shorter}; ${i}++) {
            if (${here} ${site('!=', ['wrong_condition', '=='])} ${there}) return ${here} ${site('<', ['wrong_condition', '>'])} ${there} ? -1 : 1;
        }
        return ${site(`${n} == ${m} ? 0 : `, ['wrong_value', ''])}${n} < ${m} ? -1 : 1;
      `,
      dot: () => code`
        long long ${s}${site(' = 0', ['uninitialised', ''])};
        for (int ${i} = ${site('0', ['off_by_one', '1'])}; ${shorter}; ${i}++) {
            ${s} ${site('+=', ['wrong_value', '='])} ${element === 'int' ? site('(long long)', ['overflow', '']) : ''}${here} ${site('*', ['wrong_value', '+'])} ${there};
        }
        return ${s};
      `,
    };
    const first = `${a}[0..${n})`;
    const second = `${b}[0..${m})`;
    const words = {
      equal: `Whether ${first} and ${second} are equal in length and in every element`,
      'starts-with': `Whether ${first} starts with the elements of ${second}`,
      'ends-with': `Whether ${first} ends with the elements of ${second}`,
      'first-difference': `First index at which ${first} and ${second} differ; the shorter length if there is none`,
      'common-values': `How many elements of ${first} occur somewhere in ${second}`,
      order: `-1, 0 or 1 as ${first} comes before, equals or comes after ${second} in dictionary order`,
      dot: `Sum of the products ${here} * ${there} of ${first} and ${second}, up to the shorter length`,
    }[goal];
    const result =
      { equal: 'bool', 'starts-with': 'bool', 'ends-with': 'bool', dot: 'long long' }[
        goal as string
      ] ?? 'int';
    const big = element === 'int' ? 1000000 : 90;
    return {
      statement: `${words}.`,
      signature: `${result} ${f}(const ${element}* ${a}, int ${n}, const ${element}* ${b}, int ${m})`,
      body: bodies[goal](),
      cases: [
        call([4, 7, 2], [4, 7, 2]),
        call([4, 7, 2], [4, 7]),
        call([5], [5, 8, 9]),
        call([], []),
        call([3, 1, 6, 1, 6], [1, 6]),
        call([9, 2, 3], [8, 2, 3]),
        call([big, big, 5], [big, big, 6]),
        call([], [2]),
      ],
    };
  },
});
