import { combinations, defineFamily, names, site } from '../family.js';
import { buildList, freeList, line, lines, nodePrelude, showList, shown } from './parts-b.js';

const positions = {
  front: { text: 'at the front of', place: () => 0 },
  back: { text: 'at the back of', place: (xs: number[]) => xs.length },
  second: { text: 'behind the first node of', place: (xs: number[]) => Math.min(1, xs.length) },
  ascending: {
    text: 'at its place in the ascending',
    place: (xs: number[], x: number) => xs.filter((other) => other < x).length,
  },
  descending: {
    text: 'at its place in the descending',
    place: (xs: number[], x: number) => xs.filter((other) => other > x).length,
  },
} as const;

/** Puts a new node into a list. */
export const listPush = defineFamily({
  name: 'list-push',
  topics: ['linked lists', 'allocation'],
  settings: combinations({
    where: ['front', 'back', 'second', 'ascending', 'descending'],
    only: ['always', 'if-absent', 'if-positive'],
    form: ['returns', 'pointer'],
  }),
  draft({ where, only, form }, style) {
    const head = style.name(names.head);
    const node = style.name(['fresh', 'item', 'added', 'made']);
    const p = style.name(names.pointer);
    const x = style.name(['x', 'value', 'key', 'number']);
    const { text, place } = positions[where];
    const name = `insert_${where}`;
    const when = {
      always: '',
      'if-absent': ` unless ${x} is in it`,
      'if-positive': ` if ${x} > 0`,
    }[only];
    const start = form === 'returns' ? head : `*${head}`;
    const end = form === 'returns' ? `return ${head};` : 'return;';
    const smaller = where === 'ascending' ? '<' : '>';
    const larger = where === 'ascending' ? '>' : '<';
    const guard =
      only === 'always'
        ? null
        : only === 'if-positive'
          ? line`if (${x} ${site('<=', ['wrong_condition', '<'])} 0) ${end}`
          : site(
              `for (Node* ${p} = ${start}; ${p} != nullptr; ${p} = ${p}->next) {\n    if (${p}->value == ${x}) ${end}\n}`,
              [
                'null_dereference',
                `for (Node* ${p} = ${start}; ${p}->next != nullptr; ${p} = ${p}->next) {\n    if (${p}->value == ${x}) ${end}\n}`,
              ],
              [
                'wrong_condition',
                `for (Node* ${p} = ${start}; ${p} != nullptr; ${p} = ${p}->next) {\n    if (${p}->value != ${x}) ${end}\n}`,
              ],
            );
    const link = style.name(['link', 'slot', 'spot', 'where']);
    const body = {
      front: lines(
        guard,
        line`Node* ${node} = ${site(`new Node{${x}, ${start}}`, ['type_error', `new Node{${x}}`], ['leak', `new Node{${x}, nullptr}`])};`,
        form === 'returns'
          ? line`return ${site(node, ['leak', head])};`
          : line`${site('*', ['type_error', ''])}${head} = ${node};`,
      ),
      back: lines(
        guard,
        line`Node* ${node} = new Node;`,
        `${node}->value = ${x};`,
        site(
          `${node}->next = nullptr;`,
          ['uninitialised', ''],
          ['endless_loop', `${node}->next = ${node};`],
        ),
        form === 'returns'
          ? site(`if (${head} == nullptr) return ${node};`, ['null_dereference', ''])
          : null,
        form === 'returns' ? `Node* ${link} = ${head};` : `Node** ${link} = ${head};`,
        form === 'returns'
          ? line`while (${site(`${link}->next`, ['null_dereference', link])} != nullptr) ${link} = ${link}->next;`
          : line`while (*${link} != nullptr) ${link} = ${site(`&(*${link})->next`, ['type_error', `(*${link})->next`])};`,
        form === 'returns'
          ? `${link}->next = ${node};`
          : line`${site('*', ['leak', ''])}${link} = ${node};`,
        form === 'returns' ? line`return ${site(head, ['leak', node])};` : null,
      ),
      second: lines(
        guard,
        form === 'returns'
          ? site(
              `if (${head} == nullptr) return new Node{${x}, nullptr};`,
              ['null_dereference', ''],
              ['leak', `if (${head} == nullptr) return ${head};`],
            )
          : site(
              `if (${start} == nullptr) {\n    ${start} = new Node{${x}, nullptr};\n    return;\n}`,
              [
                'null_dereference',
                `if (${start} == nullptr) {\n    ${start} = new Node{${x}, nullptr};\n}`,
              ],
            ),
        form === 'returns'
          ? line`Node* ${node} = new Node{${x}, ${site(`${head}->next`, ['endless_loop', head], ['leak', 'nullptr'])}};`
          : line`Node* ${node} = new Node{${x}, ${site(`(*${head})->next`, ['type_error', `*${head}->next`], ['leak', 'nullptr'])}};`,
        form === 'returns'
          ? site(`${head}->next = ${node};`, ['leak', ''])
          : site(`(*${head})->next = ${node};`, ['leak', `*${head} = ${node};`]),
        form === 'returns' ? `return ${head};` : null,
      ),
      sorted:
        form === 'returns'
          ? lines(
              guard,
              line`Node* ${node} = new Node{${x}, ${head}};`,
              line`if (${site(`${head} == nullptr || `, ['null_dereference', ''])}${head}->value ${larger} ${x}) return ${node};`,
              `Node* ${link} = ${head};`,
              line`while (${site(`${link}->next != nullptr && `, ['null_dereference', ''])}${link}->next->value ${site(smaller, ['wrong_condition', larger])} ${x}) {`,
              `    ${link} = ${link}->next;`,
              '}',
              site(`${node}->next = ${link}->next;`, ['endless_loop', '']),
              `${link}->next = ${node};`,
              line`return ${site(head, ['leak', node])};`,
            )
          : lines(
              guard,
              `Node** ${link} = ${head};`,
              line`while (${site(`*${link} != nullptr && `, ['null_dereference', ''])}(*${link})->value ${site(smaller, ['wrong_condition', larger])} ${x}) {`,
              line`    ${link} = ${site(`&(*${link})->next`, ['type_error', `(*${link})->next`])};`,
              '}',
              line`*${link} = new Node{${x}, ${site(`*${link}`, ['leak', 'nullptr'], ['type_error', link])}};`,
            ),
    };
    const insert = (values: readonly number[], value: number): number[] => {
      if (only === 'if-absent' && values.includes(value)) return [...values];
      if (only === 'if-positive' && value <= 0) return [...values];
      const at = place([...values], value);
      return [...values.slice(0, at), value, ...values.slice(at)];
    };
    const call = (unsorted: number[], value: number) => {
      const sign = { ascending: 1, descending: -1, front: 0, back: 0, second: 0 }[where];
      const values = [...unsorted].sort((a, b) => sign * (a - b));
      const use = form === 'returns' ? `h = ${name}(h, ${value});` : `${name}(&h, ${value});`;
      return {
        code: `${buildList(values)} ${use} ${showList()} rlsf_emit(s); ${freeList()}`,
        expected: shown(insert(values, value)),
      };
    };
    const list =
      where === 'ascending' || where === 'descending' ? `${text} list` : `${text} the list`;
    return {
      statement: `Inserts ${x} ${list}${when}${form === 'returns' ? '; returns the new head' : ''}.`,
      prelude: nodePrelude,
      signature:
        form === 'returns'
          ? `Node* ${name}(Node* ${head}, int ${x})`
          : `void ${name}(Node** ${head}, int ${x})`,
      body: where === 'ascending' || where === 'descending' ? body.sorted : body[where],
      cases: [
        call([3, 9, 5], 7),
        call([], 4),
        call([6], 2),
        call([2], 6),
        call([8, 1, 8], 8),
        call([5, 1], 0),
        call([1, -4, 3], 9),
        call([1, -6, 3], -6),
        call([7, 2, 5], -5),
      ],
    };
  },
});
