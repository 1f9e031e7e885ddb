import { combinations, defineFamily, names, site } from '../family.js';
import { buildList, condition, line, lines, mixedInputs, nodePrelude } from './parts-b.js';

/** Deletes a whole list and tells something about it. */
export const listFree = defineFamily({
  name: 'list-free',
  topics: ['linked lists', 'use after free', 'leaks'],
  settings: combinations({
    reduce: ['count', 'sum', 'largest'],
    test: ['above', 'below', 'even', 'odd', 'negative'],
    form: ['value', 'pointer'],
  }),
  draft({ reduce, test, form }, style) {
    const head = style.name(names.head);
    const rest = style.name(['rest', 'next', 'after', 'follow']);
    const s = style.name(
      reduce === 'sum' ? names.sum : reduce === 'count' ? names.counter : names.best,
    );
    const k = style.name(names.limit);
    const c = condition(test, k);
    const name = `free_and_${reduce}_${c.word}`;
    const type = reduce === 'sum' ? 'long long' : 'int';
    const node = form === 'value' ? head : style.name(['node', 'cur', 'dead', 'ptr']);
    const value = `${node}->value`;
    const none = -style.number(1, 9) * 100;
    const tally =
      reduce === 'count'
        ? line`    if (${c.test(value)}) ${s}++;`
        : reduce === 'sum'
          ? line`    if (${c.test(value, 'sums')}) ${s} += ${value};`
          : line`    if (${c.test(value)} && ${value} ${site('>', ['wrong_condition', '<'])} ${s}) ${s} = ${value};`;
    const first =
      reduce === 'sum'
        ? line`${site('long long', ['overflow', 'int'])} ${s} = 0;`
        : line`int ${s} = ${reduce === 'count' ? site('0', ['off_by_one', '1']) : String(none)};`;
    const body =
      form === 'value'
        ? lines(
            first,
            line`while (${site(head, ['null_dereference', `${head}->next`])} != nullptr) {`,
            tally,
            site(
              `    Node* ${rest} = ${head}->next;\n    delete ${head};\n    ${head} = ${rest};`,
              ['use_after_free', `    delete ${head};\n    ${head} = ${head}->next;`],
              ['leak', `    ${head} = ${head}->next;`],
              [
                'double_free',
                `    Node* ${rest} = ${head}->next;\n    delete ${head};\n    delete ${rest};\n    ${head} = ${rest};`,
              ],
            ),
            '}',
            `return ${s};`,
          )
        : lines(
            first,
            line`while (${site('*', ['null_dereference', ''])}${head} != nullptr) {`,
            `    Node* ${node} = *${head};`,
            tally,
            site(
              `    *${head} = ${node}->next;\n    delete ${node};`,
              ['use_after_free', `    delete ${node};\n    *${head} = ${node}->next;`],
              ['leak', `    *${head} = ${node}->next;`],
              ['use_after_free', `    *${head} = ${node}->next;\n    delete *${head};`],
            ),
            '}',
            `return ${s};`,
          );
    const call = ({ values, key }: { values: readonly number[]; key: number }) => {
      const xs = values.filter((x) => c.holds(x, key));
      const answer = {
        count: xs.length,
        sum: xs.reduce((sum, x) => sum + x, 0),
        largest: Math.max(none, ...xs),
      }[reduce];
      return {
        code: `${buildList(values)} auto r = ${name}(${form === 'value' ? 'h' : '&h'}${c.argument(key)}); rlsf_emit(r);${form === 'value' ? '' : ' if (h != nullptr) rlsf_emit(h->value);'}`,
        expected: String(answer),
      };
    };
    const what = {
      count: `the number of values that were ${c.text}`,
      sum: `the sum of the values that were ${c.text}`,
      largest: `the largest value that was ${c.text}, but at least ${none}`,
    }[reduce];
    const big = [2000000000, 2000000002, 2000000001, 2000000001];
    return {
      statement: `Deletes the list${form === 'value' ? '' : ' and makes it null'}; returns ${what}.`,
      prelude: nodePrelude,
      signature: `${type} ${name}(Node*${form === 'value' ? '' : '*'} ${head}${c.parameter})`,
      body,
      cases: [
        ...mixedInputs.map(call),
        call({ values: big, key: 3 }),
        call({ values: big.map((x) => -x), key: 3 }),
      ],
    };
  },
});
