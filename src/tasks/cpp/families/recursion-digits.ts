import { combinations, defineFamily, site } from '../family.js';
import { condition, line, lines } from './parts-b.js';

/** Sum, number or maximum over some of the digits of a number, by recursion. */
export const recursionDigits = defineFamily({
  name: 'recursion-digits',
  topics: ['recursion', 'arithmetic'],
  settings: combinations({
    reduce: ['sum', 'count', 'largest', 'squares'],
    test: ['above', 'at-least', 'below', 'equal', 'even', 'odd'],
  }),
  draft({ reduce, test }, style) {
    const n = style.name(['n', 'x', 'number', 'value']);
    const d = style.name(['d', 'digit', 'last', 'ones']);
    const s = style.name(['rest', 'more', 'others', 'tail']);
    const k = style.name(['k', 'limit', 'bound', 'key']);
    const base = style.random.pick([10, 10, 10, 8, 16, 7]);
    const c = condition(test, k);
    const name = `${reduce}_${c.word}_digits`;
    const type = reduce === 'largest' || reduce === 'count' ? 'int' : 'long long';
    const none = reduce === 'largest' ? -1 : 0;
    const deeper = site(
      `${name}(${n} / ${base}${c.forwarded})`,
      ['endless_loop', `${name}(${n}${c.forwarded})`],
      ['wrong_value', `${name}(${n} % ${base}${c.forwarded})`],
    );
    // Digits are not negative, so that the usual slip of `odd` is none here.
    const taken = test === 'odd' ? site(c.plain(d), ['wrong_condition', c.not(d)]) : c.test(d);
    const gain = {
      sum: `${s} + ${d}`,
      count: `${s} + 1`,
      largest: `std::max(${s}, ${d})`,
      squares: `${s} + ${d} * ${d}`,
    }[reduce];
    const slip = {
      sum: `${s} + 1`,
      count: `${s} + ${d}`,
      largest: `std::min(${s}, ${d})`,
      squares: `${s} + 2 * ${d}`,
    }[reduce];
    const digits = (x: number): number[] =>
      x === 0 ? [] : [x % base, ...digits(Math.floor(x / base))];
    const call = (x: number, key: number) => {
      const chosen = digits(x).filter((digit) => c.holds(digit, key));
      const answer = {
        sum: chosen.reduce((sum, digit) => sum + digit, 0),
        count: chosen.length,
        largest: Math.max(-1, ...chosen),
        squares: chosen.reduce((sum, digit) => sum + digit * digit, 0),
      }[reduce];
      return { code: `rlsf_emit(${name}(${x}ULL${c.argument(key)}));`, expected: String(answer) };
    };
    const what = {
      sum: 'The sum',
      count: 'The number',
      largest: 'The largest',
      squares: 'The sum of the squares',
    }[reduce];
    const number = (list: readonly number[]): number =>
      list.reduce((x, digit) => x * base + digit, 0);
    return {
      statement: `${what} of the base-${base} digits of ${n} that are ${c.text}, ${none} if none; recursive.`,
      signature: `${type} ${name}(unsigned long long ${n}${c.parameter})`,
      body: lines(
        site(
          `if (${n} == 0) return ${none};`,
          ['endless_loop', ''],
          ['wrong_condition', `if (${n} < ${base}) return ${none};`],
          ['wrong_value', `if (${n} == 0) return ${none + 1};`],
        ),
        line`int ${d} = ${site(`${n} % ${base}`, ['wrong_value', `${n} / ${base}`])};`,
        line`${type} ${s} = ${deeper};`,
        line`return ${taken} ? ${site(gain, ['wrong_value', slip])} : ${site(s, ['wrong_value', '0'])};`,
      ),
      cases: [
        call(0, 3),
        call(number([4, 0, 5, 1, 6, 3, 2]), 4),
        call(number([6, 6, 2, 5]), 6),
        call(number([3]), 2),
        call(number([6, 1]), 7),
        call(number([1, 2, 3, 4, 5, 6, 3, 1]), 3),
        call(number([5, 0, 3, 5, 1]), 5),
        call(number([2, 4]), 9),
        call(number([3, 5, 2, 2, 4]), 3),
      ],
    };
  },
});
