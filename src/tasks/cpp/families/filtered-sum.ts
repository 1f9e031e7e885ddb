import { code, combinations, defineFamily, names, site, when } from '../family.js';
import { vectorOf } from '../literals.js';

const conditions = {
  above: {
    text: 'greater than',
    operator: '>',
    slip: '>=',
    holds: (x: number, k: number) => x > k,
  },
  'at-least': {
    text: 'at least',
    operator: '>=',
    slip: '>',
    holds: (x: number, k: number) => x >= k,
  },
  below: { text: 'less than', operator: '<', slip: '<=', holds: (x: number, k: number) => x < k },
  'at-most': {
    text: 'at most',
    operator: '<=',
    slip: '<',
    holds: (x: number, k: number) => x <= k,
  },
} as const;

/** Sums and counts of the elements that meet a condition. */
export const filteredSum = defineFamily({
  name: 'filtered-sum',
  topics: ['arrays', 'arithmetic that can overflow'],
  settings: combinations({
    reduce: ['sum', 'count', 'squares'],
    condition: ['above', 'at-least', 'below', 'at-most'],
    element: ['int', 'short'],
  }),
  draft({ reduce, condition, element }, style) {
    const a = style.name(names.array);
    const n = style.name(names.count);
    const i = style.name(names.index);
    const s = style.name(names.sum);
    const k = style.name(names.limit);
    const { text, operator, slip, holds } = conditions[condition];
    const what = { sum: 'sum', count: 'number', squares: 'sum of the squares' }[reduce];
    const term = (x: number): bigint => BigInt({ sum: x, count: 1, squares: x ** 2 }[reduce]);
    const big = element === 'int' ? 1500000000 : 32000;
    const f = `${reduce}_${condition.replace('-', '_')}`;
    const call = (xs: number[], key: number) => ({
      code: `${vectorOf(element, xs)} rlsf_emit(${f}(v.data(), ${xs.length}, ${key}));`,
      expected: String(xs.filter((x) => holds(x, key)).reduce((sum, x) => sum + term(x), 0n)),
    });
    const added =
      reduce === 'squares'
        ? code`${s} += ${site('(long long)', ...when(element === 'int', 'overflow', ''))}${a}[${i}] * ${a}[${i}]`
        : [reduce === 'sum' ? `${s} += ${a}[${i}]` : `${s}++`];
    return {
      statement: `The ${what} of the elements of ${a}[0..${n}) that are ${text} ${k}.`,
      signature: `long long ${f}(const ${element}* ${a}, int ${n}, int ${k})`,
      body: code`
        ${site('long long', ...when(reduce !== 'count' && element === 'int', 'overflow', 'int'))} ${s}${site(' = 0', ['uninitialised', ''])};
        for (int ${i} = ${site('0', ['off_by_one', '1'])}; ${i} ${site('<', ['off_by_one', '<='])} ${n}; ${i}++) {
            if (${a}[${i}] ${site(operator, ['wrong_condition', slip])} ${k}) ${added};
        }
        return ${s};
      `,
      cases: [
        call([5, 1, 7, 3, 9], 3),
        call([4, -2, 8], 4),
        call([], 0),
        call([-5, -5, 0], -5),
        call([1, 6], 3),
        call([big, big, -big, -big], 7),
      ],
    };
  },
});
