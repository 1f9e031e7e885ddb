import { combinations, defineFamily, names, site } from '../family.js';
import { braces, condition, line, lines, mixedInputs } from './parts-b.js';

/** Walks over [begin, end) with pointers. */
export const pointerRange = defineFamily({
  name: 'pointer-range',
  topics: ['pointers', 'arrays'],
  heldOut: true,
  settings: combinations({
    answer: ['count', 'sum', 'first', 'last'],
    test: ['above', 'at-most', 'equal', 'even', 'odd', 'negative'],
  }),
  draft({ answer, test }, style) {
    const begin = style.name(['begin', 'from', 'first', 'lo']);
    const end = style.name(['end', 'to', 'stop', 'hi']);
    const p = style.name(['p', 'it', 'cur', 'ptr']);
    const s = style.name(answer === 'sum' ? names.sum : names.counter);
    const k = style.name(names.limit);
    const c = condition(test, k);
    const name = `${answer}_${c.word}`;
    const value = `*${p}`;
    const walk = line`for (const int* ${p} = ${begin}; ${p} ${site(['<', '!='], ['off_by_one', '<='])} ${end}; ${p}++) {`;
    const finish = site(`return ${s};`, ['missing_return', '']);
    const body = {
      count: () =>
        lines(
          line`int ${s} = ${site('0', ['off_by_one', '1'])};`,
          walk,
          line`    if (${c.test(value)}) ${s}++;`,
          '}',
          finish,
        ),
      sum: () =>
        lines(
          line`${site('long long', ['overflow', 'int'])} ${s} = 0;`,
          walk,
          line`    if (${c.test(value, 'sums')}) ${s} += ${site(value, ['type_error', p])};`,
          '}',
          finish,
        ),
      first: () =>
        lines(
          walk,
          line`    if (${c.test(value)}) return ${site(p, ['type_error', value])};`,
          '}',
          site(`return ${end};`, ['missing_return', ''], ['null_dereference', 'return nullptr;']),
        ),
      last: () =>
        lines(
          `const int* ${p} = ${end};`,
          line`while (${p} ${site(['!=', '>'], ['off_by_one', '>='])} ${begin}) {`,
          site(`    ${p}--;`, ['endless_loop', '']),
          line`    if (${c.test(value)}) return ${site(p, ['type_error', value])};`,
          '}',
          site(`return ${end};`, ['missing_return', ''], ['wrong_value', `return ${begin};`]),
        ),
    }[answer]();
    const call = ({ values, key }: { values: readonly number[]; key: number }) => {
      const at = values.flatMap((x, i) => (c.holds(x, key) ? [i] : []));
      const result = {
        count: at.length,
        sum: at.reduce((sum, i) => sum + values[i], 0),
        first: at[0] ?? values.length,
        last: at.at(-1) ?? values.length,
      }[answer];
      const use = `${name}(v.data(), v.data() + ${values.length}${c.argument(key)})`;
      return {
        code: `std::vector<int> v${braces(values)}; rlsf_emit(${answer === 'first' || answer === 'last' ? `${use} - v.data()` : use});`,
        expected: String(result),
      };
    };
    const what = {
      count: `The number of elements of [${begin}, ${end}) that are ${c.text}.`,
      sum: `The sum of the elements of [${begin}, ${end}) that are ${c.text}.`,
      first: `A pointer to the first element of [${begin}, ${end}) that is ${c.text}, ${end} if none.`,
      last: `A pointer to the last element of [${begin}, ${end}) that is ${c.text}, ${end} if none.`,
    }[answer];
    const big = [2000000001, 2000000002, 2000000001, 2000000002];
    return {
      statement: what,
      signature: `${{ count: 'int', sum: 'long long', first: 'const int*', last: 'const int*' }[answer]} ${name}(const int* ${begin}, const int* ${end}${c.parameter})`,
      body,
      cases: [
        ...mixedInputs.map(call),
        call({ values: [-5, 3, 0], key: 3 }),
        call({ values: big, key: answer === 'sum' && test === 'equal' ? 2000000001 : 7 }),
        call({ values: big.map((x) => -x), key: 7 }),
      ],
    };
  },
});
