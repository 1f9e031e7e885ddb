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

/** Takes nodes out of a list and deletes them. */
export const listRemove = defineFamily({
  name: 'list-remove',
  topics: ['linked lists', 'use after free', 'leaks'],
  settings: combinations({
    which: ['first', 'all'],
    test: ['above', 'below', 'at-most', 'equal', 'even', 'odd', 'negative'],
    form: ['returns', 'pointer'],
  }),
  draft({ which, test, form }, style) {
    const head = style.name(names.head);
    const p = style.name(names.pointer);
    const dead = style.name(['dead', 'victim', 'gone', 'old']);
    const k = style.name(names.limit);
    const count = style.name(names.counter);
    const c = condition(test, k);
    const name = `remove_${which}_${c.word}`;
    const value = (node: string): string => `${node}->value`;
    const removal = (indent: string, take: string, free: string) =>
      site(
        `${indent}${take}\n${indent}${free}`,
        ['use_after_free', `${indent}${free}\n${indent}${take}`],
        ['leak', `${indent}${take}`],
      );
    const bodies = {
      'first-returns': lines(
        line`${site('Node guard{0, ', ['type_error', 'Node guard{'])}${head}};`,
        `Node* ${p} = &guard;`,
        line`while (${site(`${p}->next != nullptr && `, ['null_dereference', ''])}${`!(${c.plain(value(`${p}->next`))})`}) {`,
        `    ${p} = ${p}->next;`,
        '}',
        `Node* ${dead} = ${p}->next;`,
        site(`if (${dead} == nullptr) return ${head};`, ['null_dereference', '']),
        removal('', `${p}->next = ${dead}->next;`, `delete ${dead};`),
        line`return ${site('guard.next', ['use_after_free', head])};`,
      ),
      'all-returns': lines(
        `Node guard{0, ${head}};`,
        `Node* ${p} = &guard;`,
        line`while (${site(`${p}->next`, ['null_dereference', p])} != nullptr) {`,
        `    Node* ${dead} = ${p}->next;`,
        line`    if (${c.test(value(dead))}) {`,
        removal('        ', `${p}->next = ${dead}->next;`, `delete ${dead};`),
        '    } else {',
        `        ${p} = ${dead};`,
        '    }',
        '}',
        line`return ${site('guard.next', ['use_after_free', head])};`,
      ),
      'first-pointer': lines(
        `for (Node** ${p} = ${head}; *${p} != nullptr; ${p} = &(*${p})->next) {`,
        line`    Node* ${dead} = ${site('*', ['type_error', ''])}${p};`,
        line`    if (${c.test(value(dead))}) {`,
        removal('        ', `*${p} = ${dead}->next;`, `delete ${dead};`),
        site('        return true;', ['null_dereference', '']),
        '    }',
        '}',
        site('return false;', ['missing_return', ''], ['wrong_value', 'return true;']),
      ),
      'all-pointer': lines(
        `int ${count} = 0;`,
        `Node** ${p} = ${head};`,
        line`while (${site('*', ['null_dereference', ''])}${p} != nullptr) {`,
        `    Node* ${dead} = *${p};`,
        line`    if (${c.test(value(dead))}) {`,
        removal('        ', `*${p} = ${dead}->next;`, `delete ${dead};`),
        `        ${count}++;`,
        line`    } ${site('else ', ['use_after_free', ''])}{`,
        `        ${p} = &${dead}->next;`,
        '    }',
        '}',
        `return ${count};`,
      ),
    };
    const call = ({ values, key }: { values: readonly number[]; key: number }) => {
      const first = values.findIndex((value) => c.holds(value, key));
      const left = values.filter((value, i) =>
        which === 'all' ? !c.holds(value, key) : i !== first,
      );
      const answer =
        form === 'returns'
          ? ''
          : which === 'all'
            ? values.length - left.length
            : first >= 0
              ? 1
              : 0;
      const use =
        form === 'returns'
          ? `h = ${name}(h${c.argument(key)}); std::string r;`
          : `std::string r = std::to_string(${name}(&h${c.argument(key)}));`;
      return {
        code: `${buildList(values)} ${use} ${showList()} rlsf_emit(s + r); ${freeList()}`,
        expected: `${shown(left)}${answer}`,
      };
    };
    const result =
      form === 'returns'
        ? 'the new head'
        : which === 'all'
          ? 'their number'
          : 'whether there was one';
    const type = form === 'returns' ? 'Node*' : which === 'all' ? 'int' : 'bool';
    const what =
      which === 'all'
        ? `Deletes all nodes whose value is ${c.text}`
        : `Deletes the first node whose value is ${c.text}`;
    return {
      statement: `${what}; returns ${result}.`,
      prelude: nodePrelude,
      signature: `${type} ${name}(Node*${form === 'returns' ? '' : '*'} ${head}${c.parameter})`,
      body: bodies[`${which}-${form}`],
      cases: [
        ...mixedInputs.map(call),
        call({ values: [1, 3, 2, 9, 7, -2, -4], key: 2 }),
        call({ values: [-3, -1, 6, 4, 9], key: -3 }),
        call({ values: [7, 0, 5, 3], key: 3 }),
      ],
    };
  },
});
