import { combinations, defineFamily, names, site } from '../family.js';
import {
  buildList,
  condition,
  freeList,
  line,
  lines,
  mixedInputs,
  nodePrelude,
} from './parts-b.js';

/** Sum, number or maximum of the values of a list that meet a condition. */
export const listSum = defineFamily({
  name: 'list-sum',
  topics: ['linked lists', 'arithmetic that can overflow'],
  settings: combinations({
    reduce: ['sum', 'count', 'largest'],
    test: ['above', 'at-least', 'below', 'at-most', 'even', 'odd', 'negative', 'positive'],
  }),
  draft({ reduce, test }, style) {
    const head = style.name(names.head);
    const p = style.name(names.pointer);
    const s = style.name(
      reduce === 'sum' ? names.sum : reduce === 'count' ? names.counter : names.best,
    );
    const k = style.name(names.limit);
    const c = condition(test, k);
    const none = -style.number(1, 9) * 1000;
    const type = { sum: 'long long', count: 'int', largest: 'int' }[reduce];
    const matching = (values: readonly number[], key: number): number[] =>
      values.filter((value) => c.holds(value, key));
    const expected = (values: readonly number[], key: number): number => {
      const xs = matching(values, key);
      if (reduce === 'count') return xs.length;
      if (reduce === 'sum') return xs.reduce((sum, x) => sum + x, 0);
      return Math.max(none, ...xs);
    };
    const call = ({ values, key }: { values: readonly number[]; key: number }) => ({
      code: `${buildList(values)} rlsf_emit(list_${reduce}_${c.word}(h${c.argument(key)})); ${freeList()}`,
      expected: String(expected(values, key)),
    });
    const value = `${p}->value`;
    const what = {
      sum: `The sum of the values in the list that are ${c.text}.`,
      count: `How many values in the list are ${c.text}.`,
      largest: `The largest value in the list that is ${c.text}, but at least ${none}.`,
    }[reduce];
    const walk = line`for (const Node* ${p} = ${head}; ${site(`${p} != nullptr`, ['null_dereference', `${p}->next != nullptr`])}; ${site(`${p} = ${p}->next`, ['type_error', `${p}++`])}) {`;
    const big = [2000000000, 2000000000, 2000000002];
    return {
      statement: what,
      prelude: nodePrelude,
      signature: `${type} list_${reduce}_${c.word}(const Node* ${head}${c.parameter})`,
      body: lines(
        reduce === 'sum'
          ? line`${site('long long', ['overflow', 'int'])} ${s} = 0;`
          : reduce === 'count'
            ? line`int ${s} = ${site('0', ['off_by_one', '1'])};`
            : line`int ${s} = ${site(String(none), ['wrong_value', `${head}->value`])};`,
        walk,
        reduce === 'sum'
          ? line`    if (${c.test(value, 'sums')}) ${s} += ${site(value, ['type_error', `${p}.value`])};`
          : reduce === 'count'
            ? line`    if (${c.test(value)}) ${s}++;`
            : line`    if (${c.test(value)} && ${value} ${site('>', ['wrong_condition', '<'])} ${s}) ${s} = ${value};`,
        '}',
        site(`return ${s};`, ['missing_return', '']),
      ),
      cases: [
        ...mixedInputs.map(call),
        call({ values: [-4, 0, -6], key: -4 }),
        call({ values: big, key: 5 }),
        call({ values: big.map((x) => -x), key: 5 }),
        call({ values: [2000000001, 7, 2000000001, 2000000001], key: 5 }),
      ],
    };
  },
});
