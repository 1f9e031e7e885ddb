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

/** Looks for a node: its value, its place or the node itself. */
export const listFind = defineFamily({
  name: 'list-find',
  topics: ['linked lists', 'null pointers'],
  settings: combinations({
    which: ['first', 'last', 'nth'],
    answer: ['value', 'place', 'node'],
    test: ['above', 'at-most', 'even', 'negative'],
  }),
  draft({ which, answer, test }, style) {
    const head = style.name(names.head);
    const p = style.name(names.pointer);
    const n = style.name(names.count);
    const i = style.name(['i', 'j', 'pos', 'at']);
    const found = style.name(['found', 'hit', 'match', 'seen']);
    const k = style.name(names.limit);
    const c = condition(test, k);
    const none = answer === 'place' ? -1 : -style.number(2, 90);
    const type = answer === 'node' ? 'const Node*' : 'int';
    const name = `${which}_${c.word}_${answer}`;
    const nothing = answer === 'node' ? 'nullptr' : String(none);
    const good = { value: `${p}->value`, place: i, node: p }[answer];
    const counting = answer === 'place';
    const walk = line`for (${site('const Node*', ['type_error', 'const Node'])} ${p} = ${head}; ${site(`${p} != nullptr`, ['null_dereference', `${p}->next != nullptr`])}; ${p} = ${p}->next) {`;
    const start = counting ? line`int ${i} = ${site('0', ['off_by_one', '1'])};` : null;
    const step = counting ? site(`    ${i}++;`, ['wrong_value', '']) : null;
    const test1 = c.test(`${p}->value`);
    const body =
      which === 'last'
        ? lines(
            answer === 'place' ? `int ${found} = -1;` : `const Node* ${found} = nullptr;`,
            start,
            walk,
            line`    if (${test1}) ${found} = ${site(answer === 'place' ? i : p, ['wrong_value', answer === 'place' ? `${p}->value` : head])};`,
            step,
            '}',
            answer === 'value'
              ? line`return ${site([`${found} != nullptr ? ${found}->value : ${nothing}`, `${found} == nullptr ? ${nothing} : ${found}->value`], ['null_dereference', `${found}->value`], ['wrong_condition', `${found} == nullptr ? ${found}->value : ${nothing}`])};`
              : line`return ${found};`,
          )
        : lines(
            start,
            walk,
            which === 'first'
              ? line`    if (${test1}) return ${good};`
              : line`    if (${test1} && ${site(`--${n} == 0`, ['off_by_one', `${n}-- == 0`])}) return ${good};`,
            step,
            '}',
            site(
              `return ${nothing};`,
              ['missing_return', ''],
              [
                answer === 'place' ? 'wrong_value' : 'null_dereference',
                answer === 'place'
                  ? `return ${i};`
                  : answer === 'node'
                    ? `return ${head};`
                    : `return ${head}->value;`,
              ],
            ),
          );
    const call = ({
      values,
      key,
      nth = 2,
    }: {
      values: readonly number[];
      key: number;
      nth?: number;
    }) => {
      const places = values.flatMap((value, at) => (c.holds(value, key) ? [at] : []));
      const at = { first: places[0], last: places.at(-1), nth: places[nth - 1] }[which];
      const result = at === undefined ? none : answer === 'place' ? at : values[at];
      const use = `${name}(h${c.argument(key)}${which === 'nth' ? `, ${nth}` : ''})`;
      const emit =
        answer === 'node'
          ? `const Node* r = ${use}; rlsf_emit(r == nullptr ? ${none} : r->value);`
          : `rlsf_emit(${use});`;
      return { code: `${buildList(values)} ${emit} ${freeList()}`, expected: String(result) };
    };
    const ordinal = which === 'nth' ? `${n}-th` : which;
    const noun = { value: 'value', place: 'position (from 0) of the', node: 'node with the' }[
      answer
    ];
    return {
      statement: `The ${answer === 'value' ? '' : `${noun} `}${ordinal} value in the list that is ${c.text}, ${nothing} if there is none${which === 'nth' ? ` (${n} >= 1)` : ''}.`,
      prelude: nodePrelude,
      signature: `${type} ${name}(const Node* ${head}${c.parameter}${which === 'nth' ? `, int ${n}` : ''})`,
      body,
      cases: [
        ...mixedInputs.map(call),
        call({ values: [-5, 3, 0], key: 3 }),
        call({ values: [9, 3, 2, 6, -1, 4, -8], key: 2, nth: 1 }),
        call({ values: [0, 4, 5, -3, 7], key: 4, nth: 1 }),
        call({ values: [3, 1, 0, 0, 1, -2], key: 0, nth: 3 }),
        call({ values: [7, 5], key: -9, nth: 3 }),
      ],
    };
  },
});
