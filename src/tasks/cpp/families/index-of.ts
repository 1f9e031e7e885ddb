import { code, combinations, defineFamily, names, site } from '../family.js';
import { vectorOf } from '../literals.js';

const matches = {
  equal: { text: 'equal to', operator: '==', slip: '!=', holds: (x: number, k: number) => x === k },
  greater: {
    text: 'greater than',
    operator: '>',
    slip: '>=',
    holds: (x: number, k: number) => x > k,
  },
  less: { text: 'less than', operator: '<', slip: '<=', holds: (x: number, k: number) => x < k },
} as const;

/** The first or the last position whose element matches. */
export const indexOf = defineFamily({
  name: 'index-of',
  topics: ['arrays', 'search'],
  settings: combinations({
    direction: ['first', 'last'],
    match: ['equal', 'greater', 'less'],
    container: ['pointer', 'vector'],
    missing: ['minus-one', 'size'],
  }),
  draft({ direction, match, container, missing }, style) {
    const a = style.name(names.array);
    const n = style.name(names.count);
    const i = style.name(names.index);
    const x = style.name(names.limit);
    const { text, operator, slip, holds } = matches[match];
    const f = `${direction}_${match}${container === 'vector' ? '_in' : ''}`;
    const size = container === 'vector' ? `(int)${a}.size()` : n;
    const nothing = missing === 'size' ? size : '-1';
    const solve = (xs: number[], k: number): number => {
      const hits = xs.flatMap((value, at) => (holds(value, k) ? [at] : []));
      if (hits.length === 0) return missing === 'size' ? xs.length : -1;
      return direction === 'first' ? hits[0] : hits[hits.length - 1];
    };
    const call = (xs: number[], k: number) => ({
      code: `${vectorOf('int', xs)} rlsf_emit(${f}(${container === 'vector' ? 'v' : `v.data(), ${xs.length}`}, ${k}));`,
      expected: String(solve(xs, k)),
    });
    const loop =
      direction === 'first'
        ? code`for (int ${i} = ${site('0', ['off_by_one', '1'])}; ${i} ${site('<', ['off_by_one', '<='])} ${size}; ${i}++) {`
        : code`for (int ${i} = ${site(`${size} - 1`, ['off_by_one', size])}; ${i} ${site('>=', ['off_by_one', '>'])} 0; ${site(`${i}--`, ['overflow', `${i}++`])}) {`;
    const array =
      container === 'vector' ? `const std::vector<int>& ${a}` : `const int* ${a}, int ${n}`;
    const whole = container === 'vector' ? a : `${a}[0..${n})`;
    return {
      statement: `Index of the ${direction} element of ${whole} ${text} ${x}; ${missing === 'size' ? 'the size' : '-1'} if there is none.`,
      signature: `int ${f}(${array}, int ${x})`,
      body: code`
        ${loop}
            if (${a}[${i}] ${site(operator, ['wrong_condition', slip])} ${x}) return ${site(i, ['wrong_value', `${a}[${i}]`])};
        }
        ${site(`return ${nothing};`, ['wrong_value', `return ${missing === 'size' ? '-1' : '0'};`], ['missing_return', `if (${size} == 0) return ${nothing};`])}
      `,
      cases: [
        call([4, 7, 5, 7, 3], 5),
        call([6, 2, 6, 9, 6], 6),
        call([9, 1, 1], 4),
        call([1, 9, 9], 4),
        call([], 3),
        call([8, 8, 8], match === 'equal' ? 2 : 8),
        call([30], match === 'equal' ? 30 : match === 'greater' ? 29 : 31),
      ],
    };
  },
});
