import { code, combinations, defineFamily, names, site } from '../family.js';
import { emitFor, listed, range, vectorOf } from '../literals.js';

/** Positions in a sorted array by halving. */
export const binarySearch = defineFamily({
  name: 'binary-search',
  topics: ['binary search', 'arrays'],
  settings: combinations({
    goal: ['first-not-before', 'first-after', 'last-before', 'last-not-after', 'exact'],
    order: ['ascending', 'descending'],
    element: ['int', 'long long'],
  }),
  draft({ goal, order, element }, style) {
    const a = style.name(names.array);
    const n = style.name(names.count);
    const x = style.name(names.limit);
    const lo = style.name(['lo', 'low', 'left']);
    const hi = style.name(['hi', 'high', 'right']);
    const mid = style.name(['mid', 'middle', 'half']);
    const up = order === 'ascending';
    const before = up ? '<' : '>';
    // The elements for which the half-open search moves its lower end.
    const inclusive = goal === 'first-after' || goal === 'last-not-after';
    const operator = inclusive ? `${before}=` : before;
    const last = goal === 'last-before' || goal === 'last-not-after';
    const wordOf = {
      'first-not-before': up ? 'first element >=' : 'first element <=',
      'first-after': up ? 'first element >' : 'first element <',
      'last-before': up ? 'last element <' : 'last element >',
      'last-not-after': up ? 'last element <=' : 'last element >=',
      exact: 'element equal to',
    }[goal];
    const nothing = last || goal === 'exact' ? '-1' : n;
    const f = `${goal.replaceAll('-', '_')}_${up ? 'up' : 'down'}`;
    const solve = (xs: number[], k: number): number => {
      if (goal === 'exact') return xs.indexOf(k);
      const moved = xs.filter(
        (value) => (up ? value < k : value > k) || (inclusive && value === k),
      ).length;
      return last ? moved - 1 : moved;
    };
    const call = (ascending: number[]) => {
      const xs = up ? ascending : [...ascending].reverse();
      return {
        code: `${vectorOf(element, xs)} ${emitFor(0, 10, (q) => `${f}(v.data(), ${xs.length}, ${q})`)}`,
        expected: listed(range(0, 10).map((k) => solve(xs, k))),
      };
    };
    const middle = code`int ${mid} = ${lo} + (${hi} - ${lo}) / 2;`;
    const closed = code`
      int ${lo} = 0;
      int ${hi} = ${site(`${n} - 1`, ['off_by_one', n])};
      while (${lo} ${site('<=', ['off_by_one', '<'])} ${hi}) {
          ${middle}
          if (${a}[${mid}] == ${x}) return ${site(mid, ['wrong_value', lo])};
          if (${a}[${mid}] ${site(before, ['wrong_condition', up ? '>' : '<'])} ${x}) ${lo} = ${mid} + 1;
          else ${hi} = ${site(`${mid} - 1`, ['endless_loop', mid])};
      }
      return ${site('-1', ['wrong_value', lo])};
    `;
    const halfOpen = code`
      int ${lo} = ${site('0', ['off_by_one', '1'])};
      int ${hi} = ${site(n, ['off_by_one', `${n} - 1`])};
      while (${lo} < ${hi}) {
          ${middle}
          if (${a}[${mid}] ${site(operator, ['wrong_condition', inclusive ? before : `${before}=`])} ${x}) ${lo} = ${site(`${mid} + 1`, ['endless_loop', mid])};
          else ${hi} = ${site(mid, ['off_by_one', `${mid} - 1`])};
      }
      return ${last ? site(`${lo} - 1`, ['off_by_one', lo]) : site([lo, hi], ['off_by_one', `${lo} - 1`])};
    `;
    const distinct = goal === 'exact';
    return {
      statement: `Index of the ${wordOf} ${x} in ${a}[0..${n}), sorted ${order}${distinct ? ', no duplicates' : ''}; ${nothing} if none.`,
      signature: `int ${f}(const ${element}* ${a}, int ${n}, ${element} ${x})`,
      body: distinct ? closed : halfOpen,
      cases: [
        call([1, 3, 5, 7, 9]),
        call(distinct ? [2, 3, 4, 6] : [2, 2, 2, 6, 6]),
        call([]),
        call([5]),
        call([3, 8]),
        call(distinct ? [0, 1, 2, 3, 4, 5, 6, 7] : [4, 4, 4]),
      ],
    };
  },
});
