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

/** Reverses a list in place; some nodes are deleted on the way, or changed. */
export const listReverse = defineFamily({
  name: 'list-reverse',
  topics: ['linked lists', 'use after free'],
  settings: combinations({
    act: ['delete', 'increase', 'decrease', 'replace'],
    test: ['above', 'below', 'even', 'odd', 'negative', 'positive'],
  }),
  draft({ act, test }, style) {
    const head = style.name(names.head);
    const done = style.name(['done', 'back', 'result', 'tail']);
    const rest = style.name(['rest', 'next', 'after', 'follow']);
    const k = style.name(names.limit);
    const c = condition(test, k);
    const value = `${head}->value`;
    const name = `reverse_${act}_${c.word}`;
    const put = style.number(11, 99);
    const change = {
      delete: `nodes whose value is ${c.text} are deleted`,
      increase: `values that are ${c.text} grow by 1`,
      decrease: `values that are ${c.text} shrink by 1`,
      replace: `values that are ${c.text} become ${put}`,
    }[act];
    const [changed, slip] = {
      delete: ['', ''],
      increase: [`${value}++;`, `${value} + 1;`],
      decrease: [`${value}--;`, `${value} - 1;`],
      replace: [`${value} = ${put};`, `${value} == ${put};`],
    }[act];
    const apply = (values: readonly number[], key: number): number[] =>
      values
        .flatMap((x) => {
          if (!c.holds(x, key)) return [x];
          return act === 'delete' ? [] : [{ increase: x + 1, decrease: x - 1, replace: put }[act]];
        })
        .reverse();
    const call = ({ values, key }: { values: readonly number[]; key: number }) => ({
      code: `${buildList(values)} h = ${name}(h${c.argument(key)}); ${showList()} rlsf_emit(s); ${freeList()}`,
      expected: shown(apply(values, key)),
    });
    const turn = (indent: string) =>
      site(
        `${indent}${head}->next = ${done};\n${indent}${done} = ${head};`,
        ['endless_loop', `${indent}${done} = ${head};\n${indent}${head}->next = ${done};`],
        ['leak', `${indent}${done} = ${head};`],
      );
    const keep = site(
      `    Node* ${rest} = ${head}->next;`,
      ['undeclared', ''],
      ['type_error', `    Node ${rest} = ${head}->next;`],
    );
    const loop = line`while (${site(head, ['null_dereference', `${head}->next`])} != nullptr) {`;
    const begin = `Node* ${done} = nullptr;`;
    const finish = line`return ${site(done, ['leak', head])};`;
    return {
      statement: `Reverses the list and returns its new head; ${change}.`,
      prelude: nodePrelude,
      signature: `Node* ${name}(Node* ${head}${c.parameter})`,
      body:
        act === 'delete'
          ? lines(
              begin,
              loop,
              keep,
              line`    if (${c.test(value)}) {`,
              site(`        delete ${head};`, ['leak', `        ${head} = nullptr;`]),
              line`    } ${site('else ', ['use_after_free', ''])}{`,
              turn('        '),
              '    }',
              `    ${head} = ${rest};`,
              '}',
              finish,
            )
          : lines(
              begin,
              loop,
              line`    if (${c.test(value)}) ${site(changed, ['unused', slip])}`,
              keep,
              turn('    '),
              `    ${head} = ${rest};`,
              '}',
              finish,
            ),
      cases: [...mixedInputs.map(call), call({ values: [1, 6, 3, 4, -9], key: 3 })],
    };
  },
});
