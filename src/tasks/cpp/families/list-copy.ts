import { combinations, defineFamily, names, site } from '../family.js';
import {
  buildList,
  condition,
  freeList,
  line,
  lines,
  mixedInputs,
  nodePrelude,
  showList,
  shown,
} from './parts-b.js';

/** Makes a new list out of some of the values of another, which stays as it is. */
export const listCopy = defineFamily({
  name: 'list-copy',
  topics: ['linked lists', 'allocation', 'double free'],
  settings: combinations({
    order: ['same', 'reversed'],
    change: ['as-is', 'opposite', 'place'],
    test: ['above', 'below', 'even', 'odd', 'negative'],
  }),
  draft({ order, change, test }, style) {
    const head = style.name(names.head);
    const p = style.name(names.pointer);
    const made = style.name(['made', 'copy', 'result', 'out']);
    const tail = style.name(['tail', 'end', 'last', 'slot']);
    const k = style.name(names.limit);
    const i = style.name(['i', 'j', 'pos', 'at']);
    const c = condition(test, k);
    const name = `copy_${c.word}`;
    const value = { 'as-is': `${p}->value`, opposite: `-${p}->value`, place: i }[change];
    const what = {
      'as-is': 'the values',
      opposite: 'the negated values',
      place: 'the positions (from 0) of the values',
    }[change];
    const slip =
      change === 'as-is' ? `${p}.value` : change === 'opposite' ? `-${p}` : `${p}->value`;
    const start = change === 'place' ? line`int ${i} = ${site('0', ['off_by_one', '1'])};` : null;
    const step = change === 'place' ? `    ${i}++;` : null;
    const number = site(value, [change === 'place' ? 'wrong_value' : 'type_error', slip]);
    const walk = line`for (const Node* ${p} = ${head}; ${site(`${p} != nullptr`, ['null_dereference', `${p}->next != nullptr`])}; ${p} = ${p}->next) {`;
    const body =
      order === 'same'
        ? lines(
            `Node* ${made} = nullptr;`,
            `Node** ${tail} = &${made};`,
            start,
            walk,
            line`    if (${c.test(`${p}->value`)}) {`,
            line`        *${tail} = new Node{${number}, ${site('nullptr', ['double_free', `${p}->next`])}};`,
            site(
              `        ${tail} = &(*${tail})->next;`,
              ['leak', ''],
              ['type_error', `        ${tail} = (*${tail})->next;`],
            ),
            '    }',
            step,
            '}',
            `return ${made};`,
          )
        : lines(
            line`Node* ${made} = ${site('nullptr', ['leak', 'new Node{0, nullptr}'], ['undeclared', 'null'])};`,
            start,
            walk,
            line`    if (${c.test(`${p}->value`)}) {`,
            line`        ${made} = ${site('new ', ['type_error', ''])}Node{${number}, ${site(made, ['double_free', `${p}->next`], ['leak', 'nullptr'])}};`,
            '    }',
            step,
            '}',
            `return ${made};`,
          );
    const call = ({ values, key }: { values: readonly number[]; key: number }) => {
      const copied = values.flatMap((x, at) =>
        c.holds(x, key) ? [{ 'as-is': x, opposite: 0 - x, place: at }[change]] : [],
      );
      if (order === 'reversed') copied.reverse();
      return {
        code: `${buildList(values)} Node* g = ${name}(h${c.argument(key)}); ${showList('g')} rlsf_emit(s); ${freeList()} ${freeList('g')}`,
        expected: shown(copied),
      };
    };
    return {
      statement: `A new list of ${what} that are ${c.text}, in ${order === 'same' ? 'the same' : 'reversed'} order.`,
      prelude: nodePrelude,
      signature: `Node* ${name}(const Node* ${head}${c.parameter})`,
      body,
      cases: [
        ...mixedInputs.map(call),
        call({ values: [-6, 5, -4, 3, 8, 1, 2], key: 3 }),
        call({ values: [-7, -5, 6, 9, 4], key: 4 }),
      ],
    };
  },
});
